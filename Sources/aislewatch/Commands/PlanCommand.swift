import App
import ArgumentParser
import Camera
import Domain
import Evaluation
import Foundation
import Media
import Settings
import Vision

/// `plan`: says how many cameras this machine can take, by measuring it.
struct PlanCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "plan",
        abstract: "Say how many cameras this machine can take, by measuring it.",
        discussion: """
            Receives each configured camera for some seconds, does with it what the daemon would do, and adds up the processor \
            time. Without cameras at hand, --video takes a film as all of them see it. Run it while nothing else runs.
            Exit status: 0 when all cameras fit while something moves before each of them, 1 when not.
            """)

    @OptionGroup var configuration: ConfigurationOption

    @Option(help: "A video file to measure with, instead of the cameras' own streams.", completion: .file())
    var video: String?

    @Option(help: "How many seconds of each stream are measured.")
    var seconds = 10.0

    @OptionGroup var model: ModelOption

    @Flag(help: "Measure without the network.")
    var motionOnly = false

    @Flag(help: "Print one JSON object.")
    var json = false

    func validate() throws {
        guard (2...120).contains(seconds) else { throw ValidationError("--seconds must be 2 to 120") }
    }

    func run() async throws {
        let site = try configuration.load()
        guard !site.cameras.isEmpty else {
            throw CommandFailure("no camera is configured, so there is nothing to measure; name a file with --config")
        }
        let family = motionOnly ? nil : try await model.load()
        let probe = StreamCostProbe(family: family, seconds: seconds)
        var known: [String: (stream: String, cost: StreamCost)] = [:]
        var lines: [Line] = []
        var cameras: [MachinePlan.Camera] = []
        for camera in site.cameras {
            let options = video.map { SourceOptions(url: $0) } ?? SourceOptions(analysed: camera)
            do {
                if known[options.url] == nil { known[options.url] = try await measure(probe, options) }
                guard let measured = known[options.url] else { continue }
                let planned = MachinePlan.Camera(
                    id: camera.id, cost: measured.cost, analysisFPS: camera.analysisFPS,
                    isAdaptive: camera.analysisMode == .adaptive)
                cameras.append(planned)
                lines.append(Line(planned, stream: measured.stream))
            } catch let error as MediaError {
                StandardError.write("warning: \(camera.id) is left out: \(error)")
            }
        }
        guard !cameras.isEmpty else { throw CommandFailure("no stream could be measured; try --video FILE") }
        let plan = MachinePlan(cameras: cameras, processors: ProcessInfo.processInfo.activeProcessorCount)
        if json { try JSONOutput.write(Report(plan, lines)) } else { Self.print(plan, lines) }
        if !plan.fits { throw CommandFailure(status: 1) }
    }

    private func measure(_ probe: StreamCostProbe, _ options: SourceOptions) async throws -> (String, StreamCost) {
        StandardError.write("measuring \(options.redactedURL) ...")
        let (info, cost) = try await probe.measure(options)
        let rate = String(format: ", %.0f fps", info.framesPerSecond)
        return ("\(info.codecName) \(info.frameSize)\(rate)", cost)
    }

    /// One camera; CPU-seconds for a minute.
    private struct Line: Encodable {
        var camera: CameraID
        var stream: String
        var stillMinute: Double
        var busyMinute: Double
        var cost: StreamCost

        init(_ camera: MachinePlan.Camera, stream: String) {
            self.camera = camera.id
            self.stream = stream
            stillMinute = camera.stillMinute
            busyMinute = camera.busyMinute
            cost = camera.cost
        }
    }

    private struct Report: Encodable {
        var cameras: [Line]
        var processors: Int
        var usableMinute: Double
        var stillMinute: Double
        var busyMinute: Double
        var fits: Bool
        var busyAtOnce: Int?
        var mostBusy: Int
        var mostStill: Int
        var advice: [String]

        init(_ plan: MachinePlan, _ lines: [Line]) {
            cameras = lines
            processors = plan.processors
            usableMinute = plan.usableMinute
            stillMinute = plan.stillMinute
            busyMinute = plan.busyMinute
            fits = plan.fits
            busyAtOnce = plan.busyAtOnce
            mostBusy = plan.mostBusy
            mostStill = plan.mostStill
            advice = plan.advice
        }
    }

    private static func print(_ plan: MachinePlan, _ lines: [Line]) {
        func line(_ columns: [String]) {
            let widths = [20, 30, 8, 8]
            let padded = zip(columns, widths).enumerated().map { index, entry in
                let (text, width) = entry
                let pad = String(repeating: " ", count: max(0, width - text.count))
                return index < 2 ? text + pad : pad + text
            }
            Swift.print(padded.joined(separator: " "))
        }
        func number(_ value: Double) -> String { String(format: "%.2f", value) }
        Swift.print("CPU-seconds a minute, while nothing happens and while one object moves:")
        line(["camera", "stream", "still", "busy"])
        for entry in lines {
            line([entry.camera.rawValue, entry.stream, number(entry.stillMinute), number(entry.busyMinute)])
        }
        line(["all", "", number(plan.stillMinute), number(plan.busyMinute)])
        let usable = Int(MachinePlan.usableFraction * 100)
        Swift.print(
            "\n\(plan.processors) processors have \(number(plan.usableMinute)) for cameras (\(usable) % of their time)."
        )
        Swift.print(
            "Cameras like these: \(plan.mostBusy) when something moves before all, \(plan.mostStill) when before none.")
        if plan.fits {
            Swift.print("All configured cameras fit.")
        } else if let count = plan.busyAtOnce {
            Swift.print(
                "The configured cameras fit as long as something moves before \(count) of \(plan.cameras.count) at the same time. "
                    + "Beyond that the network looks less often, and then frames are skipped. What helps:")
        } else {
            Swift.print("The configured cameras do not fit, even while nothing happens. What helps:")
        }
        for advice in plan.advice { Swift.print("  - \(advice)") }
    }
}
