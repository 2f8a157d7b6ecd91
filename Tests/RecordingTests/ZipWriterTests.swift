import Foundation
import TestSupport
import Testing

@testable import Recording

@Suite("Zip files", .mayWait)
struct ZipWriterTests {
    @Test("a clip of more than 4 GB goes into a pipe, and the directory at its end is Zip64")
    func large() throws {
        let folder = try TemporaryDirectory()
        let file = folder.file("large.mp4")
        // Takes no room: it is all hole.
        let bytes: Int64 = (4 << 30) + 4096
        try Data().write(to: file)
        try #require(truncate(file.path, off_t(bytes)) == 0)
        let pipe = Pipe()
        let tail = Tail(pipe.fileHandleForReading)
        do {
            let descriptor = dup(pipe.fileHandleForWriting.fileDescriptor)
            try pipe.fileHandleForWriting.close()
            let zip = try ZipWriter(descriptor: descriptor, date: Date(timeIntervalSince1970: 1_780_000_000))
            try zip.add("large.mp4", contentsOf: file)
            try zip.finish()
        }
        let (count, end) = tail.value()
        #expect(count > bytes && count < bytes + 10_000)
        // APPNOTE.TXT 4.3.14: the signature of the Zip64 end of central directory record.
        #expect(end.range(of: Data([0x50, 0x4B, 0x06, 0x06])) != nil)
    }

    /// Counts what comes through a pipe, and keeps its end.
    private final class Tail: @unchecked Sendable {
        private let done = DispatchSemaphore(value: 0)
        private var count: Int64 = 0
        private var end = Data()

        init(_ handle: FileHandle) {
            Thread.detachNewThread { [self] in
                while let part = try? handle.read(upToCount: 1 << 20), !part.isEmpty {
                    count += Int64(part.count)
                    end = Data((end + part.suffix(4096)).suffix(4096))
                }
                done.signal()
            }
        }

        func value() -> (Int64, Data) {
            done.wait()
            return (count, end)
        }
    }
}
