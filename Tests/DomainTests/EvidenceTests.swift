import Foundation
import Testing

@testable import Domain

/// Evidence as this version and earlier ones wrote it.
@Suite("Evidence")
struct EvidenceTests {
    private func read(_ text: String) throws -> Evidence {
        try JSONDecoder().decode(Evidence.self, from: Data(text.utf8))
    }

    @Test(
        "what earlier versions wrote is read under the configuration's key, with its direction",
        arguments: [
            ("falling_object", "minDropMetres", "min_drop_metres", ThresholdDirection.atLeast),
            ("falling_object", "minAccelerationPictureHeights", "min_acceleration_picture_heights", .atLeast),
            ("spill", "maxMovingFraction", "max_moving_fraction", .atMost),
            ("spill", "minGrownSquareMetres", "min_grown_square_metres", .atLeast),
            ("toppled_stack", "maxAspectKept", "max_aspect_kept", .atMost),
            ("object_removed", "maxOutlineContrast", "max_outline_contrast", .atMost),
            ("marked_object_moved", "minMoveSizes", "min_move_sizes", .atLeast),
            ("near_miss", "max_seconds_to_contact", "max_seconds_to_contact", .atMost),
            ("person_down", "max_down_ratio", "max_down_ratio", .atMost),
            ("camera_tampered", "covered_contrast_ratio", "covered_contrast_ratio", .atMost),
            ("camera_tampered", "blurred_sharpness_ratio", "blurred_sharpness_ratio", .atMost),
            ("camera_tampered", "turned_similarity", "turned_similarity", .atMost),
            ("camera_tampered", "frozen_seconds", "frozen_seconds", .atLeast),
            ("combination", "Nobody near Press", "Nobody near Press", .atMost),
        ])
    func earlier(kind: String, written: String, key: String, direction: ThresholdDirection) throws {
        let evidence = try read(
            #"{"kind":"\#(kind)","parameter":"\#(written)","measured":1.5,"threshold":2,"unit":"m"}"#)
        #expect(evidence.parameter == key && evidence.direction == direction)
        #expect(evidence.measured == 1.5 && evidence.threshold == 2 && evidence.unit == "m")
    }

    @Test("the first versions named no rule")
    func nameless() throws {
        let evidence = try read(#"{"parameter":"minAreaFraction","measured":1,"threshold":0.5,"unit":""}"#)
        #expect(evidence.kind == nil && evidence.parameter == "min_area_fraction" && evidence.direction == .atLeast)
    }

    @Test("what is written comes back as it was, and says its direction")
    func roundTrip() throws {
        let evidence = Evidence(
            parameter: "dark_is_fine", measured: 0.1, threshold: 0.3, unit: "", kind: .cameraTampered,
            direction: .atMost)
        let data = try JSONEncoder().encode(evidence)
        #expect(try JSONDecoder().decode(Evidence.self, from: data) == evidence)
        #expect(String(decoding: data, as: UTF8.self).contains(#""direction":"at_most""#))
    }
}

/// What is made from the declarations of a group of parameters.
@Suite("Parameters")
struct ParameterTests {
    private struct Group: ParameterGroup {
        @Parameter("on", "Whether.") var isOn = true
        @Parameter("max_seconds", .seconds, 0...5, fires: .atMost, "How long.") var maxSeconds = 1.5
        @Parameter(
            "min_drop", pictureHeights: 0...1, metres: 0...9, pixels: 1...99, per: .second, fires: .atLeast, "How far.")
        var minDrop = LengthThreshold(metres: 0.4, pictureHeights: 0.07)
        @Parameter("min_height", fires: .atLeast, "How tall.")
        var minHeight = LengthThreshold(metres: 0.8, pictureHeights: 0.08)
        init() {}
    }

    @Test("are described in the order of their declaration, with key, default, unit and direction")
    func described() {
        let all = Group.parameters
        #expect(
            all.map(\.key) == [
                "on", "max_seconds", "min_drop_picture_heights", "min_drop_metres", "min_drop_pixels", "min_height",
            ])
        #expect(all.map(\.defaultText) == ["true", "1.5", "0.07", "0.4", nil, "0.8 m"])
        #expect(all.map(\.unit.words) == ["", "seconds", "picture heights/s", "m/s", "pixels/s", ""])
        #expect(all.map(\.fires) == [nil, .atMost, .atLeast, .atLeast, .atLeast, .atLeast])
        #expect(all.map(\.use) == [.always, .always, .withoutScale, .withScale, .whenGiven, .always])
    }

    @Test("take values by key, and give them back")
    func values() {
        let group = Group(values: ["max_seconds": .number(2), "min_drop_pixels": .number(40), "unknown": .flag(true)])
        #expect(group.maxSeconds == 2 && group.minDrop.pixels == 40 && group.minDrop.metres == 0.4 && group.isOn)
        #expect(Group(values: group.values) == group)
        #expect(group.with(["on": .flag(false)]).maxSeconds == 2 && !group.with(["on": .flag(false)]).isOn)
        #expect(Group() == Group(values: [:]) && Group().maxSeconds == 1.5)
    }

    @Test("name themselves in evidence, in the unit that counts")
    func evidence() {
        let group = Group()
        let drop = group.$minDrop.evidence(1, 0.4, .withScale)
        #expect(drop.parameter == "min_drop_metres" && drop.unit == "m/s" && drop.direction == .atLeast)
        let height = group.$minHeight.evidence(50, 40, .whenGiven)
        #expect(height.parameter == "min_height" && height.unit == "px")
        let seconds = group.$maxSeconds.evidence(0.5)
        #expect(
            seconds == Evidence(parameter: "max_seconds", measured: 0.5, threshold: 1.5, unit: "s", direction: .atMost))
    }
}
