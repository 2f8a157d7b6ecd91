import Domain
import Hummingbird

/// Objects that nobody has clicked: all of a frame, or those that words describe.
struct ObjectRoutes: Sendable {
    let api: APIRouter

    private struct Search: APIBody {
        enum CodingKeys: String, CodingKey, CaseIterable { case time, text }
        var time: Checked<MediaTimeBody>?
        var text: String?

        func check() throws {
            try APIError.check(text, CodingKeys.text, length: 1...200)
            guard text.map({ !$0.allSatisfy(\.isWhitespace) }) ?? true else {
                throw APIError.unprocessable("Describe the object in some words.")
            }
        }
    }

    struct View: Encodable {
        /// As `Click` of the API, to be sent again.
        struct Click: Encodable {
            var time: MediaTime?
            var positive: [Point]
            var box: [Double]?

            init(_ click: PictureClick) {
                if case .live(let moment) = click.moment { time = moment }
                positive = click.positive
                box = click.box.map { [$0.left, $0.top, $0.right - $0.left, $0.bottom - $0.top] }
            }
        }

        struct Object: Encodable {
            var mask: Mask
            var predictedIou: Double
            var region: Region
            var label: String
            var click: Click
            var candidate: Int
        }

        var time: MediaTime
        var size: FrameSize
        var complete: Bool
        var leftOut: Int
        var objects: [Object]

        init(_ answer: ObjectsAnswer) {
            time = answer.time
            size = answer.frameSize
            complete = answer.isComplete
            leftOut = answer.leftOut
            objects = answer.objects.map {
                Object(
                    mask: $0.mask, predictedIou: $0.predictedIoU, region: $0.mask.boundingRegion, label: $0.label,
                    click: Click($0.click), candidate: $0.candidate)
            }
        }
    }

    func add() {
        api.on(.post, "/cameras/{camera}/objects", role: .operator) { call in
            guard let targets = api.services.targets else { throw APIError.notAvailable("There is no model here.") }
            guard let feed = api.services.feed else { throw APIError.notAvailable("There are no cameras here.") }
            let camera = try call.camera()
            guard feed.cameras().contains(where: { $0.id == camera }) else {
                throw APIError.notFound("There is no such camera.")
            }
            let search = try await call.body(Search.self)
            let moment = search.time.map { PictureClick.Moment.live($0.body.time) } ?? .newest
            let answer = try await targets.objects(at: moment, described: search.text, camera: camera)
            return .json(View(answer))
        }
    }
}
