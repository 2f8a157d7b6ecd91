import Domain
import Foundation

/// `second_look`: a vision-language model that is asked about incidents. Off unless it has an address.
public struct VerificationConfiguration: Hashable, Sendable {
    /// What waits for what.
    public enum Verify: String, Hashable, Sendable, CaseIterable {
        /// The message goes out at once; the description follows as an update.
        case textFirst = "text-first"
        /// The message waits for the answer, for `holdSeconds` at most.
        case hold
    }

    /// Of an OpenAI-compatible server.
    public var baseURL: URL?
    public var model = ""
    public var apiKey: Secret?
    /// Default: `text-first`.
    public var verify = Verify.textFirst
    /// With `hold`: how long a message waits at most. 0.5 to 60. Default: 6.
    public var holdSeconds = 6.0
    /// How long an answer may take. 1 to 300. Default: 20.
    public var timeLimitSeconds = 20.0
    /// Pictures that are shown. 4 to 8. Default: 6.
    public var frames = 6
    /// Which kinds; empty: all.
    public var kinds: [IncidentKind] = []

    public init() {}

    init(reading section: Section) {
        baseURL = section.webAddress("base_url", allowed: "http://host:port/v1 or https://host/v1")?.value
        model = section.text("model")?.value ?? ""
        apiKey = section.secret("api_key", what: "the key of the model's server")
        verify = section.choice("verify", default: verify)
        holdSeconds = section.number("hold_seconds", default: holdSeconds, in: 0.5...60, unit: "seconds")
        timeLimitSeconds = section.number("time_limit_seconds", default: timeLimitSeconds, in: 1...300, unit: "seconds")
        frames = section.integer("frames", default: frames, in: 4...8, unit: "pictures")
        let words = IncidentKind.allCases.map(\.rawValue)
        kinds = section.texts("kinds", of: "kinds of incidents").compactMap { text in
            guard let kind = IncidentKind(rawValue: text.value) else {
                section.refuse(
                    "kinds", at: text.mark, found: "\"\(ReadingContext.clip(text.value))\"",
                    allowed: words.joined(separator: ", "), suggestion: NearestKey.find(text.value, in: words))
                return nil
            }
            return kind
        }
        if section.isPresent, section.node("base_url") == nil {
            section.missing("base_url", allowed: "needed: the server's address, as in http://127.0.0.1:8000/v1")
        }
        if section.isPresent, section.node("model") == nil {
            section.missing("model", allowed: "needed: the model's name, as the server calls it")
        }
        section.finish()
    }
}
