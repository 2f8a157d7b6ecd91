import Domain
import Media

/// A kind of network with everything around it: crops, memory and policies stay inside. Makes sessions, which share its
/// graphs.
public protocol SegmentationFamily: AnyObject, Sendable {
    /// What the configuration calls it, for instance `compact`.
    var name: String { get }

    /// Which weights and arithmetic it runs with, for the log: "3, bf16".
    var details: String { get }

    /// A session for one object.
    func makeSession() throws -> any SegmentationSession

    /// A session for an object that the program itself points at, which happens all the time: cheap above all.
    func makeAutomaticSession() throws -> any SegmentationSession
}

extension SegmentationFamily {
    public var details: String { "" }

    public func makeAutomaticSession() throws -> any SegmentationSession { try makeSession() }
}

/// Follows one object through one camera's frames. Its memory is bounded, however long it runs.
///
/// Serves one call at a time: a call during another throws `VisionError.sessionBusy`. Every call takes frames of any
/// size; masks have the size of the frame they were made from.
public protocol SegmentationSession: AnyObject, Sendable {
    /// Begins (again) with a prompt on a frame.
    /// - Parameter change: how much each part of the frame differs from the empty scene, if the camera is fixed.
    /// - Returns: up to three candidates, best first by the model's own estimate, each different from the others. The
    ///   first is followed unless `choose` names another. A prompt that is a mask and nothing else is its own first
    ///   candidate. Empty when nothing was found; nothing is then followed.
    /// - Throws: `VisionError.clickOutside`, `boxOutside`, `promptMaskSize`, `promptEmpty`, or an error of the runtime.
    func start(_ frame: VideoFrame, prompt: Prompt, change: ChangeMap?) async throws -> [MaskCandidate]

    /// Follows another of the candidates that `start` or `correct` returned last.
    func choose(_ candidate: Int) async throws

    /// Finds the object in the next frame; frames may go forwards or backwards in time.
    /// - Parameter hint: a place where it may be as well, for instance where something moved.
    func step(_ frame: VideoFrame, change: ChangeMap?, hint: Region?) async throws -> MaskObservation

    /// Adds clicks, a box or a mask in a later frame: on the object found there, or to find it again.
    /// - Returns: as `start`.
    func correct(_ frame: VideoFrame, prompt: Prompt) async throws -> [MaskCandidate]
}

extension SegmentationSession {
    public func step(_ frame: VideoFrame, change: ChangeMap?) async throws -> MaskObservation {
        try await step(frame, change: change, hint: nil)
    }
}

/// How much each part of the frame differs from the background, at the motion detector's resolution: a hint for the
/// network.
public struct ChangeMap: Sendable {
    /// Of the map.
    public var size: FrameSize
    /// Of the frame it was made from.
    public var frameSize: FrameSize
    /// `size.area` values row by row: 0 is the background, 255 at ten or more standard deviations of its noise.
    public var values: [UInt8]

    public init(size: FrameSize, frameSize: FrameSize, values: [UInt8]) {
        self.size = size
        self.frameSize = frameSize
        self.values = values
    }
}
