public import Foundation

/// A camera's video for one viewer: fragmented MP4, from the last key frame on.
///
/// A time `t` in seconds of the video is the media time `offsetPts90k + t * 90000` of `epoch`.
public struct LiveVideo: Sendable {
    /// For `codecs=` of the MIME type, for instance `avc1.64001F`.
    public var codec: String
    public var epoch: Int
    public var offsetPts90k: Int64
    /// The file's beginning (`ftyp`, `moov`).
    public var header: Data
    /// Then one fragment (`moof`, `mdat`) a frame. Ends when the camera reconnects or changes its picture. A reader that is
    /// too slow misses fragments up to a key frame.
    public var fragments: AsyncStream<Data>

    public init(codec: String, epoch: Int, offsetPts90k: Int64, header: Data, fragments: AsyncStream<Data>) {
        self.codec = codec
        self.epoch = epoch
        self.offsetPts90k = offsetPts90k
        self.header = header
        self.fragments = fragments
    }
}
