import Domain
import Foundation

/// What Home Assistant must be told so that each camera appears by itself as a device, with its entities and device triggers
/// (<https://www.home-assistant.io/integrations/mqtt/#mqtt-discovery>); and what is left of it from before.
struct HomeAssistantDiscovery: Sendable {
    /// A retained message that this program has published and no longer wants.
    struct Leftover: Hashable, Sendable {
        var topic: String
        /// Its camera, where that isn't configured any more.
        var goneCamera: CameraID?
    }

    /// Topic and payload of each entity and trigger; to be retained.
    let messages: [(topic: String, payload: String)]
    private let wanted: Set<String>
    private let prefix: String
    private let topics: MQTTTopics
    private let cameras: Set<CameraID>
    /// Two sites may share a broker: their base topics differ, and these with them.
    private let site: String

    /// - Parameters:
    ///   - prefix: Home Assistant's discovery prefix.
    ///   - siteName: Before the cameras' names; may be empty.
    ///   - withCommands: Whether there are entities that ask something of a camera.
    init(
        prefix: String, topics: MQTTTopics, siteName: String, cameras: [(id: CameraID, name: String)],
        withCommands: Bool
    ) {
        self.prefix = prefix
        self.topics = topics
        self.cameras = Set(cameras.map(\.id))
        site = topics.base.replacingOccurrences(of: "/", with: "_")
        let maker = Maker(
            prefix: prefix, topics: topics, siteName: siteName, site: site, withCommands: withCommands)
        messages = maker.siteMessages() + cameras.flatMap { maker.messages($0.id, name: $0.name) }
        wanted = Set(messages.map(\.topic))
    }

    // MARK: - What is left of before

    /// Where everything that was ever published for Home Assistant is found, others' messages among it.
    var leftoverTopics: [String] { ["\(prefix)/+/+/config"] }

    /// - Returns: nil for what others have published, and for what is wanted.
    func leftover(topic: String, payload: String) -> Leftover? {
        guard topic.hasPrefix(prefix + "/"), topic.hasSuffix("/config"), !wanted.contains(topic),
            let published = try? JSONDecoder().decode(Published.self, from: Data(payload.utf8)),
            published.device?.manufacturer == Device.maker, isOurs(published)
        else { return nil }
        let camera = published.device?.identifiers.lazy.compactMap { identifier -> CameraID? in
            guard identifier.hasPrefix(site + "_") else { return nil }
            return CameraID(rawValue: String(identifier.dropFirst(site.count + 1)))
        }.first
        return Leftover(topic: topic, goneCamera: camera.flatMap { cameras.contains($0) ? nil : $0 })
    }

    /// Another site's daemon on the same broker has other topics, even where one base begins like the other.
    private func isOurs(_ published: Published) -> Bool {
        if published.availability_topic == topics.available { return true }
        if published.availability?.contains(where: { $0.topic == topics.available }) == true { return true }
        guard let topic = published.topic, topic.hasPrefix(topics.base + "/") else { return false }
        let parts = topic.dropFirst(topics.base.count + 1).split(separator: "/", omittingEmptySubsequences: false)
        return parts.count == 2 && parts.last == "started"
    }

    /// As much as is needed to know one's own; of this version and of earlier ones.
    private struct Published: Decodable {
        struct Owner: Decodable {
            var manufacturer: String?
            var identifiers: [String]
        }

        struct Availability: Decodable { var topic: String }

        var device: Owner?
        var availability_topic: String?
        var availability: [Availability]?
        /// A device trigger's.
        var topic: String?
    }

    // MARK: - What is published

    private struct Device: Encodable {
        static let maker = "Aislewatch"

        var identifiers: [String]
        var name: String
        var manufacturer = maker
        var model: String
        var via_device: String?
    }

    private struct Origin: Encodable { var name = Device.maker }

    private struct Availability: Encodable { var topic: String }

    private struct Entity: Encodable {
        var name: String
        var unique_id: String
        /// With the domain before it: what the entity is called at first.
        var default_entity_id: String
        var availability: [Availability]
        /// All topics must say `online`.
        var availability_mode = "all"
        var device: Device
        var origin = Origin()
        var state_topic: String?
        var command_topic: String?
        var value_template: String?
        var json_attributes_topic: String?
        var json_attributes_template: String?
        var image_topic: String?
        var content_type: String?
        var payload_on: String?
        var payload_off: String?
        var payload_press: String?
        var device_class: String?
        var entity_category: String?
        var icon: String?
        var qos = 1
    }

    private struct Trigger: Encodable {
        var automation_type = "trigger"
        var topic: String
        var payload: String
        /// Shown after the subtype: "falling_object started".
        var type = "started"
        var subtype: String
        var device: Device
        var origin = Origin()
        var qos = 1
    }

    private struct Maker {
        var prefix: String
        var topics: MQTTTopics
        var siteName: String
        var site: String
        var withCommands: Bool

        private static let attributes = "{{ value_json.after | tojson }}"

        func siteMessages() -> [(topic: String, payload: String)] {
            guard withCommands else { return [] }
            let device = Device(
                identifiers: [site], name: siteName.isEmpty ? Device.maker : siteName, model: "Service")
            var snooze = entity("switch", nil, device, "snooze", "Snooze all alerts")
            snooze.state_topic = topics.snoozeState(nil)
            snooze.command_topic = topics.setSnoozed(nil)
            snooze.icon = "mdi:bell-sleep"
            return [("switch", snooze)].compactMap(message)
        }

        func messages(_ camera: CameraID, name: String) -> [(topic: String, payload: String)] {
            let device = Device(
                identifiers: ["\(site)_\(camera)"], name: siteName.isEmpty ? name : "\(siteName) \(name)",
                model: "Camera", via_device: withCommands ? site : nil)
            let entities = signs(camera, device) + (withCommands ? commands(camera, device) : [])
            return entities.compactMap(message) + triggers(camera, device)
        }

        private func signs(_ camera: CameraID, _ device: Device) -> [(component: String, entity: Entity)] {
            // Of a camera that sends nothing nobody knows whether something happens; what happened last stays true.
            var incident = entity("binary_sensor", camera, device, "incident", "Incident", needsCamera: true)
            incident.state_topic = topics.incidentState(camera)
            incident.json_attributes_topic = topics.incidents(camera)
            incident.json_attributes_template = Self.attributes
            incident.device_class = "problem"
            var text = entity("sensor", camera, device, "text", "Last incident")
            text.state_topic = topics.incidents(camera)
            // A state has at most 255 characters.
            text.value_template = "{{ value_json.after.text[:250] }}"
            text.json_attributes_topic = topics.incidents(camera)
            text.json_attributes_template = Self.attributes
            text.icon = "mdi:message-alert"
            var picture = entity("image", camera, device, "picture", "Last incident's picture")
            picture.image_topic = topics.picture(camera)
            picture.content_type = "image/jpeg"
            picture.json_attributes_topic = topics.incidents(camera)
            picture.json_attributes_template = Self.attributes
            var connection = entity("binary_sensor", camera, device, "connection", "Connection")
            connection.state_topic = topics.available(camera)
            connection.payload_on = "online"
            connection.payload_off = "offline"
            connection.device_class = "connectivity"
            connection.entity_category = "diagnostic"
            return [
                ("binary_sensor", incident), ("sensor", text), ("image", picture), ("binary_sensor", connection),
            ]
        }

        private func commands(_ camera: CameraID, _ device: Device) -> [(component: String, entity: Entity)] {
            var enabled = entity("switch", camera, device, "enabled", "Enabled")
            enabled.state_topic = topics.enabledState(camera)
            enabled.command_topic = topics.setEnabled(camera)
            var snooze = entity("switch", camera, device, "snooze", "Snooze alerts")
            snooze.state_topic = topics.snoozeState(camera)
            snooze.command_topic = topics.setSnoozed(camera)
            snooze.icon = "mdi:bell-sleep"
            var trigger = entity("button", camera, device, "trigger", "Record now", needsCamera: true)
            trigger.command_topic = topics.trigger(camera)
            trigger.payload_press = "Home Assistant"
            return [("switch", enabled), ("switch", snooze), ("button", trigger)]
        }

        private func triggers(_ camera: CameraID, _ device: Device) -> [(topic: String, payload: String)] {
            IncidentKind.allCases.compactMap { kind in
                let trigger = Trigger(
                    topic: topics.started(camera), payload: kind.rawValue, subtype: kind.rawValue, device: device)
                return json(trigger).map {
                    ("\(prefix)/device_automation/\(site)_\(camera)_started_\(kind.rawValue)/config", $0)
                }
            }
        }

        private func entity(
            _ domain: String, _ camera: CameraID?, _ device: Device, _ key: String, _ title: String,
            needsCamera: Bool = false
        ) -> Entity {
            let id = ([site] + [camera?.rawValue, key].compactMap(\.self)).joined(separator: "_")
            var needed = [topics.available]
            if needsCamera, let camera { needed.append(topics.available(camera)) }
            return Entity(
                name: title, unique_id: id, default_entity_id: "\(domain).\(Self.slug(id))",
                availability: needed.map(Availability.init), device: device)
        }

        /// The characters that an entity's id may have.
        private static func slug(_ id: String) -> String {
            String(id.lowercased().map { $0.isASCII && ($0.isLetter || $0.isNumber) ? $0 : "_" })
        }

        private func message(_ component: String, _ entity: Entity) -> (topic: String, payload: String)? {
            json(entity).map { ("\(prefix)/\(component)/\(entity.unique_id)/config", $0) }
        }

        private func json(_ value: some Encodable) -> String? {
            let encoder = JSONEncoder()
            encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
            return (try? encoder.encode(value)).map { String(decoding: $0, as: UTF8.self) }
        }
    }
}
