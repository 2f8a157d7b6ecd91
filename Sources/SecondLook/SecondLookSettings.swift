public import Foundation

/// Whom to ask, and how long to wait.
public struct SecondLookSettings: Sendable {
    /// Of an OpenAI-compatible server, such as `http://127.0.0.1:8000/v1`.
    public var baseURL: URL
    public var model: String
    /// Nil for a server that wants none.
    public var apiKey: String?
    /// From the first byte of the question to the last of the answer, in seconds, > 0.
    public var timeLimitSeconds: Double
    /// How many pictures are sent, 4 to 8.
    public var frames: Int
    /// Width to which pictures are scaled down, in pixels.
    public var maxWidth: Int

    public init(
        baseURL: URL, model: String, apiKey: String? = nil, timeLimitSeconds: Double = 20, frames: Int = 6,
        maxWidth: Int = 768
    ) {
        self.baseURL = baseURL
        self.model = model
        self.apiKey = apiKey
        self.timeLimitSeconds = timeLimitSeconds
        self.frames = min(8, max(4, frames))
        self.maxWidth = maxWidth
    }
}
