import Domain
import Foundation
import Testing

@testable import Camera

@Suite("Track log")
struct TrackLogTests {
    private func observation(_ seconds: Double, epoch: Int = 0, ids: [Int]) -> SceneObservation {
        SceneObservation(
            time: MediaTime(epoch: epoch, seconds: seconds), date: Date(timeIntervalSince1970: seconds),
            frameSize: FrameSize(width: 64, height: 36),
            tracks: ids.map { id in
                TrackObservation(
                    id: TrackID(rawValue: id), origin: .motion, phase: .continued,
                    sample: TrackSample(
                        seconds: seconds, region: Region(x: id, y: 0, width: 4, height: 4), centroid: Point(x: 1, y: 1),
                        area: 16))
            })
    }

    @Test("samples older than the history are forgotten")
    func boundedInTime() {
        var log = TrackLog(seconds: 10, maxSamples: 100_000)
        for step in 0..<4000 { log.append(observation(Double(step) / 10, ids: [1, 2])) }
        #expect(log.count <= 2 * 101)
        let kept = log.tracks(from: MediaTime(seconds: 0), to: MediaTime(seconds: 1000))
        #expect(kept.map(\.samples.count) == [101, 101])
        #expect(kept[0].samples.first?.seconds == 389.9)
    }

    @Test("and never more than the number allowed")
    func boundedInNumber() {
        var log = TrackLog(seconds: 1e9, maxSamples: 500)
        for step in 0..<4000 { log.append(observation(Double(step), ids: [step % 50])) }
        #expect(log.count == 500)
    }

    @Test("a new epoch follows the old one; two epochs back is too long ago")
    func epochs() {
        var log = TrackLog(seconds: 10, maxSamples: 100)
        log.append(observation(5, epoch: 0, ids: [1]))
        log.append(observation(1, epoch: 1, ids: [1]))
        #expect(
            log.tracks(from: MediaTime(epoch: 0, seconds: 0), to: MediaTime(epoch: 1, seconds: 2)).map(\.samples.count)
                == [2])
        log.append(observation(1, epoch: 2, ids: [1]))
        #expect(
            log.tracks(from: MediaTime(epoch: 0, seconds: 0), to: MediaTime(epoch: 3, seconds: 2)).map(\.samples.count)
                == [2])
    }
}
