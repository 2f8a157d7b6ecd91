import Domain
import Foundation
import TestSupport
import Testing

@testable import Media

/// Frames come as players show them. The stored test picture is grey, with its upper left corner white.
@Suite("Turned pictures and pixels that are not square", .mayWait)
struct ShownFrameTests {
    let folder: TemporaryDirectory

    init() throws { folder = try TemporaryDirectory() }

    static let h264 = ["-c:v", "libx264", "-preset", "ultrafast", "-bf", "0", "-g", "5"]
    static let encoders = [
        h264, ["-c:v", "libx265", "-preset", "ultrafast", "-x265-params", "log-level=none"], ["-c:v", "mpeg4"],
        ["-c:v", "mjpeg", "-q:v", "3"],
    ]

    private func picture(_ name: String, size: String = "64x32", _ options: [String]) throws -> URL {
        try TestVideo.ffmpeg(
            [
                "-f", "lavfi", "-i",
                "color=gray:size=\(size):rate=5:duration=1,drawbox=x=0:y=0:w=16:h=16:color=white:t=fill", "-pix_fmt",
                "yuv420p",
            ] + options, to: folder.file(name))
    }

    /// Where the white corner is shown, for each orientation from 1 to 8.
    static let corners = ["left top", "right top", "right bottom", "left bottom"]

    static func corner(of orientation: FrameOrientation) -> String { corners[(orientation.rawValue - 1) % 4] }

    private func corner(_ frame: VideoFrame) -> String? {
        var luma: [UInt8] = []
        let size = frame.size
        FrameScaler().luma(frame, width: size.width, height: size.height, into: &luma)
        return corner(size) { luma[$1 * size.width + $0] }
    }

    private func corner(_ image: RGBImage) -> String? {
        corner(image.size) { image.pixels[($1 * image.size.width + $0) * 3] }
    }

    private func corner(_ size: FrameSize, _ value: (Int, Int) -> UInt8) -> String? {
        let xs = [("left", 4), ("right", size.width - 5)], ys = [("top", 4), ("bottom", size.height - 5)]
        var found: [String] = []
        for (side, x) in xs { for (end, y) in ys where value(x, y) > 200 { found.append("\(side) \(end)") } }
        return found.count == 1 ? found[0] : nil
    }

    /// Writes a display matrix into an MP4's track header (ISO/IEC 14496-12, 8.3.2).
    private func turn(_ file: URL, _ orientation: FrameOrientation) throws {
        var data = try Data(contentsOf: file)
        let box = try #require(data.range(of: Data("tkhd".utf8)))
        for (index, number) in orientation.displayMatrix.enumerated() {
            let offset = box.upperBound + 40 + index * 4
            data.replaceSubrange(offset..<offset + 4, with: withUnsafeBytes(of: number.bigEndian) { Data($0) })
        }
        try data.write(to: file)
    }

    @Test("A file's display matrix turns and mirrors its frames, whatever the codec", arguments: encoders)
    func displayMatrix(codec: [String]) async throws {
        for orientation in FrameOrientation.allCases {
            let file = try picture("\(orientation).mp4", codec)
            try turn(file, orientation)
            let frames = try await FileFrameFeed.frames(file)
            #expect(frames.count == 5)
            for frame in frames { #expect(corner(frame) == Self.corner(of: orientation), "\(orientation)") }
            let size = orientation.shown(FrameSize(width: 64, height: 32))
            #expect(frames.allSatisfy { $0.size == size })
            #expect(try Demuxer(SourceOptions(url: file.path)).info.frameSize == size)
        }
    }

    @Test("The angles that ffmpeg writes are turned as ffmpeg turns them", arguments: [0, 90, 180, 270])
    func writtenByFFmpeg(angle: Int) async throws {
        let lying = try picture("lying.mp4", Self.h264)
        let file = try TestVideo.ffmpeg(
            ["-i", lying.path, "-c", "copy", "-metadata:s:v:0", "rotate=\(angle)"], to: folder.file("\(angle).mov"))
        let theirs = try TestVideo.ffmpeg(["-i", file.path, "-frames:v", "1"], to: folder.file("\(angle).png"))
        let frame = try #require(try await FileFrameFeed.frames(file).first)
        let image = try ImageFile.read(theirs.path)
        #expect(corner(frame) == corner(image) && corner(frame) != nil && frame.size == image.size)
    }

    /// Puts a projection (RFC 9559, 5.1.4.1.28.41) into the video track of a Matroska file that was written as if live.
    private func project(_ file: URL, yaw: Float, roll: Float, kind: UInt8 = 0) throws {
        func number(_ id: [UInt8], _ value: Float) -> [UInt8] {
            id + [0x84] + withUnsafeBytes(of: value.bitPattern.bigEndian) { [UInt8]($0) }
        }
        let inside = [0x76, 0x71, 0x81, kind] + number([0x76, 0x73], yaw) + number([0x76, 0x75], roll)
        let projection = [0x76, 0x70, 0x80 | UInt8(inside.count)] + inside
        /// The elements with that in the innermost one of these ids.
        func rebuilt(_ bytes: [UInt8], _ path: ArraySlice<[UInt8]>) -> [UInt8] {
            guard let next = path.first else { return bytes + projection }
            var out: [UInt8] = [], index = 0
            while index < bytes.count {
                let idCount = bytes[index].leadingZeroBitCount + 1
                let sizeCount = bytes[index + idCount].leadingZeroBitCount + 1
                let head = index + idCount + sizeCount
                let mask = UInt64(1) << (7 * UInt64(sizeCount)) - 1
                let size = bytes[(index + idCount)..<head].reduce(UInt64(0)) { $0 << 8 | UInt64($1) } & mask
                let isOpen = size == mask
                let end = isOpen ? bytes.count : head + Int(size)
                if Array(bytes[index..<index + idCount]) == next {
                    let content = rebuilt(Array(bytes[head..<end]), path.dropFirst())
                    let count = isOpen ? 0x01FF_FFFF_FFFF_FFFF : UInt64(1) << 56 | UInt64(content.count)
                    out += next + withUnsafeBytes(of: count.bigEndian) { [UInt8]($0) } + content
                } else {
                    out += bytes[index..<end]
                }
                index = end
            }
            return out
        }
        let bytes = [UInt8](try Data(contentsOf: file))
        let path: [[UInt8]] = [[0x18, 0x53, 0x80, 0x67], [0x16, 0x54, 0xAE, 0x6B], [0xAE], [0xE0]]
        try Data(rebuilt(bytes, path[...])).write(to: file)
    }

    @Test(
        "A Matroska file's projection turns its frames",
        arguments: [
            (Float(0), Float(90), FrameOrientation.quarterLeft), (0, -90, .quarterRight), (0, 180, .upsideDown),
            (0, 0, .upright), (180, 0, .mirrored), (180, 180, .flipped),
        ])
    func projection(yaw: Float, roll: Float, orientation: FrameOrientation) async throws {
        let file = try picture("p.mkv", Self.h264 + ["-f", "matroska", "-live", "1"])
        try project(file, yaw: yaw, roll: roll)
        let frames = try await FileFrameFeed.frames(file)
        #expect(frames.count == 5)
        for frame in frames { #expect(corner(frame) == Self.corner(of: orientation)) }
        #expect(
            try Demuxer(SourceOptions(url: file.path)).info.frameSize
                == orientation.shown(FrameSize(width: 64, height: 32)))
        // A sphere has no upright side.
        let sphere = try picture("s.mkv", Self.h264 + ["-f", "matroska", "-live", "1"])
        try project(sphere, yaw: 0, roll: 90, kind: 1)
        #expect(try await FileFrameFeed.frames(sphere).allSatisfy { corner($0) == "left top" })
    }

    @Test(
        "A message in the stream turns its frames, in a file and live",
        arguments: [
            (90, "", FrameOrientation.quarterLeft), (180, "", .upsideDown), (270, "", .quarterRight),
            (0, ":flip=horizontal", .mirrored), (0, ":flip=vertical", .flipped), (90, ":flip=horizontal", .transposed),
        ])
    func message(angle: Int, flip: String, orientation: FrameOrientation) async throws {
        let lying = try picture("lying.mp4", size: "128x64", Self.h264)
        let filter = "h264_metadata=display_orientation=insert:rotate=\(angle)\(flip)"
        let size = orientation.shown(FrameSize(width: 128, height: 64))
        for container in ["mp4", "ts", "mkv"] {
            let file = try TestVideo.ffmpeg(
                ["-i", lying.path, "-c", "copy", "-bsf:v", filter], to: folder.file("m.\(container)"))
            let feed = try FileFrameFeed(path: file.path)
            while let frame = try await feed.next() {
                #expect(corner(frame) == Self.corner(of: orientation) && frame.size == size, "\(container)")
            }
            #expect(feed.info.frameSize == size)
        }
        let server = try RTSPServer(streams: ["cam": folder.file("m.mp4")])
        let demuxer = try Demuxer(SourceOptions(url: server.url("cam")))
        let decoder = StreamDecoder()
        var shown: [String?] = []
        while shown.count < 3, let packet = try demuxer.read() {
            try decoder.decode(RingItem(packet: packet, parameters: demuxer.streamParameters)) {
                shown.append(corner($0))
            }
        }
        #expect(shown.allSatisfy { $0 == Self.corner(of: orientation) } && demuxer.info.frameSize == size)
    }

    @Test(
        "Pixels that are wide or high become square",
        arguments: zip(encoders, ["a.mp4", "a.mkv", "a.mkv", "a.mp4"]))
    func pixelAspect(codec: [String], name: String) async throws {
        for (ratio, width) in [("2", 128), ("1/2", 32), ("16/11", 94), ("1", 64), ("401/400", 64)] {
            let file = try picture(name, ["-vf", "setsar=\(ratio)"] + codec)
            let frames = try await FileFrameFeed.frames(file)
            #expect(frames.count == 5)
            #expect(frames.allSatisfy { $0.size == FrameSize(width: width, height: 32) }, "\(ratio)")
            #expect(frames.allSatisfy { corner($0) == "left top" })
            #expect(try Demuxer(SourceOptions(url: file.path)).info.frameSize.width == width)
        }
    }

    @Test("Pixels are made square first, and then turned")
    func both() async throws {
        let file = try picture("a.mp4", ["-vf", "setsar=2"] + Self.h264)
        try turn(file, .quarterRight)
        let frame = try #require(try await FileFrameFeed.frames(file).first)
        // The corner of 16 x 16 has become 32 wide and then 16 wide and 32 high.
        #expect(frame.size == FrameSize(width: 32, height: 128) && corner(frame) == "right top")
    }

    @Test("A camera's own shape counts before the stream's, in the shown picture")
    func displayAspect() async throws {
        let file = try picture("a.mp4", ["-vf", "setsar=1"] + Self.h264)
        let wide = try #require(try await FileFrameFeed.frames(file, displayAspect: 4).first)
        #expect(wide.size == FrameSize(width: 128, height: 32))
        try turn(file, .quarterLeft)
        let turned = try #require(try await FileFrameFeed.frames(file, displayAspect: 1).first)
        #expect(turned.size == FrameSize(width: 32, height: 32))
        for nonsense in [0, -1, Double.nan, .infinity, 1e9] {
            let frame = try #require(try await FileFrameFeed.frames(file, displayAspect: nonsense).first)
            #expect(frame.size == FrameSize(width: 32, height: 64))
        }
    }

    @Test("A clip of such a stream is shown as the stream is", arguments: [h264, ["-c:v", "mjpeg", "-q:v", "3"]])
    func clips(codec: [String]) async throws {
        let file = try picture("a.mp4", ["-vf", "setsar=2"] + codec)
        try turn(file, .quarterRight)
        let demuxer = try Demuxer(SourceOptions(url: file.path))
        let clip = folder.file("clip.mp4")
        let muxer = try ClipMuxer(path: clip, parameters: demuxer.streamParameters)
        while let packet = try demuxer.read() { try muxer.write(packet) }
        try muxer.finish()
        let frames = try await FileFrameFeed.frames(clip)
        #expect(frames.count == 5)
        #expect(frames.allSatisfy { $0.size == FrameSize(width: 32, height: 128) && corner($0) == "right top" })
        let image = try ImageFile.read(
            TestVideo.ffmpeg(
                ["-i", clip.path, "-frames:v", "1", "-vf", "scale=iw*sar:ih"], to: folder.file("theirs.png")
            ).path)
        #expect(corner(image) == "right top")
    }

    // MARK: - Photos

    /// Exif notes that hold the orientation alone.
    private func exif(_ orientation: Int, isLittle: Bool) -> [UInt8] {
        func bytes(_ value: Int, _ count: Int) -> [UInt8] {
            let big = (0..<count).map { UInt8(truncatingIfNeeded: value >> (8 * (count - 1 - $0))) }
            return isLittle ? big.reversed() : big
        }
        let head: [UInt8] = isLittle ? [0x49, 0x49] : [0x4D, 0x4D]
        let entry = bytes(0x0112, 2) + bytes(3, 2) + bytes(1, 4) + bytes(orientation, 2) + [0, 0]
        return head + bytes(42, 2) + bytes(8, 4) + bytes(1, 2) + entry + bytes(0, 4)
    }

    private func photo(_ orientation: Int, isLittle: Bool) throws -> Data {
        let plain = try Data(contentsOf: try picture("p.jpg", ["-frames:v", "1", "-update", "1"]))
        let notes = Array("Exif".utf8) + [0, 0] + exif(orientation, isLittle: isLittle)
        let length = notes.count + 2
        return Data([0xFF, 0xD8, 0xFF, 0xE1, UInt8(length >> 8), UInt8(length & 255)] + notes) + plain.dropFirst(2)
    }

    @Test("A photo is turned as its notes say, in all eight ways", arguments: [false, true])
    func exif(isLittle: Bool) throws {
        for orientation in FrameOrientation.allCases {
            let data = try photo(orientation.rawValue, isLittle: isLittle)
            let file = folder.file("\(orientation).jpg")
            try data.write(to: file)
            for image in [try ImageFile.read(file.path), try JPEGDecoder.image(data)] {
                #expect(image.size == orientation.shown(FrameSize(width: 64, height: 32)))
                #expect(corner(image) == Self.corner(of: orientation), "\(orientation)")
            }
        }
        for nonsense in [0, 9, 65_535] {
            #expect(corner(try JPEGDecoder.image(try photo(nonsense, isLittle: isLittle))) == "left top")
        }
    }

    @Test("A PNG's notes count as well, and notes that break off don't")
    func otherPhotos() throws {
        let plain = try Data(contentsOf: try picture("p.png", ["-frames:v", "1", "-update", "1"]))
        let notes = exif(6, isLittle: false)
        let chunk = Data([0, 0, 0, UInt8(notes.count)]) + Data("eXIf".utf8) + Data(notes) + Data([0, 0, 0, 0])
        // Behind the header chunk.
        let data = plain.prefix(33) + chunk + plain.dropFirst(33)
        #expect(ExifOrientation.of(data) == .quarterRight)
        #expect(ExifOrientation.of(plain) == .upright)
        let photo = try photo(8, isLittle: true)
        for count in 0..<80 { _ = ExifOrientation.of(photo.prefix(count)) }
        #expect(ExifOrientation.of(photo.prefix(80)) == .quarterLeft)
    }

    @Test("A photo that was squeezed is shown in the shape given")
    func squeezedPhoto() throws {
        let file = folder.file("a.jpg")
        try photo(6, isLittle: true).write(to: file)
        let image = try ImageFile.read(file.path, displayAspect: 1)
        #expect(image.size == FrameSize(width: 32, height: 32))
    }
}
