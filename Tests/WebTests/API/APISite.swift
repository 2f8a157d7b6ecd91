import Domain
import Foundation
import HTTPTypes
import Hummingbird
import HummingbirdTesting
import Logging
import Storage

@testable import Web

/// A site with the API before it, and accounts of each role.
struct APISite {
    let site: Site
    let services: APIServices
    let server: WebServer
    private(set) var secrets: [Role: String] = [:]

    /// Cheap on purpose: what a guess costs is tested elsewhere.
    static let cost = PasswordHash.Cost(logRounds: 4, blockSize: 1, parallelism: 1)
    static let password = "correct horse battery"
    static let assets = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().deletingLastPathComponent().appending(path: "Sources/Web/Assets")

    static let playbook = Playbook(
        name: "Something fell", steps: [.init("Close the aisle", needs: "two people"), .init("Photo")],
        contacts: [.init(name: "Shift lead", phone: "+49 170 1234", note: "at night")])

    init(
        accounts: Bool = true, tls: TLSIdentity? = nil, settings change: (inout APISettings) -> Void = { _ in },
        services changeServices: (inout APIServices) -> Void = { _ in }
    ) throws {
        let site = try Site()
        self.site = site
        let setup = SetupLink(store: site.store, isNeeded: try site.store.unwatched.accounts().isEmpty)
        var services = APIServices(store: site.store, setup: setup, hub: EventHub())
        services.feed = StillFeed()
        services.version = "1.2.3"
        changeServices(&services)
        self.services = services
        var settings = APISettings()
        settings.passwordCost = Self.cost
        change(&settings)
        server = WebServer(
            host: "127.0.0.1", port: 0, pages: site.store, clips: site.files,
            settings: PageSettings(
                siteName: "Hall 1", timeZone: .gmt, cameraName: { "Cam \($0)" }, text: { _ in "Box fell." },
                texts: { _ in ["de": "Karton gefallen."] },
                playbook: { _ in Self.playbook }),
            clock: site.clock, logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }, api: services,
            apiSettings: settings, assets: BlockingWork.permitted { Assets(folder: Self.assets) }, tls: tls,
            health: {
                HealthReport(status: .ok, version: "1", uptimeSeconds: 1, camerasOnline: 1, camerasConfigured: 1)
            })
        guard accounts else { return }
        let password = try PasswordHash(Self.password, cost: Self.cost)
        for role in Role.allCases {
            try site.store.unwatched.addAccount("\(role.rawValue)1", password: password, role: role)
            secrets[role] = try site.store.unwatched.openSession(
                "\(role.rawValue)1", expiresAt: site.clock.now() + settings.sessionSeconds)
        }
    }

    /// Sends a request as somebody of a role, with everything that a page sends along.
    func send(
        _ method: HTTPRequest.Method = .get, _ path: String, as role: Role? = nil, json: String? = nil,
        body: Data? = nil, headers more: HTTPFields = [:], csrf: Bool = true
    ) async throws -> TestResponse {
        var headers = more
        if let role, let secret = secrets[role] {
            headers[.cookie] = "\(APIRouter.cookie)=\(secret)"
            if csrf, let name = HTTPField.Name("X-CSRF-Token") { headers[name] = APIRouter.csrf(secret: secret) }
        }
        if json != nil, headers[.contentType] == nil { headers[.contentType] = "application/json" }
        return try await server.application.test(.router) { [headers] client in
            try await client.execute(
                uri: path, method: method, headers: headers,
                body: (body ?? json.map { Data($0.utf8) }).map { ByteBuffer(bytes: $0) })
        }
    }
}

/// Two cameras that never send anything.
struct StillFeed: LiveFeed {
    func cameras() -> [CameraView] {
        ["aisle-4", "dock"].compactMap { CameraID(rawValue: $0) }.map {
            CameraView(id: $0, name: "Cam \($0)", state: .offline, stateText: "switched off")
        }
    }

    func video(of camera: CameraID) async throws -> LiveVideo { throw PortFailure.offline("It is switched off.") }

    func picture(of camera: CameraID, at time: MediaTime?, maxWidth: Int?) async throws -> LivePicture {
        throw PortFailure.offline("It is switched off.")
    }
}

extension TestResponse {
    /// A value of a JSON answer.
    subscript(_ key: String) -> String? {
        let object = try? JSONSerialization.jsonObject(with: data) as? [String: Any]
        return object?[key] as? String
    }
}
