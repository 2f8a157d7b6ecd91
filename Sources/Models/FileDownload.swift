import CCurl
public import Foundation
import Glibc

/// One file by HTTP: gone on with after a break, whole or not there, and never another file than the one that is meant.
///
/// What has come lies in `NAME.part`, beside it in `NAME.part.json` what the server calls that version of the file. Only a
/// version that the server still has is gone on with (RFC 9110, `If-Range`). Blocks: call it on the main thread of a
/// command, or on a thread of its own.
public struct FileDownload {
    /// How far it is.
    public struct Progress: Hashable, Sendable {
        public var bytes: Int64
        /// Nil where nobody has said.
        public var total: Int64?
    }

    /// How patient it is.
    public struct Patience: Hashable, Sendable {
        public var connectSeconds = 20.0
        /// Without a byte for so long it has broken off.
        public var stallSeconds = 60
        /// Breaks in a row after which nothing more has come.
        public var fruitlessTries = 4
        /// Before the second try; each further one waits twice as long.
        public var pauseSeconds = 1.0

        public init() {}
    }

    private let url: String
    private let file: URL
    private let expected: FileIdentity
    private let patience: Patience
    private let wait: (Double) -> Void

    /// - Parameters:
    ///   - file: Where it goes; its folder is made.
    ///   - expected: What is known of it.
    ///   - wait: Waits for so many seconds; for tests.
    public init(
        _ url: String, to file: URL, expected: FileIdentity, patience: Patience = Patience(),
        wait: @escaping (Double) -> Void = { usleep(UInt32($0 * 1_000_000)) }
    ) {
        self.url = url
        self.file = file
        self.expected = expected
        self.patience = patience
        self.wait = wait
    }

    /// - Returns: What the file is known by now.
    /// - Throws: ``ModelFilesError``. What has come stays for the next time where it can be gone on with.
    public func run(progress: (Progress) -> Void = { _ in }) throws(ModelFilesError) -> FileIdentity {
        // The hash catches what was changed on the way; without one only TLS does, or never leaving the machine.
        if expected.sha256 == nil, !url.hasPrefix("https://"), !isLocal { throw .insecure(url: url) }
        let part = try PartFile(beside: file, url: url)
        defer { part.close() }
        try checkRoom(part)
        var fruitless = 0
        while true {
            let before = part.size
            switch try attempt(part, progress: progress) {
            case .whole: return try finish(part)
            case .again: continue
            case .broken(let reason):
                fruitless = part.size > before ? 0 : fruitless + 1
                guard fruitless < patience.fruitlessTries else {
                    throw .brokenOff(url: url, gotBytes: part.size, reason: reason)
                }
                wait(patience.pauseSeconds * Double(1 << fruitless))
            }
        }
    }

    private var isLocal: Bool { ["127.0.0.1", "localhost", "::1"].contains(URL(string: url)?.host ?? "") }

    private enum Outcome {
        case whole
        /// From the start: what has come so far was of no use.
        case again
        case broken(reason: String)
    }

    private func attempt(_ part: PartFile, progress: (Progress) -> Void) throws(ModelFilesError) -> Outcome {
        let offset = part.resumableBytes
        // All of it came the last time, and only the end of the work was missed.
        if offset > 0, offset == expected.bytes { return .whole }
        return try withoutActuallyEscaping(progress) { progress throws(ModelFilesError) in
            let sink = DownloadSink(part, url: url, offset: offset, expected: expected, progress: progress)
            let result = transfer(offset: offset, version: part.version, into: sink)
            if let error = sink.error { throw error }
            let message = withUnsafeBytes(of: result.message) { bytes in
                String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
            }
            if result.code == 0 {
                guard let bytes = expected.bytes, part.size < bytes else { return .whole }
                // Without a length of its own an answer that is cut short looks whole.
                return .broken(reason: "the server sent \(part.size) of \(bytes) bytes")
            }
            if result.status == 416, offset > 0 {
                try part.restart(version: nil)
                return .again
            }
            if result.status >= 500 || result.status == 429 {
                return .broken(reason: "the server answered with status \(result.status)")
            }
            if result.status >= 400 { throw .refused(url: url, status: Int(result.status)) }
            if result.is_broken_off != 0 { return .broken(reason: message) }
            if result.is_offline != 0 {
                guard part.size == 0 else { return .broken(reason: message) }
                throw .offline(host: URL(string: url)?.host ?? url, reason: message)
            }
            let hint =
                result.is_tls_error != 0 ? "; a proxy that opens TLS needs its certificate in the system's store" : ""
            throw .transferFailed(url: url, reason: message + hint)
        }
    }

    private func transfer(offset: Int64, version: String?, into sink: DownloadSink) -> aw_download_result {
        _ = Self.isReady
        return url.withCString { address in
            func run(_ version: UnsafePointer<CChar>?) -> aw_download_result {
                var request = aw_download()
                request.url = address
                request.https_only = url.hasPrefix("https://") ? 1 : 0
                request.offset = offset
                request.if_range = version
                request.connect_timeout_ms = Int(patience.connectSeconds * 1000)
                request.stall_seconds = patience.stallSeconds
                request.context = Unmanaged.passUnretained(sink).toOpaque()
                request.answer = { context, answer in
                    guard let context, let answer else { return 1 }
                    return Unmanaged<DownloadSink>.fromOpaque(context).takeUnretainedValue().begin(answer.pointee)
                        ? 0 : 1
                }
                request.bytes = { context, data, length in
                    guard let context, let data else { return 1 }
                    let bytes = UnsafeRawBufferPointer(start: data, count: length)
                    return Unmanaged<DownloadSink>.fromOpaque(context).takeUnretainedValue().take(bytes) ? 0 : 1
                }
                return withExtendedLifetime(sink) { aw_download_run(&request) }
            }
            return version.map { $0.withCString(run) } ?? run(nil)
        }
    }

    private static let isReady = aw_curl_init() == 0

    private func finish(_ part: PartFile) throws(ModelFilesError) -> FileIdentity {
        try part.flush()
        let found = try FileIdentity.of(part.url)
        if let bytes = expected.bytes, let got = found.bytes, bytes != got {
            part.remove()
            throw .wrongDownload(url: url, kind: "size", expected: "\(bytes)", found: "\(got)")
        }
        if let (kind, wanted, actual) = expected.mismatch(found) {
            part.remove()
            throw .wrongDownload(url: url, kind: kind, expected: wanted, found: actual)
        }
        try part.moveIntoPlace(file)
        return found
    }

    private func checkRoom(_ part: PartFile) throws(ModelFilesError) {
        guard let bytes = expected.bytes else { return }
        var disk = statvfs()
        guard statvfs(part.url.path, &disk) == 0 else { return }
        let free = Int64(disk.f_bavail) * Int64(disk.f_frsize), needed = bytes - part.size
        if needed > free { throw .diskFull(path: file.path, neededBytes: needed, freeBytes: free) }
    }
}

/// Takes what libcurl hands over, on the calling thread.
private final class DownloadSink {
    private let part: PartFile
    private let url: String
    private let offset: Int64
    private let expected: FileIdentity
    private let progress: (FileDownload.Progress) -> Void
    private var total: Int64?
    /// Why it was stopped.
    private(set) var error: ModelFilesError?

    init(
        _ part: PartFile, url: String, offset: Int64, expected: FileIdentity,
        progress: @escaping (FileDownload.Progress) -> Void
    ) {
        self.part = part
        self.url = url
        self.offset = offset
        self.expected = expected
        self.progress = progress
        total = expected.bytes
    }

    /// - Returns: Whether to go on.
    func begin(_ answer: aw_download_answer) -> Bool {
        do throws(ModelFilesError) {
            let length = answer.content_length >= 0 ? answer.content_length : nil
            let goesOn = answer.status == 206 && Self.start(ofRange: text(answer.content_range)) == offset && offset > 0
            // A part that nobody asked for is not the file.
            if answer.status == 206, !goesOn {
                throw .transferFailed(url: url, reason: "the server sent another part of the file than was asked for")
            }
            let whole = length.map { goesOn ? offset + $0 : $0 }
            if let bytes = expected.bytes, let whole, whole != bytes {
                throw .anotherFile(url: url, expectedBytes: bytes, offeredBytes: whole)
            }
            total = expected.bytes ?? whole
            if !goesOn {
                // A weak ETag says only that a file means the same, not that its bytes are the same.
                let etag = text(answer.etag).flatMap { $0.hasPrefix("\"") ? $0 : nil }
                try part.restart(version: etag ?? text(answer.last_modified))
            }
            return true
        } catch {
            self.error = error
            return false
        }
    }

    /// - Returns: Whether to go on.
    func take(_ bytes: UnsafeRawBufferPointer) -> Bool {
        do throws(ModelFilesError) {
            if let wanted = expected.bytes, part.size + Int64(bytes.count) > wanted {
                part.remove()
                throw .endless(url: url, expectedBytes: wanted)
            }
            try part.append(bytes)
            progress(FileDownload.Progress(bytes: part.size, total: total))
            return true
        } catch {
            self.error = error
            return false
        }
    }

    private func text(_ pointer: UnsafePointer<CChar>?) -> String? {
        guard let pointer else { return nil }
        let text = String(cString: pointer)
        return text.isEmpty ? nil : text
    }

    /// The first byte of `bytes 100-199/200`.
    private static func start(ofRange text: String?) -> Int64? {
        guard let words = text?.split(separator: " "), words.count == 2, words[0] == "bytes" else { return nil }
        return words[1].split(separator: "-").first.flatMap { Int64($0) }
    }
}

/// What has come of a file so far, held by one process.
private final class PartFile {
    private struct Note: Codable {
        var url: String
        /// ETag or date; nil: it can't be gone on with.
        var version: String?
    }

    let url: URL
    private let note: URL
    private let origin: String
    private let descriptor: Int32
    private(set) var size: Int64
    private(set) var version: String?

    init(beside file: URL, url origin: String) throws(ModelFilesError) {
        url = file.appendingPathExtension("part")
        note = file.appendingPathExtension("part.json")
        self.origin = origin
        let folder = file.deletingLastPathComponent()
        do {
            try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        } catch {
            throw .notWritable(path: folder.path, reason: error.localizedDescription)
        }
        descriptor = open(url.path, O_RDWR | O_CREAT | O_CLOEXEC, 0o644)
        guard descriptor >= 0 else { throw .notWritable(path: url.path, reason: String(cString: strerror(errno))) }
        guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else {
            Glibc.close(descriptor)
            throw .busy(path: file.path)
        }
        size = Int64(lseek(descriptor, 0, SEEK_END))
        if let data = try? Data(contentsOf: note), let known = try? JSONDecoder().decode(Note.self, from: data),
            known.url == origin
        {
            version = known.version
        }
    }

    /// From where to go on; 0 where the server's version of what is there is not known.
    var resumableBytes: Int64 { version == nil ? 0 : size }

    /// Empties it for a new version of the file.
    func restart(version: String?) throws(ModelFilesError) {
        guard ftruncate(descriptor, 0) == 0, lseek(descriptor, 0, SEEK_SET) == 0 else { throw failure() }
        size = 0
        self.version = version
        do {
            try JSONEncoder().encode(Note(url: origin, version: version)).write(to: note, options: .atomic)
        } catch {
            throw .notWritable(path: note.path, reason: error.localizedDescription)
        }
    }

    func append(_ bytes: UnsafeRawBufferPointer) throws(ModelFilesError) {
        var rest = bytes[...]
        while !rest.isEmpty {
            let count = write(descriptor, UnsafeRawBufferPointer(rebasing: rest).baseAddress, rest.count)
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { throw failure() }
            rest = rest.dropFirst(count)
            size += Int64(count)
        }
    }

    func flush() throws(ModelFilesError) {
        guard fsync(descriptor) == 0 else { throw failure() }
    }

    func moveIntoPlace(_ file: URL) throws(ModelFilesError) {
        guard rename(url.path, file.path) == 0 else { throw failure() }
        unlink(note.path)
    }

    func remove() {
        unlink(url.path)
        unlink(note.path)
        size = 0
        version = nil
    }

    func close() {
        // One without a byte says nothing.
        if size == 0, FileIdentity.size(of: url) == 0 { remove() }
        Glibc.close(descriptor)
    }

    private func failure() -> ModelFilesError {
        .notWritable(path: url.path, reason: String(cString: strerror(errno)))
    }
}
