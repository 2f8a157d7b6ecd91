import ArgumentParser
import Domain
import Foundation
import Storage

/// `alerts retry`: dead messages get another chance.
struct AlertsRetryCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "retry", abstract: "Put dead messages back, or have waiting ones tried at once.",
        discussion: "The running daemon sends them; without one they wait for its next start.")

    @OptionGroup var place: ConfigurationOption

    @Argument(help: "Numbers of messages, as \"alerts list\" shows them.")
    var messages: [Int64] = []

    @Flag(help: "All dead ones.")
    var dead = false

    func validate() throws {
        if messages.isEmpty != dead { throw ValidationError("name messages by their numbers, or say --dead") }
    }

    func run() throws {
        let store = try place.openStore(try place.load())
        let numbers = dead ? try store.blocking.messages(in: .dead, limit: 10_000).map(\.id).sorted() : messages
        var missing: [Int64] = []
        for number in numbers where try !store.blocking.retry(number) { missing.append(number) }
        let count = numbers.count - missing.count
        if count > 0 { _ = try store.blocking.request(.wake) }
        print("\(count) message\(count == 1 ? "" : "s") will be tried again.")
        if !missing.isEmpty {
            let list = missing.map { "\($0)" }.joined(separator: ", ")
            throw CommandFailure("not found, already sent or not needed any more: \(list)")
        }
    }
}
