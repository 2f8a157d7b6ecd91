import Domain
import Foundation
import Hummingbird
import Storage

/// Accounts, tokens and the audit log.
struct UserRoutes: Sendable {
    let api: APIRouter

    struct View: Encodable {
        var name: String
        var role: Role
        var createdAt: Date
        var lastSeenAt: Date?

        init(_ account: Account) {
            name = account.name
            role = account.role
            createdAt = account.createdAt
            lastSeenAt = account.lastSeenAt
        }
    }

    private struct NewUser: APIBody {
        static let keys: Set<String> = ["name", "password", "role"]
        var name: String
        var password: String
        var role: Role

        init(reading json: JSONReader) throws {
            name = try UserRoutes.name(json)
            password = try json.text("password", length: 10...256)
            role = try UserRoutes.role(json)
        }
    }

    private struct Change: APIBody {
        static let keys: Set<String> = ["password", "role"]
        var password: String?
        var role: Role?

        init(reading json: JSONReader) throws {
            password = try json.optionalText("password", length: 10...256)
            role = try json.choice("role", as: Role.self)
        }
    }

    private struct NewToken: APIBody {
        static let keys: Set<String> = ["name", "role", "days"]
        var name: String
        var role: Role
        var days: Int64?

        init(reading json: JSONReader) throws {
            name = try json.text("name", length: 1...80)
            role = try UserRoutes.role(json)
            days = try json.integer("days", 1...3650)
        }
    }

    private struct TokenView: Encodable {
        var id: String
        var name: String
        var role: Role
        var createdAt: Date
        var createdBy: String
        var expiresAt: Date?
        var lastUsedAt: Date?
        var secret: String?

        init(_ token: APIToken, secret: String? = nil) {
            id = token.id
            name = token.name
            role = token.role
            createdAt = token.createdAt
            createdBy = token.createdBy
            expiresAt = token.expiresAt
            lastUsedAt = token.lastUsedAt
            self.secret = secret
        }
    }

    static func name(_ json: JSONReader) throws -> String {
        let name = try json.text("name", length: 1...64)
        guard Account.isName(name) else {
            throw APIError.invalid("A name has 1 to 64 of A-Z a-z 0-9 . _ @ -, a letter or digit first.")
        }
        return name
    }

    static func role(_ json: JSONReader) throws -> Role {
        guard let role = try json.choice("role", as: Role.self) else { throw APIError.invalid("\"role\" is missing.") }
        return role
    }

    func add() {
        let store = api.services.store
        let worker = PasswordWorker(cost: api.settings.passwordCost)
        api.on(.get, "/users", role: .admin) { _ in
            struct Users: Encodable { var users: [View] }
            return .json(Users(users: try await store.perform { try $0.accounts() }.map(View.init)))
        }
        api.on(.post, "/users", role: .admin) { call in
            let user = try await call.body(NewUser.self)
            let password = try await worker.hash(user.password)
            let account = try await store.perform { store in
                guard try store.addAccount(user.name, password: password, role: user.role),
                    let account = try store.account(user.name)
                else { throw APIError.conflict("There is an account of this name already.") }
                return account
            }
            await api.audit(call, "user.create", user.name, "role \(user.role.rawValue)")
            return .json(View(account), status: .created)
        }
        api.on(.patch, "/users/{user}", role: .admin) { call in
            let name = call.parameter("user"), change = try await call.body(Change.self)
            let password = if let text = change.password { try await worker.hash(text) } else { PasswordHash?.none }
            let account = try await store.perform { store in
                guard try store.account(name) != nil else { throw APIError.notFound("There is no such account.") }
                guard try store.changeAccount(name, password: password, role: change.role),
                    let account = try store.account(name)
                else { throw APIError.conflict("This is the last admin.") }
                return account
            }
            let parts = [change.password.map { _ in "password" }, change.role.map { "role \($0.rawValue)" }]
            await api.audit(call, "user.change", account.name, parts.compactMap { $0 }.joined(separator: ", "))
            return .json(View(account))
        }
        api.on(.delete, "/users/{user}", role: .admin) { call in
            let name = call.parameter("user")
            try await store.perform { store in
                guard try store.account(name) != nil else { throw APIError.notFound("There is no such account.") }
                guard try store.removeAccount(name) else { throw APIError.conflict("This is the last admin.") }
            }
            await api.audit(call, "user.remove", name)
            return .done
        }
        api.on(.get, "/tokens", role: .admin) { _ in
            struct Tokens: Encodable { var tokens: [TokenView] }
            return .json(Tokens(tokens: try await store.perform { try $0.tokens() }.map { TokenView($0) }))
        }
        api.on(.post, "/tokens", role: .admin) { call in
            let new = try await call.body(NewToken.self)
            let expiresAt = new.days.map { api.clock.now() + Double($0) * 86_400 }
            let made = try await store.perform { store in
                try store.addToken(name: new.name, role: new.role, by: call.principal.name, expiresAt: expiresAt)
            }
            await api.audit(call, "token.create", new.name, "role \(new.role.rawValue)")
            return .json(TokenView(made.token, secret: made.secret), status: .created)
        }
        api.on(.delete, "/tokens/{token}", role: .admin) { call in
            let id = call.parameter("token")
            guard try await store.perform({ try $0.removeToken(id) }) else {
                throw APIError.notFound("There is no such token.")
            }
            await api.audit(call, "token.remove", id)
            return .done
        }
        api.on(.get, "/audit", role: .admin) { call in
            struct Page: Encodable { var entries: [AuditEntry] }
            let limit = try call.integer("limit", 1...500) ?? 100
            let before = try call.integer("before", 0...Int(1) << 53)
            let entries = try await store.perform {
                try $0.auditEntries(before: before.map(Int64.init), limit: limit)
            }
            return .json(Page(entries: entries))
        }
    }
}
