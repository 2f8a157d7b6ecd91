import ArgumentParser
import Domain
import Foundation
import Settings
import Storage

/// `user`: accounts, for the day the password is lost.
struct UserCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "user",
        abstract: "Add, list and remove accounts of the web pages, or give them new passwords.",
        discussion: """
            Works on the daemon's database, whether the daemon runs or not. The password is asked for, or read from \
            standard input where that is no terminal:
              aislewatch user add anna --role admin --config aislewatch.yaml
              echo "$NEW" | aislewatch user password anna --config aislewatch.yaml
            """,
        subcommands: [
            UserAddCommand.self, UserPasswordCommand.self, UserSecondFactorCommand.self, UserRemoveCommand.self,
            UserListCommand.self,
        ])

    /// Asks for a password without showing it, or reads a line.
    /// - Parameter ownWords: Names that a password must not be made of.
    static func readPassword(ownWords: [String]) throws -> PasswordHash {
        var typed: String?
        if isatty(STDIN_FILENO) != 0 {
            guard let first = getpass("New password: ").map({ String(cString: $0) }),
                let second = getpass("Once more: ").map({ String(cString: $0) })
            else { throw CommandFailure("no password was given") }
            guard first == second else { throw CommandFailure("the two passwords differ; nothing was changed") }
            typed = first
        } else {
            typed = readLine(strippingNewline: true)
        }
        guard let typed else { throw CommandFailure("no password was given") }
        if let weakness = PasswordPolicy(ownWords: ownWords).weakness(of: typed) {
            throw CommandFailure("\(weakness) Nothing was changed.")
        }
        return try PasswordHash(typed)
    }

    static func audit(_ store: Store, _ action: String, _ name: String) throws {
        try store.blocking.audit(AuditEntry(at: SystemClock().now(), who: "cli", action: action, subject: name))
    }
}

extension Role: ExpressibleByArgument {}

extension AislewatchConfiguration {
    /// What somebody who knows the place would try as a password.
    fileprivate var ownWords: [String] { [site.name] + cameras.map(\.name) }
}

/// `user add NAME`.
struct UserAddCommand: ParsableCommand {
    static let configuration = CommandConfiguration(commandName: "add", abstract: "Add an account.")

    @Argument(help: "1 to 64 of A-Z a-z 0-9 . _ @ -, a letter or digit first.") var name: String
    @Option(help: "viewer looks; operator clicks, reviews, silences; admin changes settings and accounts.")
    var role = Role.viewer
    @OptionGroup var configuration: ConfigurationOption

    func validate() throws {
        guard Account.isName(name) else {
            throw ValidationError("a name has 1 to 64 of A-Z a-z 0-9 . _ @ -, a letter or digit first")
        }
    }

    func run() throws {
        let site = try configuration.load()
        let store = try configuration.openStore(site)
        let password = try UserCommand.readPassword(ownWords: site.ownWords + [name])
        let added = try store.blocking.addAccount(name, password: password, role: role)
        guard added else { throw CommandFailure("there is an account \(name) already") }
        try UserCommand.audit(store, "user.create", name)
        print("added \(name), \(role.rawValue)")
    }
}

/// `user password NAME`.
struct UserPasswordCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "password", abstract: "Give an account a new password; it is signed out everywhere.")

    @Argument var name: String
    @OptionGroup var configuration: ConfigurationOption

    func run() throws {
        let site = try configuration.load()
        let store = try configuration.openStore(site)
        guard try store.blocking.account(name) != nil else { throw CommandFailure("there is no account \(name)") }
        let password = try UserCommand.readPassword(ownWords: site.ownWords + [name])
        _ = try store.blocking.changeAccount(name, .init(password: password))
        try UserCommand.audit(store, "user.change", name)
        print("\(name) has a new password and is signed out everywhere")
    }
}

/// `user second-factor NAME --remove`.
struct UserSecondFactorCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "second-factor",
        abstract: "Say whether an account needs a code beside its password, or take that away.",
        discussion: "For who has lost both the telephone and the recovery codes. It is set up on the account's page.")

    @Argument var name: String
    @Flag(help: "From now on the password is enough.") var remove = false
    @OptionGroup var configuration: ConfigurationOption

    func run() throws {
        let store = try configuration.openStore(configuration.load())
        guard try store.blocking.account(name) != nil else { throw CommandFailure("there is no account \(name)") }
        guard let factor = try store.blocking.secondFactor(of: name) else {
            print("\(name) has no second factor")
            return
        }
        guard remove else {
            print("\(name) has a second factor since \(factor.since), and \(factor.recoveryCodes) recovery codes")
            return
        }
        _ = try store.blocking.removeSecondFactor(of: name)
        try UserCommand.audit(store, "user.second_factor", name)
        print("\(name) needs no code any more")
    }
}

/// `user remove NAME`.
struct UserRemoveCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "remove", abstract: "Remove an account; it is signed out everywhere.",
        discussion: "The last admin can be removed too: the daemon then prints a new link at its next start.")

    @Argument var name: String
    @OptionGroup var configuration: ConfigurationOption

    func run() throws {
        let store = try configuration.openStore(configuration.load())
        guard try store.blocking.removeAccount(name, evenLastAdmin: true) else {
            throw CommandFailure("there is no account \(name)")
        }
        try UserCommand.audit(store, "user.remove", name)
        print("removed \(name)")
    }
}

/// `user list`.
struct UserListCommand: ParsableCommand {
    static let configuration = CommandConfiguration(commandName: "list", abstract: "List the accounts.")

    @OptionGroup var configuration: ConfigurationOption

    func run() throws {
        let store = try configuration.openStore(configuration.load())
        for account in try store.blocking.accounts() { print("\(account.name)\t\(account.role.rawValue)") }
    }
}
