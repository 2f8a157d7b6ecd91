import Domain
import Foundation
import TestSupport
import Testing

@testable import Recording

/// Every packet from `first` to `last` seconds is in one of the clips, and each clip plays.
func expectNoGap(
    _ clips: [Clip], _ folders: ClipFolders, from first: Double, to last: Double,
    sourceLocation: SourceLocation = #_sourceLocation
) throws {
    var covered = first
    for clip in clips.sorted(by: { $0.start < $1.start }) {
        let file = try #require(folders.files.url(clip.path), sourceLocation: sourceLocation)
        #expect(clip.state == .finished, sourceLocation: sourceLocation)
        #expect(try TestVideo.complaints(decoding: file) == "", sourceLocation: sourceLocation)
        #expect(
            clip.start.seconds <= covered + 0.001, "a gap before \(clip.start.seconds) s",
            sourceLocation: sourceLocation)
        covered = max(covered, clip.start.seconds + clip.durationSeconds)
    }
    #expect(covered >= last - 0.001, "ends at \(covered) s", sourceLocation: sourceLocation)
}

/// Real threads have no clock to move: asks until `condition` gives something.
@discardableResult
func eventually<Value>(_ condition: () async throws -> Value?) async throws -> Value {
    let deadline = ContinuousClock.now + .seconds(300)
    while ContinuousClock.now < deadline {
        if let value = try await condition() { return value }
        try await Task.sleep(for: .milliseconds(10))
    }
    throw TimedOut()
}

struct TimedOut: Error {}
