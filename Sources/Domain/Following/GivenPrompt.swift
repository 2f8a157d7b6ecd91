import Foundation

/// A prompt with the frame that it was given on.
public struct GivenPrompt: Hashable, Sendable, Codable {
    /// In pixels of a picture of `frameSize`.
    public var prompt: Prompt
    /// The frame's moment on the camera's time line, and its time of day.
    public var time: MediaTime
    public var date: Date
    public var frameSize: FrameSize

    public init(prompt: Prompt, time: MediaTime, date: Date, frameSize: FrameSize) {
        self.prompt = prompt
        self.time = time
        self.date = date
        self.frameSize = frameSize
    }
}
