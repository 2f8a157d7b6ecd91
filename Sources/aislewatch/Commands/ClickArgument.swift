import ArgumentParser
import Domain

/// `X,Y` or `X,Y@SECONDS` on the command line: a click in pixels of the picture, and when in the video.
struct ClickArgument: ExpressibleByArgument, Sendable {
    let point: Point
    /// 0 when not given.
    let seconds: Double

    init?(argument: String) {
        let parts = argument.split(separator: "@", maxSplits: 1, omittingEmptySubsequences: false)
        let coordinates = parts[0].split(separator: ",", omittingEmptySubsequences: false)
        guard coordinates.count == 2, let x = Double(coordinates[0]), let y = Double(coordinates[1]), x.isFinite,
            y.isFinite
        else { return nil }
        if parts.count == 2 {
            guard let seconds = Double(parts[1]), seconds.isFinite, seconds >= 0 else { return nil }
            self.seconds = seconds
        } else {
            seconds = 0
        }
        point = Point(x: x, y: y)
    }
}
