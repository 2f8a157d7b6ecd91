/// A track that may take pixels of a blob that several share, with where it should be now, in gate pixels.
struct ActiveTrack {
    let track: Int
    let x: Double
    let y: Double
    let halfWidth: Double
    let halfHeight: Double

    init(_ track: Int, _ box: Box) {
        self.track = track
        x = Double(box.left + box.right) / 2
        y = Double(box.top + box.bottom) / 2
        halfWidth = Double(box.width) / 2 + 1
        halfHeight = Double(box.height) / 2 + 1
    }
}
