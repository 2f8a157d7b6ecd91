import Domain
import Foundation
import Hummingbird
import Storage

/// What somebody does with the own account beside its password: a second factor, and sessions that are open elsewhere.
struct OwnAccountRoutes: Sendable {
    let api: APIRouter
    let site: PageSettings
    let guardian: SignInGuard

    private struct Password: APIBody {
        enum CodingKeys: String, CodingKey, CaseIterable { case password }
        var password: String

        func check() throws { try APIError.check(password, CodingKeys.password, length: 1...256) }
    }

    private struct Code: APIBody {
        enum CodingKeys: String, CodingKey, CaseIterable { case code }
        var code: String

        func check() throws { try APIError.check(code, CodingKeys.code, length: 1...40) }
    }

    private struct Removal: APIBody {
        enum CodingKeys: String, CodingKey, CaseIterable { case password, code }
        var password: String
        var code: String

        func check() throws {
            try APIError.check(password, CodingKeys.password, length: 1...256)
            try APIError.check(code, CodingKeys.code, length: 1...40)
        }
    }

    private struct FactorView: Encodable {
        var isOn: Bool
        var since: Date?
        var recoveryCodes: Int?

        enum CodingKeys: String, CodingKey { case isOn = "on", since, recoveryCodes }

        init(_ factor: StoreAccess.SecondFactor?) {
            isOn = factor != nil
            since = factor?.since
            recoveryCodes = factor?.recoveryCodes
        }
    }

    private struct Codes: Encodable { var recoveryCodes: [String] }

    private struct SessionView: Encodable {
        var id: String
        var current: Bool
        var createdAt: Date
        var seenAt: Date
        var expiresAt: Date
        var address: String
        var browser: String
    }

    func add() {
        addSecondFactor()
        addSessions()
    }

    // MARK: - Second factor

    private func addSecondFactor() {
        let store = api.services.store, path = "/session/second-factor"
        api.on(.get, path, role: .viewer, isOpenBeforeSecondFactor: true) { call in
            let (name, _) = try call.ownSession()
            return .json(FactorView(try await store.perform { try $0.secondFactor(of: name) }))
        }
        api.on(.post, path, role: .viewer, isOpenBeforeSecondFactor: true) { call in
            let (name, _) = try call.ownSession()
            try await guardian.checkPassword(try await call.body(Password.self).password, of: name)
            guard let made = try await store.perform({ try $0.beginSecondFactor(of: name) }) else {
                throw APIError.conflict("The account has a second factor. Remove it before you set up another one.")
            }
            return .json(setUp(made, name), status: .created)
        }
        api.on(.post, path + "/confirm", role: .viewer, isOpenBeforeSecondFactor: true) { call in
            let (name, secret) = try call.ownSession()
            let code = try await call.body(Code.self).code
            let codes = try await guardian.checkingCode(of: name) {
                try await store.perform { try $0.confirmSecondFactor(of: name, code: code, keeping: secret) }
            }
            await api.audit(call, "user.second_factor", name, "on")
            return .json(Codes(recoveryCodes: codes))
        }
        api.on(.post, path + "/codes", role: .viewer) { call in
            let (name, _) = try call.ownSession()
            try await guardian.checkPassword(try await call.body(Password.self).password, of: name)
            guard let codes = try await store.perform({ try $0.renewRecoveryCodes(of: name) }) else {
                throw APIError.conflict("The account has no second factor.")
            }
            await api.audit(call, "user.recovery_codes", name)
            return .json(Codes(recoveryCodes: codes))
        }
        api.on(.post, path + "/remove", role: .viewer) { call in
            let (name, _) = try call.ownSession()
            let given = try await call.body(Removal.self)
            if let role = call.principal.role, api.settings.secondFactor.covers(role) {
                throw APIError.conflict("This site demands a second factor.")
            }
            try await guardian.checkPassword(given.password, of: name)
            try await guardian.checkCode(given.code, of: name)
            guard try await store.perform({ try $0.removeSecondFactor(of: name) }) else {
                throw APIError.conflict("The account has no second factor.")
            }
            await api.audit(call, "user.second_factor", name, "off")
            return .done
        }
    }

    private struct SetUp: Encodable {
        struct Picture: Encodable {
            var size: Int
            var path: String
        }

        var secret: String
        var uri: String
        var picture: Picture?
    }

    private func setUp(_ password: OneTimePassword, _ name: String) -> SetUp {
        let issuer = site.siteName.isEmpty ? "Aislewatch" : "Aislewatch \(site.siteName.prefix(24))"
        var uri = password.uri(issuer: issuer, account: name), code = QRCode(uri)
        if code == nil {
            uri = password.uri(issuer: "Aislewatch", account: name)
            code = QRCode(uri)
        }
        return SetUp(
            secret: password.base32, uri: uri, picture: code.map { .init(size: $0.wholeSize, path: $0.path) })
    }

    // MARK: - Sessions

    private func addSessions() {
        let store = api.services.store, idle = api.settings.idleSeconds
        api.on(.get, "/sessions", role: .viewer) { call in
            struct Sessions: Encodable { var sessions: [SessionView] }
            let (name, secret) = try call.ownSession(), current = StoreAccess.sessionID(of: secret)
            let sessions = try await store.perform { try $0.sessions(of: name, idleSeconds: idle) }
            return .json(
                Sessions(
                    sessions: sessions.map {
                        SessionView(
                            id: $0.id, current: $0.id == current, createdAt: $0.createdAt, seenAt: $0.seenAt,
                            expiresAt: $0.expiresAt, address: $0.address, browser: $0.browser)
                    }))
        }
        api.on(.delete, "/sessions", role: .viewer) { call in
            let (name, secret) = try call.ownSession()
            let count = try await store.perform { try $0.closeSessions(of: name, keeping: secret) }
            await api.audit(call, "session.end", name, "\(count) other sessions")
            return .done
        }
        api.on(.delete, "/sessions/{session}", role: .viewer) { call in
            let (name, _) = try call.ownSession(), id = call.parameter("session")
            guard try await store.perform({ try $0.closeSession(id: id, of: name) }) else {
                throw APIError.notFound("This session has ended already.")
            }
            await api.audit(call, "session.end", name)
            return .done
        }
    }
}

/// What a browser is, in words that its owner knows: "Firefox, Linux".
enum BrowserName {
    /// - Parameter agent: The header `User-Agent`; may be anything.
    static func words(_ agent: String?) -> String {
        guard let agent, !agent.isEmpty else { return "" }
        func first(_ names: [(mark: String, name: String)]) -> String? {
            names.first { agent.contains($0.mark) }?.name
        }
        let browser = first([
            ("Edg", "Edge"), ("OPR/", "Opera"), ("Vivaldi", "Vivaldi"), ("SamsungBrowser", "Samsung Internet"),
            ("FxiOS", "Firefox"), ("Firefox", "Firefox"), ("CriOS", "Chrome"), ("Chromium", "Chromium"),
            ("Chrome", "Chrome"), ("Safari", "Safari"), ("curl", "curl"), ("python", "Python"),
        ])
        let system = first([
            ("iPhone", "iPhone"), ("iPad", "iPad"), ("Android", "Android"), ("Windows", "Windows"),
            ("CrOS", "ChromeOS"),
            ("Mac OS X", "macOS"), ("Linux", "Linux"),
        ])
        let words = [browser, system].compactMap(\.self).joined(separator: ", ")
        guard words.isEmpty else { return words }
        return String(agent.prefix(40).filter { $0.isASCII && ($0.isLetter || $0.isNumber || " ./-".contains($0)) })
    }
}
