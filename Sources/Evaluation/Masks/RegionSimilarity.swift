import Domain

/// J of the DAVIS benchmark: intersection over union; 1 when both masks are empty.
enum RegionSimilarity {
    static func j(_ found: Mask, _ truth: Mask) -> Double {
        found.isEmpty && truth.isEmpty ? 1 : found.iou(truth)
    }
}
