import ArgumentParser
import Domain
import Foundation
import Incidents
import Media
import Settings

/// `calibrate`: what a camera's calibration means.
struct CalibrateCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "calibrate",
        abstract: "Check a camera's calibration: how tall a person would be at each place of the picture.",
        discussion: """
            Put the marks into the configuration, below the camera, in fractions of the picture:
              calibration:
                rectangle:                 # something rectangular on the floor: a pallet's place, a bay
                  corners: [[0.31, 0.72], [0.58, 0.74], [0.55, 0.52], [0.37, 0.51]]   # near left, near right, far right, far left
                  width_metres: 2.4
                  depth_metres: 3.6
            or two upright things of known height, one near, one far:
              calibration:
                heights:
                  - {foot: [0.40, 0.90], head: [0.40, 0.48], metres: 1.8}
                  - {foot: [0.55, 0.55], head: [0.55, 0.38], metres: 1.8}
            Then:
              aislewatch calibrate --config aislewatch.yaml --camera dock --picture snapshot.jpg --out check.png
            draws people of 1.8 m onto the picture. Do they look right? Then the scale is right.
            """)

    @Option(help: "The configuration.", completion: .file(extensions: ["yaml", "yml"]))
    var config: String

    @Option(help: "The camera. Default: its only one.")
    var camera: String?

    @Option(help: "The picture's size, as WIDTHxHEIGHT, where no --picture is given.")
    var size = "1280x720"

    @Option(help: "A picture of the camera (JPEG, PNG or the first frame of a clip).", completion: .file())
    var picture: String?

    @Option(help: "Where to write the picture with people drawn onto it (PNG).", completion: .file(extensions: ["png"]))
    var out: String?

    @Option(help: "How tall the people are, in metres.")
    var person = 1.8

    func validate() throws {
        guard (0.1...50).contains(person) else { throw ValidationError("--person is from 0.1 to 50 m") }
    }

    func run() throws {
        let configuration = try ConfigurationOption.load(config)
        _ = try ConfigurationOption.camera(camera, in: configuration)
        let known = configuration.cameras
        let chosen = camera.map { id in known.first { $0.id.rawValue == id } } ?? (known.count == 1 ? known.first : nil)
        guard let chosen else {
            throw CommandFailure("say which camera with --camera: \(known.map(\.id.rawValue).joined(separator: ", "))")
        }
        guard let marks = chosen.calibration else {
            throw CommandFailure(
                "camera \(chosen.id) has no \"calibration\"; `aislewatch calibrate --help` shows how to write one")
        }
        let parts = size.split(separator: "x").compactMap { Int($0) }
        guard parts.count == 2, parts.allSatisfy({ $0 > 0 && $0 <= 20_000 }) else {
            throw CommandFailure("--size is not WIDTHxHEIGHT, as in 1280x720")
        }
        var image = try picture.map { path in try Self.read(path) }
        let frame = image?.size ?? FrameSize(width: parts[0], height: parts[1])
        let floor: FloorCamera
        do { floor = try FloorCamera(marks, size: frame) } catch {
            throw CommandFailure("camera \(chosen.id): \(error)")
        }
        print(describe(floor, frame, chosen))
        guard let out else { return }
        if image == nil { image = RGBImage(size: frame, red: 40, green: 40, blue: 40) }
        guard var image else { return }
        for place in places(frame) { draw(floor, at: place, on: &image) }
        do { try ImageFile.writePNG(image, to: out) } catch { throw CommandFailure("\(error)") }
        print("people of \(person) m drawn into \(out)")
    }

    private static func read(_ path: String) throws -> RGBImage {
        do { return try ImageFile.read(path) } catch { throw CommandFailure("\(error)") }
    }

    private func places(_ size: FrameSize) -> [Point] {
        [0.3, 0.45, 0.6, 0.75, 0.9].flatMap { y in
            [0.2, 0.5, 0.8].map { Point(x: $0 * Double(size.width), y: y * Double(size.height)) }
        }
    }

    private func describe(_ floor: FloorCamera, _ size: FrameSize, _ camera: CameraConfiguration) -> String {
        var lines = [
            String(
                format:
                    "camera %@: %.1f m above the floor, looks down by %.0f degrees, marks off by %.1f %% of the picture",
                camera.id.rawValue, floor.heightMetres, floor.pitchDegrees, floor.residual * 100),
            String(format: "a person of %.2f m who stands at", person),
        ]
        for place in places(size) {
            let at = String(
                format: "  %3.0f %% from the left, %2.0f %% from the top: ", place.x / Double(size.width) * 100,
                place.y / Double(size.height) * 100)
            guard let tall = floor.pixels(ofHeight: person, at: place) else {
                lines.append(at + "above the horizon")
                continue
            }
            lines.append(
                at + String(format: "%4.0f px tall (%.0f %% of the picture)", tall, tall / Double(size.height) * 100))
        }
        if floor.residual > 0.02 {
            lines.append("The marks contradict each other by more than 2 %: measure them again.")
        }
        return lines.joined(separator: "\n")
    }

    private func draw(_ floor: FloorCamera, at foot: Point, on image: inout RGBImage) {
        guard let place = floor.floorPosition(of: foot), let head = floor.picturePoint(of: place, heightMetres: person)
        else { return }
        let painter = MaskPainter()
        let steps = max(2, Int(foot.distance(to: head)))
        for step in 0...steps {
            let part = Double(step) / Double(steps)
            let point = Point(x: foot.x + (head.x - foot.x) * part, y: foot.y + (head.y - foot.y) * part)
            painter.cross(at: point, on: &image, arm: step == 0 || step == steps ? 8 : 1)
        }
    }
}
