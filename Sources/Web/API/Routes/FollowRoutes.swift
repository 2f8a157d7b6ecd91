import Domain
import Foundation
import HTTPTypes
import Hummingbird

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

    private func sink() throws -> any PromptSink {
        guard let sink = api.services.prompts else { throw APIError.notAvailable("There is no model here.") }
        return sink
    }

    func add() {
        api.on(.get, "/follows", role: .viewer) { _ in
            struct Follows: Encodable { var follows: [View] }
            return .json(Follows(follows: try await sink().follows().map(View.init)))
        }
        api.on(.post, "/follows", role: .operator) { call in
            let new = try await call.body(New.self)
            guard let camera = CameraID(rawValue: new.camera) else {
                throw APIError.notFound("There is no such camera.")
            }
            let follow = try await sink().follow(
                new.click.body.click(), camera: camera, candidate: new.candidate ?? 0, name: new.name ?? "",
                conditions: Self.set(new.conditions) ?? [], by: call.principal.name)
            await api.audit(call, "follow.create", follow.object.id.rawValue, follow.object.name)
            return .json(View(follow), status: .created)
        }
        api.on(.get, "/follows/{follow}", role: .viewer) { call in .json(View(try await known(call))) }
        api.on(.patch, "/follows/{follow}", role: .operator) { call in
            let change = try await call.body(Change.self), id = try await known(call).object.id
            let follow = try await sink().change(id, name: change.name, conditions: Self.set(change.conditions))
            await api.audit(call, "follow.change", id.rawValue, follow.object.name)
            return .json(View(follow))
        }
        api.on(.delete, "/follows/{follow}", role: .operator) { call in
            let follow = try await known(call)
            try await sink().unfollow(follow.object.id)
            await api.audit(call, "follow.remove", follow.object.id.rawValue, follow.object.name)
            return .done
        }
        api.on(.post, "/follows/{follow}/correct", role: .operator) { call in
            let id = try await known(call).object.id
            let follow = try await sink().correct(id, click: try await call.body(ClickBody.self).click())
            await api.audit(call, "follow.correct", id.rawValue, follow.object.name)
            return .json(View(follow))
        }
        api.on(.get, "/follows/{follow}/picture.jpg", role: .viewer) { call in
            let jpeg = try await sink().picture(of: try await known(call).object.id)
            return Response(
                status: .ok, headers: [.contentType: "image/jpeg"],
                body: ResponseBody(byteBuffer: ByteBuffer(bytes: jpeg)))
        }
    }

    private func known(_ call: APICall) async throws -> FollowView {
        let id = FollowedObjectID(rawValue: call.parameter("follow"))
        guard let follow = try await sink().follows().first(where: { $0.object.id == id }) else {
            throw APIError.notFound("There is no such object.")
        }
        return follow
    }
}
