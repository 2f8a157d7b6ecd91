public import Foundation

/// A picture of a camera and when it was taken.
public struct LivePicture: Sendable {
    public var jpeg: Data
    /// On the time line of the live video.
    public var time: MediaTime
    public var date: Date
    public var frameSize: FrameSize

    public init(jpeg: Data, time: MediaTime, date: Date, frameSize: FrameSize) {
        self.jpeg = jpeg
        self.time = time
        self.date = date
        self.frameSize = frameSize
    }
}
