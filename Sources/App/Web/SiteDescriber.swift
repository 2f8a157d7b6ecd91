import Camera
import Domain
import Media
import Verification

/// The vision model of `second_look`, asked where things are that a person describes; as the configuration is now.
struct SiteDescriber: ObjectDescriber {
    let settings: @Sendable () -> VerificationSettings?

    func places(of text: String, in frame: VideoFrame) async throws -> (
        places: [(region: Region, label: String)], leftOut: Int
    ) {
        guard let settings = settings() else {
            throw PortFailure.notAvailable(
                "To find objects by words, set second_look.base_url and second_look.model to a vision model.")
        }
        do {
            let answer = try await ObjectLocator(settings).locate(text, in: frame)
            return (answer.places.map { ($0.region, $0.label) }, answer.leftOut)
        } catch {
            throw PortFailure.notAvailable("The vision model gave no answer that can be used: \(error).")
        }
    }
}
