import Domain
import Testing

@testable import Vision

@Suite("Choosing by motion")
struct MotionModelTests {
    private func box(_ x: Int, _ y: Int = 50) -> Region { Region(x: x, y: y, width: 12, height: 16) }

    @Test("after steady frames, what moves on as before is preferred to a twin elsewhere that scores a little higher")
    func twin() {
        var model = MotionModel()
        for frame in 0..<20 {
            let choice = model.choose([(0.9, box(10 + 3 * frame)), (0.2, nil), (0.1, nil)])
            #expect(choice.index == 0)
            #expect((choice.motion == nil) == (frame < MotionModel.steadyFrames))
        }
        let choice = model.choose([(0.8, box(10 + 3 * 20, 51)), (0.9, box(150, 120)), (0.1, nil)])
        #expect(choice.index == 0 && (choice.motion ?? 0) > 0.6)
    }

    @Test("before that, and after the object was lost, the network's own estimate decides")
    func unsteady() {
        var model = MotionModel()
        #expect(model.choose([(0.5, box(10)), (0.7, box(90))]).index == 1)
        for _ in 0..<20 { _ = model.choose([(0.9, box(90)), (0.1, nil)]) }
        #expect(model.choose([(0.1, nil), (0.05, nil)]).index == 0)
        let choice = model.choose([(0.5, box(90)), (0.7, box(10))])
        #expect(choice.index == 1 && choice.motion == nil)
    }
}
