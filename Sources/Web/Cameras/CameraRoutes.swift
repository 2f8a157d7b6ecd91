import Domain
import Foundation
import HTTPTypes
import Hummingbird

/// The cameras: how they are, what they show, what was clicked in their pictures.
struct CameraRoutes: Sendable {
    let api: APIRouter

    struct View: Encodable {
        var id: CameraID
        var name: String
        var state: String
        var stateText: String
        var codec: String?
        var size: FrameSize?
        var fps: Double?
        var zones: [Zone]
        var pictureHeightMetres: Double?

        init(_ camera: CameraView) {
            id = camera.id
            name = camera.name
            state = camera.state.rawValue
            stateText = camera.stateText
            codec = camera.codec
            size = camera.frameSize
            fps = camera.framesPerSecond
            zones = camera.zones
            pictureHeightMetres = camera.pictureHeightMetres
        }
    }

    struct SegmentView: Encodable {
        struct Candidate: Encodable {
            var mask: Mask
            var predictedIou: Double
            var region: Region
        }

        var time: MediaTime
        var size: FrameSize
        var candidates: [Candidate]

        init(_ answer: SegmentAnswer) {
            time = answer.time
            size = answer.frameSize
            candidates = answer.candidates.map {
                Candidate(mask: $0.mask, predictedIou: $0.predictedIoU, region: $0.mask.boundingRegion)
            }
        }
    }

    private struct Reason: APIBody {
        enum CodingKeys: String, CodingKey, CaseIterable { case reason }
        var reason: String?

        func check() throws { try APIError.check(reason, CodingKeys.reason, length: 0...200) }
    }

    private struct Stream: APIBody {
        enum CodingKeys: String, CodingKey, CaseIterable { case url, username, password, camera }
        var url: String
        var username: String?
        var password: String?
        var camera: String?

        func check() throws {
            try APIError.check(url, CodingKeys.url, length: 1...2000)
            try APIError.check(username, CodingKeys.username, length: 0...200)
            try APIError.check(password, CodingKeys.password, length: 0...200)
            try APIError.check(camera, CodingKeys.camera, length: 0...64)
        }
    }

    private func feed() throws -> any LiveFeed {
        guard let feed = api.services.feed else { throw APIError.notAvailable("There are no cameras here.") }
        return feed
    }

    private func known(_ call: APICall) throws -> CameraView {
        let id = try call.camera()
        guard let camera = try feed().cameras().first(where: { $0.id == id }) else {
            throw APIError.notFound("There is no such camera.")
        }
        return camera
    }

    func add() {
        api.on(.get, "/cameras", role: .viewer) { call in
            struct Cameras: Encodable { var cameras: [View] }
            return .json(Cameras(cameras: try feed().cameras().filter { call.principal.sees($0.id) }.map(View.init)))
        }
        api.on(.get, "/cameras/{camera}", role: .viewer) { call in .json(View(try known(call))) }
        api.on(.get, "/cameras/{camera}/live.mp4", role: .viewer) { call in try await video(call) }
        api.on(.get, "/cameras/{camera}/live.mjpeg", role: .viewer) { call in try pictures(call) }
        api.on(.get, "/cameras/{camera}/snapshot.jpg", role: .viewer) { call in try await snapshot(call) }
        api.on(.post, "/cameras/{camera}/segment", role: .operator) { call in
            guard let targets = api.services.targets else { throw APIError.notAvailable("There is no model here.") }
            let camera = try known(call).id
            let click = try await call.body(ClickBody.self).click()
            try await api.check(click, call)
            return .json(SegmentView(try await targets.segment(click, camera: camera)))
        }
        api.on(.post, "/cameras/{camera}/trigger", role: .operator) { call in
            guard let trigger = api.services.trigger else { throw APIError.notAvailable("Nothing can be begun here.") }
            let camera = try known(call).id
            let reason = try await call.body(Reason.self).reason ?? ""
            let id = try await trigger.trigger(camera: camera, reason: reason, by: call.principal.name)
            await api.audit(call, "incident.trigger", id.rawValue, reason)
            return .json(["incident": id.rawValue], status: .created)
        }
        api.on(.post, "/cameras/test", role: .admin) { call in try await test(call) }
    }

    private func video(_ call: APICall) async throws -> Response {
        let camera = try known(call), feed = try feed()
        if call.isHead, let codec = camera.codec {
            return StreamBody.response(call, api: api, headers: [.contentType: Self.mediaType(codec)]) { _ in }
        }
        let video = try await feed.video(of: camera.id)
        var headers: HTTPFields = [.contentType: Self.mediaType(video.codec)]
        Self.add(&headers, "X-Media-Epoch", "\(video.epoch)")
        Self.add(&headers, "X-Media-Offset-Pts90k", "\(video.offsetPts90k)")
        // The viewer ends when its fragments are let go, read or not.
        return StreamBody.response(call, api: api, headers: headers) { output in
            try await output.write(ByteBuffer(bytes: video.header))
            for await fragment in video.fragments { try await output.write(ByteBuffer(bytes: fragment)) }
        }
    }

    private static func mediaType(_ codec: String) -> String { "video/mp4; codecs=\"\(codec)\"" }

    private func pictures(_ call: APICall) throws -> Response {
        let width = try call.integer("width", 64...1920) ?? 640
        let fps = try call.number("fps", 0.2...15) ?? 5
        let id = try known(call).id, feed = try feed(), clock = api.clock
        let headers: HTTPFields = [.contentType: "multipart/x-mixed-replace; boundary=frame"]
        return StreamBody.response(call, api: api, headers: headers) { output in
            var last: MediaTime?
            while true {
                let began = clock.monotonicSeconds()
                // A camera that is offline may come back.
                if let picture = try? await feed.picture(of: id, at: nil, maxWidth: width), picture.time != last {
                    last = picture.time
                    try await output.write(Self.part(picture))
                } else {
                    try await output.check()
                }
                try await clock.sleep(seconds: max(0.02, 1 / fps - (clock.monotonicSeconds() - began)))
            }
        }
    }

    private static func part(_ picture: LivePicture) -> ByteBuffer {
        var part = ByteBuffer()
        part.writeString(
            "--frame\r\nContent-Type: image/jpeg\r\nContent-Length: \(picture.jpeg.count)\r\n"
                + "X-Media-Epoch: \(picture.time.epoch)\r\nX-Media-Pts90k: \(picture.time.pts90k)\r\n\r\n")
        part.writeBytes(picture.jpeg)
        part.writeString("\r\n")
        return part
    }

    private func snapshot(_ call: APICall) async throws -> Response {
        let width = try call.integer("width", 64...3840)
        let epoch = try call.integer("epoch", 0...Int(Int32.max)), pts = try call.integer("pts90k", 0...1 << 62)
        guard (epoch == nil) == (pts == nil) else { throw APIError.invalid("\"epoch\" and \"pts90k\" go together.") }
        let time: MediaTime? =
            if let epoch, let pts { MediaTime(epoch: epoch, pts90k: Int64(pts)) } else { nil }
        let picture = try await feed().picture(of: try known(call).id, at: time, maxWidth: width)
        var headers: HTTPFields = [.contentType: "image/jpeg"]
        Self.add(&headers, "X-Media-Epoch", "\(picture.time.epoch)")
        Self.add(&headers, "X-Media-Pts90k", "\(picture.time.pts90k)")
        return Response(
            status: .ok, headers: headers, body: ResponseBody(byteBuffer: ByteBuffer(bytes: picture.jpeg)))
    }

    private func test(_ call: APICall) async throws -> Response {
        struct View: Encodable {
            var ok: Bool
            var message: String
            var codec: String?
            var size: FrameSize?
            var fps: Double?
            var audio: Bool?
            var keyFrameSeconds: Double?
            var snapshot: String?
        }
        guard let streams = api.services.streams else { throw APIError.notAvailable("No stream can be tried here.") }
        let stream = try await call.body(Stream.self)
        let test = try await streams.test(
            url: stream.url, username: stream.username, password: stream.password,
            camera: stream.camera.flatMap(CameraID.init(rawValue:)))
        await api.audit(call, "camera.test", "stream", test.outcome.isOK ? "it answers" : test.outcome.message)
        return .json(
            View(
                ok: test.outcome.isOK, message: test.outcome.message, codec: test.codec, size: test.frameSize,
                fps: test.framesPerSecond, audio: test.hasAudio, keyFrameSeconds: test.keyFrameSeconds,
                snapshot: test.jpeg.map { "data:image/jpeg;base64," + $0.base64EncodedString() }))
    }

    private static func add(_ headers: inout HTTPFields, _ name: String, _ value: String) {
        HTTPField.Name(name).map { headers[$0] = value }
    }
}
