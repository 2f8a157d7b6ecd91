import Domain
import Foundation

/// What Home Assistant must be told so that each camera appears by itself: an incident sensor, its last text, a switch and
/// a button (<https://www.home-assistant.io/integrations/mqtt/#mqtt-discovery>).
struct HomeAssistantDiscovery: Sendable {
    var prefix: String
    var topics: MQTTTopics
    var siteName: String
    var withCommands: Bool

    private struct Device: Encodable {
        var identifiers: [String]
        var name: String
        var manufacturer = "Aislewatch"
        var model = "Camera"
    }

    private struct Entity: Encodable {
        var name: String
        var unique_id: String
        var object_id: String
        var availability_topic: String
        var device: Device
        var state_topic: String?
        var command_topic: String?
        var value_template: String?
        var json_attributes_topic: String?
        var json_attributes_template: String?
        var payload_press: String?
        var device_class: String?
        var icon: String?
    }

    /// Topic and payload of each entity of the camera; to be retained.
    func messages(_ camera: CameraID, name: String) -> [(topic: String, payload: String)] {
        var entities: [(component: String, entity: Entity)] = [
            ("binary_sensor", entity(camera, name, "incident", "Incident")),
            ("sensor", entity(camera, name, "text", "Last incident")),
        ]
        entities[0].entity.state_topic = topics.incidents(camera)
        entities[0].entity.value_template = "{{ 'OFF' if value_json.type == 'end' else 'ON' }}"
        entities[0].entity.json_attributes_topic = topics.incidents(camera)
        entities[0].entity.json_attributes_template = "{{ value_json.after | tojson }}"
        entities[0].entity.device_class = "problem"
        entities[1].entity.state_topic = topics.incidents(camera)
        // A state has at most 255 characters.
        entities[1].entity.value_template = "{{ value_json.after.text[:250] }}"
        entities[1].entity.icon = "mdi:message-alert"
        if withCommands {
            var enabled = entity(camera, name, "enabled", "Enabled")
            enabled.state_topic = topics.enabledState(camera)
            enabled.command_topic = topics.setEnabled(camera)
            entities.append(("switch", enabled))
            var trigger = entity(camera, name, "trigger", "Record now")
            trigger.command_topic = topics.trigger(camera)
            trigger.payload_press = "Home Assistant"
            entities.append(("button", trigger))
        }
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        return entities.compactMap { component, entity in
            guard let data = try? encoder.encode(entity) else { return nil }
            return ("\(prefix)/\(component)/\(entity.unique_id)/config", String(decoding: data, as: UTF8.self))
        }
    }

    private func entity(_ camera: CameraID, _ name: String, _ key: String, _ title: String) -> Entity {
        // Two sites may share a broker: their base topics differ.
        let base = topics.base.replacingOccurrences(of: "/", with: "_")
        let id = "\(base)_\(camera)_\(key)"
        return Entity(
            name: title, unique_id: id, object_id: id, availability_topic: topics.available,
            device: Device(
                identifiers: ["\(base)_\(camera)"], name: siteName.isEmpty ? name : "\(siteName) \(name)"))
    }
}
