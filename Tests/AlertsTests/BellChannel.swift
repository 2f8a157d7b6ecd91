import Alerts
import Domain
import Settings

/// Rings a bell behind a box that takes a word by HTTP.
struct BellChannel: AlertChannel {
    let name: String
    let box: String
    let word: String

    func send(_ delivery: AlertDelivery) async throws(AlertError) -> AlertReceipt {
        guard !box.isEmpty else { throw .permanent(reason: "the bell has no box") }
        return .queued(providerID: "\(box)/\(word)")
    }
}

extension BellChannel: ConfigurableChannel {
    struct Settings: ChannelSettings {
        var box = ""
        var word = ""
    }

    static let type = ChannelType(
        "bell", "A bell.", exampleName: "gate", traits: .init(through: "a box", picture: "no", sentWhen: "it rings"),
        parameters: [
            .host("box", \Settings.box, "The box.", example: "192.0.2.30"),
            .text("word", \.word, default: "ring", "a text", "What the box waits for."),
        ])

    static func make(_ name: String, _ settings: Settings, at site: ChannelSite) -> any AlertChannel {
        BellChannel(name: name, box: settings.box, word: settings.word)
    }
}
