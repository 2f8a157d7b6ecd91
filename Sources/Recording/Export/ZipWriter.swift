import Foundation

/// Writes a zip file whose entries are stored as they are (PKWARE's APPNOTE.TXT 6.3, method 0): clips and pictures are
/// compressed already, and a store-only zip is three small records, so no library is linked for it.
final class ZipWriter {
    private struct Entry {
        var name: [UInt8]
        var crc: UInt32
        var bytes: UInt32
        var offset: UInt32
    }

    private let file: FileHandle
    private var entries: [Entry] = []
    private var offset: UInt64 = 0
    private let time: (date: UInt16, time: UInt16)

    /// Without Zip64 nothing may be larger.
    private static let maxBytes: UInt64 = 0xFFFF_FFFE

    /// - Parameters:
    ///   - url: A file that does not exist yet.
    ///   - date: Of all entries, in UTC.
    init(_ url: URL, date: Date) throws {
        let path = url.path(percentEncoded: false)
        let descriptor = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o640)
        guard descriptor >= 0 else {
            throw RecordingError.unusable("\(path) can't be written (\(String(cString: strerror(errno))))")
        }
        file = FileHandle(fileDescriptor: descriptor, closeOnDealloc: true)
        var calendar = Calendar(identifier: .gregorian)
        calendar.timeZone = .gmt
        let parts = calendar.dateComponents([.year, .month, .day, .hour, .minute, .second], from: date)
        let year = max(0, min(127, (parts.year ?? 1980) - 1980))
        time = (
            UInt16(year << 9 | (parts.month ?? 1) << 5 | (parts.day ?? 1)),
            UInt16((parts.hour ?? 0) << 11 | (parts.minute ?? 0) << 5 | (parts.second ?? 0) / 2)
        )
    }

    func add(_ name: String, _ data: Data) throws {
        try begin(name, crc: CRC32.of(data), bytes: UInt64(data.count))
        try put(data)
    }

    /// Reads the file twice: its checksum comes before its content.
    func add(_ name: String, contentsOf url: URL) throws {
        var crc = CRC32()
        var bytes: UInt64 = 0
        try Self.parts(of: url) { part in
            crc.update(part)
            bytes += UInt64(part.count)
        }
        try begin(name, crc: crc.value, bytes: bytes)
        let expected = offset + bytes
        try Self.parts(of: url) { part in try put(part) }
        guard offset == expected else { throw RecordingError.unusable("\(name) changed while it was being copied") }
    }

    /// Writes the directory; all is on disk when it returns.
    func finish() throws {
        let start = offset
        for entry in entries {
            var record = Record()
            record.u32(0x0201_4B50)
            record.u16(20, 20, 0x0800, 0, time.time, time.date)
            record.u32(entry.crc, entry.bytes, entry.bytes)
            record.u16(UInt16(entry.name.count), 0, 0, 0, 0)
            record.u32(0, entry.offset)
            try put(Data(record.bytes + entry.name))
        }
        guard offset < Self.maxBytes, entries.count < 0xFFFF else { throw tooLarge }
        var end = Record()
        end.u32(0x0605_4B50)
        end.u16(0, 0, UInt16(entries.count), UInt16(entries.count))
        end.u32(UInt32(offset - start), UInt32(start))
        end.u16(0)
        try put(Data(end.bytes))
        try file.synchronize()
        try file.close()
    }

    private func begin(_ name: String, crc: UInt32, bytes: UInt64) throws {
        guard offset + bytes < Self.maxBytes else { throw tooLarge }
        let entry = Entry(name: Array(name.utf8), crc: crc, bytes: UInt32(bytes), offset: UInt32(offset))
        var record = Record()
        record.u32(0x0403_4B50)
        // Version 2.0; names are UTF-8; stored.
        record.u16(20, 0x0800, 0, time.time, time.date)
        record.u32(crc, entry.bytes, entry.bytes)
        record.u16(UInt16(entry.name.count), 0)
        entries.append(entry)
        try put(Data(record.bytes + entry.name))
    }

    private func put(_ data: Data) throws {
        try file.write(contentsOf: data)
        offset += UInt64(data.count)
    }

    private var tooLarge: RecordingError {
        .unusable("more than 4 GB don't fit into one zip; export fewer clips at once")
    }

    private static func parts(of url: URL, _ body: (Data) throws -> Void) throws {
        let file = try FileHandle(forReadingFrom: url)
        defer { try? file.close() }
        while let part = try file.read(upToCount: 1 << 20), !part.isEmpty { try body(part) }
    }

    private struct Record {
        var bytes: [UInt8] = []

        mutating func u16(_ values: UInt16...) {
            for value in values { bytes += [UInt8(value & 0xFF), UInt8(value >> 8)] }
        }

        mutating func u32(_ values: UInt32...) {
            for value in values { for shift in [0, 8, 16, 24] { bytes.append(UInt8(value >> UInt32(shift) & 0xFF)) } }
        }
    }
}
