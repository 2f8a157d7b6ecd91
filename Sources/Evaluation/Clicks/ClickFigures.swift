import Foundation

/// What clicking the objects of a set of pictures came to. IoU from 0 to 1.
public struct ClickFigures: Hashable, Sendable, Codable {
    public struct Image: Hashable, Sendable, Codable {
        public var name: String
        /// IoU of the first-ranked mask after one click; the mean over the picture's objects.
        public var iou1: Double
        /// Clicks needed, of at most 20, for an IoU of 0.85 and 0.90; the mean over the picture's objects.
        public var noc85: Double?
        public var noc90: Double?
        /// Overlap (IoU) of the two objects' one-click masks; nil unless the picture has two.
        public var overlap: Double?
        /// From the click to the first mask: processor and wall-clock milliseconds.
        public var cpuMs = 0.0
        public var wallMs = 0.0

        enum CodingKeys: String, CodingKey { case name, iou1 }
    }

    public struct Mean: Hashable, Sendable, Codable {
        public var iou1: Double
        public var noc85: Double?
        public var noc90: Double?
    }

    public var images: [Image]
    public var mean: Mean
    /// Part of the pictures with two objects whose one-click masks overlap by an IoU under 0.5.
    public var overlapUnderHalf: Double?

    init(images: [Image]) {
        self.images = images
        let noc85 = images.compactMap(\.noc85), noc90 = images.compactMap(\.noc90)
        mean = Mean(
            iou1: Figure.average(images.map(\.iou1)), noc85: noc85.isEmpty ? nil : Figure.average(noc85),
            noc90: noc90.isEmpty ? nil : Figure.average(noc90))
        let overlaps = images.compactMap(\.overlap)
        overlapUnderHalf = overlaps.isEmpty ? nil : Double(overlaps.count { $0 < 0.5 }) / Double(overlaps.count)
    }

    /// One line of JSON.
    public func json() throws -> String { try Figure.json(self) }

    /// For people: the means with their 95 % intervals, and the worst five.
    public var table: String {
        var lines = ["pictures      \(images.count)", "1-click IoU   \(Figure.text(images.map(\.iou1), decimals: 3))"]
        let noc85 = images.compactMap(\.noc85), noc90 = images.compactMap(\.noc90)
        if !noc85.isEmpty { lines.append("NoC@85        \(Figure.text(noc85, decimals: 2))") }
        if !noc90.isEmpty { lines.append("NoC@90        \(Figure.text(noc90, decimals: 2))") }
        if let overlapUnderHalf {
            lines.append(
                "two objects   \(Figure.text(100 * overlapUnderHalf, decimals: 1)) % of the pictures with masks "
                    + "that overlap under 0.5")
        }
        lines.append(
            "click to mask \(Figure.text(images.map(\.cpuMs).median(), decimals: 0)) ms CPU, "
                + "\(Figure.text(images.map(\.wallMs).median(), decimals: 0)) ms (medians)")
        let worst = images.sorted { $0.iou1 < $1.iou1 }.prefix(5)
        lines.append(
            "worst         \(worst.map { "\($0.name) \(Figure.text($0.iou1, decimals: 3))" }.joined(separator: ", "))")
        return lines.joined(separator: "\n")
    }
}
