import Domain
import Media

extension MotionGate {
    /// Looks at the next frame of the camera.
    func analyse(_ frame: VideoFrame) {
        frame.withPlanes { y, u, v in
            guard let luma = y.bytes.baseAddress else { return }
            var planes = PicturePlanes(size: frame.size, luma: luma, lumaStride: y.stride, chroma: nil)
            if let u = u.bytes.baseAddress, let second = v.bytes.baseAddress {
                planes.chroma = PicturePlanes.Chroma(u: u, v: second, stride: v.stride)
            }
            analyse(planes, seconds: frame.time.seconds)
        }
    }
}
