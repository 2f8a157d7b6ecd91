import Domain
import Foundation
import TestSupport
import Testing

@testable import Evaluation

@Suite("Incident labels")
struct IncidentLabelTests {
    private func label(_ json: String) throws -> IncidentLabel { try IncidentLabel(json: Data(json.utf8)) }

    @Test("an incident with its zones, in fractions of the picture")
    func incident() throws {
        let label = try label(
            """
            {"fps": 10, "size": [640, 360], "frames": 130,
             "incident": {"kind": "falling_object", "start_s": 5.28, "end_s": 6.67, "region": [438, 98, 87, 170]},
             "zones": [{"name": "Aisle", "kind": "walkway", "polygon": [[0, 180], [640, 180], [640, 360], [0, 360]]}]}
            """)
        #expect(label.expected?.kind == "falling_object" && label.expected?.startSeconds == 5.28)
        #expect(label.expected?.region == Region(x: 438, y: 98, width: 87, height: 170))
        #expect(label.zones.map(\.kind) == [.walkway])
        #expect(label.zones[0].polygon.points[2] == Point(x: 1, y: 1))
    }

    @Test("a clip in which nothing happens")
    func none() throws {
        let label = try label(
            #"{"size": [640, 360], "incident": {"kind": "none", "start_s": null, "end_s": null, "region": null}}"#)
        #expect(label.expected == nil && label.zones.isEmpty)
    }

    @Test("what is wrong is said with the file's name")
    func errors() throws {
        let folder = try TemporaryDirectory()
        func message(_ text: String) throws -> String {
            let file = folder.file("a.json")
            try Data(text.utf8).write(to: file)
            do {
                _ = try IncidentLabel(contentsOf: file)
                return ""
            } catch { return "\(error)" }
        }
        #expect(try message("{").contains("a.json: is not JSON"))
        #expect(try message(#"{"incident": {"kind": "none"}}"#).contains("size is missing"))
        #expect(
            try message(#"{"size": [6, 4], "incident": {"kind": "spill", "start_s": 1}}"#).contains("needs start_s"))
        #expect(try message(#"{"size": [6, 4], "incident": {"kind": 5}}"#).contains("incident.kind has a wrong type"))
    }
}
