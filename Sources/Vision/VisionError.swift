import Domain

/// What can go wrong between a frame and its mask. Every message is one line and says what to do where something can
/// be done.
public enum VisionError: Error, Equatable, CustomStringConvertible {
    /// The inference runtime itself can't be used.
    case runtimeUnavailable(reason: String)
    /// OpenVINO doesn't find the device.
    case deviceMissing(String, available: [String])
    /// Loading the model would leave the machine without memory.
    case tooLittleMemory(path: String, neededBytes: Int, availableBytes: Int)
    /// No folder with models was found; `searched` are the places looked at.
    case modelsNotFound(searched: [String])
    case modelMissing(path: String)
    case modelUnreadable(path: String, reason: String)
    /// The file has another length than its manifest says.
    case modelTruncated(path: String, expectedBytes: Int, foundBytes: Int)
    /// The file has the right length but another SHA-256 than its manifest says.
    case modelChanged(path: String)
    case manifestInvalid(path: String, reason: String)
    /// The runtime doesn't accept the graph.
    case graphInvalid(graph: String, reason: String)
    /// The graph has no such input or output.
    case unknownTensor(graph: String, tensor: String, known: [String])
    case wrongShape(graph: String, tensor: String, expected: [Int], found: [Int])
    /// The request was not begun in time; nothing was computed.
    case deadlineExceeded(graph: String, seconds: Double)
    case inferenceFailed(graph: String, reason: String)
    /// The inference service was shut down.
    case closed

    case clickOutside(Point, frame: FrameSize)
    case boxOutside(Region, frame: FrameSize)
    case promptMaskSize(found: FrameSize, frame: FrameSize)
    /// A prompt that names no object: neither a positive click, nor a box, nor a mask.
    case promptEmpty
    /// `step`, `choose` or `correct` before `start`.
    case notStarted
    case noSuchCandidate(index: Int, count: Int)
    /// A session serves one call at a time.
    case sessionBusy

    public var description: String {
        switch self {
        case .runtimeUnavailable(let reason):
            "the inference runtime can't be used: \(reason)"
        case .deviceMissing(let device, let available):
            "there is no \(device) that OpenVINO can use here (it finds \(available.joined(separator: ", "))); install its "
                + "driver and OpenVINO's plugin for it, or set model.device to CPU"
        case .tooLittleMemory(let path, let needed, let available):
            "the model in \(path) needs about \(Self.megabytes(needed)) MB of memory, \(Self.megabytes(available)) MB are "
                + "free; use a smaller model (compact, edgetam)"
        case .modelsNotFound(let searched):
            "no models found (looked in \(searched.joined(separator: ", "))); set AISLEWATCH_MODELS to the models folder"
        case .modelMissing(let path):
            "model file \(path) is missing; restore the models folder or set AISLEWATCH_MODELS to a whole one"
        case .modelUnreadable(let path, let reason):
            "model file \(path) can't be read: \(reason)"
        case .modelTruncated(let path, let expected, let found):
            "model file \(path) has \(found) bytes instead of \(expected); it was cut short or replaced, restore it"
        case .modelChanged(let path):
            "model file \(path) is not the one its manifest describes (SHA-256 differs); restore it"
        case .manifestInvalid(let path, let reason):
            "model manifest \(path) is not valid: \(reason)"
        case .graphInvalid(let graph, let reason):
            "graph \(graph) can't be used: \(reason)"
        case .unknownTensor(let graph, let tensor, let known):
            "graph \(graph) has no tensor \(tensor); it has \(known.joined(separator: ", "))"
        case .wrongShape(let graph, let tensor, let expected, let found):
            "graph \(graph): \(tensor) has shape \(found) where \(expected) is needed"
        case .deadlineExceeded(let graph, let seconds):
            "graph \(graph) was not begun within \(seconds) s; the machine is too busy"
        case .inferenceFailed(let graph, let reason):
            "graph \(graph) failed: \(reason)"
        case .closed:
            "the inference service was shut down"
        case .clickOutside(let point, let frame):
            "click (\(Self.short(point.x)), \(Self.short(point.y))) lies outside the picture, which is \(frame) pixels"
        case .boxOutside(let region, let frame):
            "box (\(region.x), \(region.y), \(region.width), \(region.height)) has no pixel of the picture, which is \(frame)"
        case .promptMaskSize(let found, let frame):
            "the mask is \(found) pixels, the picture \(frame); they must be of one size"
        case .promptEmpty:
            "nothing to look for: give a click on the object, a box around it or a mask"
        case .notStarted:
            "nothing is followed yet: start with a prompt"
        case .noSuchCandidate(let index, let count):
            "there is no candidate \(index); there are \(count), counted from 0"
        case .sessionBusy:
            "the session is already at work on another frame"
        }
    }

    private static func megabytes(_ bytes: Int) -> Int { bytes / 1_000_000 }

    private static func short(_ value: Double) -> String {
        value == value.rounded() && abs(value) < 1e9 ? String(Int(clamping: value)) : String(value)
    }
}
