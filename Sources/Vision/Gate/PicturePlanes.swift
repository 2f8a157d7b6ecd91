import Domain

/// The planes of one 4:2:0 8-bit picture, borrowed for the length of a call. Planes hold at least
/// `stride` x `height` (chroma: half, rounded up) bytes.
struct PicturePlanes {
    struct Chroma {
        var u: UnsafePointer<UInt8>
        var v: UnsafePointer<UInt8>
        var stride: Int
    }

    var size: FrameSize
    var luma: UnsafePointer<UInt8>
    var lumaStride: Int
    /// nil for grey pictures.
    var chroma: Chroma?
}
