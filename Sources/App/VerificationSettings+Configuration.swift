import Settings
import Verification

extension VerificationSettings {
    /// - Returns: nil when the site has not set it up.
    init?(_ configuration: SecondLookConfiguration) {
        guard let baseURL = configuration.baseURL else { return nil }
        self.init(
            baseURL: baseURL, model: configuration.model, apiKey: configuration.apiKey?.reveal(),
            timeLimitSeconds: configuration.timeLimitSeconds, frames: configuration.frames,
            holdSeconds: configuration.verify == .hold ? configuration.holdSeconds : nil,
            kinds: Set(configuration.kinds))
    }
}
