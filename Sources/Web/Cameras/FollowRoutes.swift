public import Domain
public import Foundation
import HTTPTypes
import Hummingbird

/// What people click: masks at once, and targets that stay tracked. Every call throws ``PortFailure`` when it can't be done.
public protocol TargetService: Sendable {
    /// Masks for a click, at once; nothing is kept.
    func segment(_ click: PictureClick, camera: CameraID) async throws -> SegmentAnswer
    /// Every object of a frame, or those that the text describes; nothing is kept.
    func objects(
        at moment: PictureClick.Moment, described text: String?, camera: CameraID
    ) async throws -> ObjectsAnswer
    /// Follows what was clicked from now on, and over restarts.
    /// - Parameter candidate: Which of the masks that `segment` gave for the same click.
    func follow(
        _ click: PictureClick, camera: CameraID, candidate: Int, name: String,
        conditions: Set<FollowedObject.Condition>, by: String
    ) async throws -> FollowView
    /// Says anew what the object is.
    func correct(_ id: FollowedObjectID, click: PictureClick) async throws -> FollowView
    /// Nil leaves as it is.
    func change(
        _ id: FollowedObjectID, name: String?, conditions: Set<FollowedObject.Condition>?
    ) async throws -> FollowView
    func unfollow(_ id: FollowedObjectID) async throws
    /// Oldest first.
    func follows() async -> [FollowView]
    /// The picture that was clicked, as JPEG.
    func picture(of id: FollowedObjectID) async throws -> Data
}

/// Followed objects.
struct FollowRoutes: Sendable {
    let api: APIRouter

    struct View: Encodable {
        var id: FollowedObjectID
        var camera: CameraID
        var name: String
        var conditions: [FollowedObject.Condition]
        var state: String
        var track: TrackID?
        var lastRegion: Region?
        var size: FrameSize
        var lastSeenAt: Date?
        var picture: String
        var createdAt: Date
        var createdBy: String

        init(_ follow: FollowView) {
            id = follow.object.id
            camera = follow.object.camera
            name = follow.object.name
            conditions = FollowedObject.Condition.allCases.filter(follow.object.conditions.contains)
            state = follow.state.rawValue
            track = follow.track
            lastRegion = follow.object.lastRegion
            size = follow.object.frameSize
            lastSeenAt = follow.lastSeenAt
            picture = "\(APIRouter.prefix)/follows/\(follow.object.id)/picture.jpg"
            createdAt = follow.createdAt
            createdBy = follow.createdBy
        }
    }

    private struct New: APIBody {
        enum CodingKeys: String, CodingKey, CaseIterable { case camera, click, candidate, name, conditions }
        var camera: String
        var click: Checked<ClickBody>
        var candidate: Int?
        var name: String?
        var conditions: [Choice<FollowedObject.Condition>]?

        func check() throws {
            try APIError.check(camera, CodingKeys.camera, length: 0...64)
            try APIError.check(candidate, CodingKeys.candidate, 0...2)
            try APIError.check(name, CodingKeys.name, length: 1...80)
            _ = try FollowRoutes.set(conditions)
        }
    }

    private struct Change: APIBody {
        enum CodingKeys: String, CodingKey, CaseIterable { case name, conditions }
        var name: String?
        var conditions: [Choice<FollowedObject.Condition>]?

        func check() throws {
            try APIError.check(name, CodingKeys.name, length: 1...80)
            _ = try FollowRoutes.set(conditions)
        }
    }

    private static func set(
        _ conditions: [Choice<FollowedObject.Condition>]?
    ) throws -> Set<FollowedObject.Condition>? {
        guard let conditions else { return nil }
        let all = Set(conditions.map(\.value))
        guard all.count == conditions.count else { throw APIError.invalid("\"conditions\" may hold each word once.") }
        return all
    }

    private func targets() throws -> any TargetService {
        guard let targets = api.services.targets else { throw APIError.notAvailable("There is no model here.") }
        return targets
    }

    func add() {
        api.on(.get, "/follows", role: .viewer) { call in
            struct Follows: Encodable { var follows: [View] }
            return .json(
                Follows(
                    follows: try await targets().follows().filter { call.principal.sees($0.object.camera) }.map(
                        View.init)))
        }
        api.on(.post, "/follows", role: .operator) { call in
            let new = try await call.body(New.self)
            let camera = try call.camera(new.camera)
            try await api.check(new.click.body.click(), call)
            let follow = try await targets().follow(
                new.click.body.click(), camera: camera, candidate: new.candidate ?? 0, name: new.name ?? "",
                conditions: Self.set(new.conditions) ?? [], by: call.principal.name)
            await api.audit(call, "follow.create", follow.object.id.rawValue, follow.object.name)
            return .json(View(follow), status: .created)
        }
        api.on(.get, "/follows/{follow}", role: .viewer) { call in .json(View(try await known(call))) }
        api.on(.patch, "/follows/{follow}", role: .operator) { call in
            let change = try await call.body(Change.self), id = try await known(call).object.id
            let follow = try await targets().change(id, name: change.name, conditions: Self.set(change.conditions))
            await api.audit(call, "follow.change", id.rawValue, follow.object.name)
            return .json(View(follow))
        }
        api.on(.delete, "/follows/{follow}", role: .operator) { call in
            let follow = try await known(call)
            try await targets().unfollow(follow.object.id)
            await api.audit(call, "follow.remove", follow.object.id.rawValue, follow.object.name)
            return .done
        }
        api.on(.post, "/follows/{follow}/correct", role: .operator) { call in
            let id = try await known(call).object.id, click = try await call.body(ClickBody.self).click()
            try await api.check(click, call)
            let follow = try await targets().correct(id, click: click)
            await api.audit(call, "follow.correct", id.rawValue, follow.object.name)
            return .json(View(follow))
        }
        api.on(.get, "/follows/{follow}/mask", role: .viewer) { call in
            struct Shape: Encodable { var mask: Mask? }
            let id = try await known(call).object.id
            let record = try await api.services.store.perform { try $0.follows().first { $0.object.id == id } }
            return .json(Shape(mask: record?.mask))
        }
        api.on(.get, "/follows/{follow}/picture.jpg", role: .viewer) { call in
            let jpeg = try await targets().picture(of: try await known(call).object.id)
            return Response(
                status: .ok, headers: [.contentType: "image/jpeg"],
                body: ResponseBody(byteBuffer: ByteBuffer(bytes: jpeg)))
        }
    }

    private func known(_ call: APICall) async throws -> FollowView {
        let id = FollowedObjectID(rawValue: call.parameter("follow"))
        guard let follow = try await targets().follows().first(where: { $0.object.id == id }),
            call.principal.sees(follow.object.camera)
        else {
            throw APIError.notFound("There is no such object.")
        }
        return follow
    }
}

extension APIRouter {
    /// A click on a clip of a camera that isn't shown to whoever asks is one on no clip.
    func check(_ click: PictureClick, _ call: APICall) async throws {
        guard call.principal.cameras != nil, case .clip(let id, _) = click.moment else { return }
        guard let clip = try await services.store.perform({ try $0.clip(id) }), call.principal.sees(clip.camera) else {
            throw APIError.notFound("There is no such clip.")
        }
    }
}

/// A moment of the live video, as a part of a body.
struct MediaTimeBody: APIBody {
    enum CodingKeys: String, CodingKey, CaseIterable { case epoch, pts90k }
    private var epoch: Int
    private var pts90k: Int64

    var time: MediaTime { MediaTime(epoch: epoch, pts90k: pts90k) }

    func check() throws {
        try APIError.check(epoch, CodingKeys.epoch, 0...Int(Int32.max))
        try APIError.check(pts90k, CodingKeys.pts90k, 0...1 << 62)
    }
}

/// Clicks on one frame, as a body or as a part of one.
struct ClickBody: APIBody {
    enum CodingKeys: String, CodingKey, CaseIterable { case time, clip, seconds, positive, negative, box }

    static let maxPoints = 32

    private var time: Checked<MediaTimeBody>?
    private var clip: String?
    private var seconds: Double?
    private var positive: [[Double]]
    private var negative: [[Double]]?
    private var box: [Double]?

    func check() throws {
        try APIError.check(clip, CodingKeys.clip, length: 1...64)
        try APIError.check(seconds, CodingKeys.seconds, 0...86_400)
        try check(positive, .positive)
        try check(negative ?? [], .negative)
        guard box.map({ $0.count == 4 && $0.allSatisfy((0.0...1.0).contains) }) ?? true else {
            throw APIError.invalid("\"box\" must be [x, y, width, height] in fractions of the picture.")
        }
        guard !positive.isEmpty || box != nil else {
            throw APIError.unprocessable("Click on the object, or draw a box.")
        }
        guard time == nil || clip == nil else { throw APIError.unprocessable("Either \"time\" or \"clip\", not both.") }
    }

    private func check(_ points: [[Double]], _ key: CodingKeys) throws {
        guard points.count <= Self.maxPoints else {
            throw APIError.invalid("\"\(key.rawValue)\" must be a list of at most \(Self.maxPoints).")
        }
        guard points.allSatisfy({ $0.count == 2 && $0.allSatisfy((0.0...1.0).contains) }) else {
            throw APIError.invalid("\"\(key.rawValue)\" must be points [x, y], each from 0 to 1.")
        }
    }

    /// What was checked, in the program's own words.
    func click() -> PictureClick {
        let moment: PictureClick.Moment =
            if let time = time?.body {
                .live(time.time)
            } else if let clip {
                .clip(ClipID(rawValue: clip), seconds: seconds ?? 0)
            } else {
                .newest
            }
        let corners = box.map { box in
            (
                from: Point(x: box[0], y: box[1]),
                to: Point(x: min(1, box[0] + box[2]), y: min(1, box[1] + box[3]))
            )
        }
        return PictureClick(
            moment: moment, positive: positive.map { Point(x: $0[0], y: $0[1]) },
            negative: (negative ?? []).map { Point(x: $0[0], y: $0[1]) }, box: corners)
    }
}
