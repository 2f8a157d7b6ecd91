import Domain

/// The topics, with Frigate's habits: `<base>/available`, `<base>/<camera>/incidents`, `…/enabled/set`, `…/enabled/state`,
/// `…/trigger`; and `<base>/notices` about the installation.
struct MQTTTopics: Hashable, Sendable {
    enum Command: Hashable, Sendable {
        case setEnabled(CameraID)
        case trigger(CameraID)
    }

    var base: String

    var available: String { "\(base)/available" }
    var notices: String { "\(base)/notices" }
    func incidents(_ camera: CameraID) -> String { "\(base)/\(camera)/incidents" }
    func enabledState(_ camera: CameraID) -> String { "\(base)/\(camera)/enabled/state" }
    func setEnabled(_ camera: CameraID) -> String { "\(base)/\(camera)/enabled/set" }
    func trigger(_ camera: CameraID) -> String { "\(base)/\(camera)/trigger" }
    var commands: [String] { ["\(base)/+/enabled/set", "\(base)/+/trigger"] }

    /// - Returns: nil when the topic is none of ours.
    func command(_ topic: String) -> Command? {
        guard topic.hasPrefix(base + "/") else { return nil }
        let parts = topic.dropFirst(base.count + 1).split(separator: "/", omittingEmptySubsequences: false)
        guard let camera = parts.first.flatMap({ CameraID(rawValue: String($0)) }) else { return nil }
        return switch parts.dropFirst() {
        case ["enabled", "set"]: .setEnabled(camera)
        case ["trigger"]: .trigger(camera)
        default: nil
        }
    }
}
