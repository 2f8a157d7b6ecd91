internal import CArchive
import Foundation

/// Writes a zip file through libarchive, from its beginning to its end, so that it may go to a pipe as well. Its entries are
/// stored as they are, since clips and pictures are compressed already; what is larger than 4 GB is written as Zip64.
final class ZipWriter {
    private let archive: OpaquePointer
    private let descriptor: Int32
    private let date: Date

    /// AE_IFREG, a macro that Swift can't read.
    private static let regularFile: UInt32 = 0o100000

    /// - Parameters:
    ///   - url: A file that does not exist yet.
    ///   - date: Of all entries.
    convenience init(_ url: URL, date: Date) throws {
        let path = url.path(percentEncoded: false)
        let descriptor = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o640)
        guard descriptor >= 0 else {
            throw RecordingError.unusable("\(path) can't be written (\(String(cString: strerror(errno))))")
        }
        try self.init(descriptor: descriptor, date: date)
    }

    /// - Parameter descriptor: Open for writing; closed with the writer.
    init(descriptor: Int32, date: Date) throws {
        guard let archive = archive_write_new() else {
            close(descriptor)
            throw RecordingError.unusable("no memory for a zip")
        }
        self.archive = archive
        self.descriptor = descriptor
        self.date = date
        try check(archive_write_set_format_zip(archive))
        try check(archive_write_zip_set_compression_store(archive))
        // No padding behind the end.
        try check(archive_write_set_bytes_in_last_block(archive, 1))
        try check(archive_write_open_fd(archive, descriptor))
    }

    deinit {
        archive_write_free(archive)
        close(descriptor)
    }

    /// - Parameter name: ASCII.
    func add(_ name: String, _ data: Data) throws {
        try begin(name, bytes: Int64(data.count))
        try put(data)
        try check(archive_write_finish_entry(archive))
    }

    /// - Throws: Also when the file changes its size meanwhile.
    func add(_ name: String, contentsOf url: URL) throws {
        let file = try FileHandle(forReadingFrom: url)
        defer { try? file.close() }
        let bytes = Int64(try file.seekToEnd())
        try file.seek(toOffset: 0)
        try begin(name, bytes: bytes)
        var read: Int64 = 0
        while let part = try file.read(upToCount: 1 << 20), !part.isEmpty {
            read += Int64(part.count)
            guard read <= bytes else { break }
            try put(part)
        }
        guard read == bytes else { throw RecordingError.unusable("\(name) changed while it was being copied") }
        try check(archive_write_finish_entry(archive))
    }

    /// Writes the directory; all is on disk when it returns.
    func finish() throws {
        try check(archive_write_close(archive))
        // A pipe has nothing to sync.
        guard fsync(descriptor) == 0 || errno == EINVAL else {
            throw RecordingError.unusable("the zip can't be written (\(String(cString: strerror(errno))))")
        }
    }

    private func begin(_ name: String, bytes: Int64) throws {
        guard let entry = archive_entry_new() else { throw RecordingError.unusable("no memory for a zip") }
        defer { archive_entry_free(entry) }
        archive_entry_set_pathname(entry, name)
        archive_entry_set_size(entry, bytes)
        archive_entry_set_filetype(entry, Self.regularFile)
        archive_entry_set_perm(entry, 0o644)
        archive_entry_set_mtime(entry, time_t(date.timeIntervalSince1970), 0)
        try check(archive_write_header(archive, entry))
    }

    private func put(_ data: Data) throws {
        let written = data.withUnsafeBytes { archive_write_data(archive, $0.baseAddress, $0.count) }
        guard written == data.count else { throw failure() }
    }

    private func check(_ status: Int32) throws {
        guard status == ARCHIVE_OK || status == ARCHIVE_WARN else { throw failure() }
    }

    private func failure() -> RecordingError {
        let reason = archive_error_string(archive).map { String(cString: $0) } ?? "unknown"
        return .unusable("the zip can't be written (\(reason))")
    }
}
