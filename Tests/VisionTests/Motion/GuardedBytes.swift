import Foundation

/// Bytes that end where a page ends that can't be read: whoever reads one byte too many crashes.
final class GuardedBytes {
    struct NoMemory: Error {}

    let bytes: UnsafePointer<UInt8>
    private let start: UnsafeMutablePointer<UInt8>
    private let mapping: UnsafeMutableRawPointer
    private let length: Int
    private let count: Int

    init(count: Int) throws {
        let page = Int(sysconf(Int32(_SC_PAGESIZE)))
        let readable = (count + page - 1) / page * page
        length = readable + page
        guard let mapping = mmap(nil, length, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0),
            mapping != MAP_FAILED, mprotect(mapping + readable, page, PROT_NONE) == 0
        else { throw NoMemory() }
        self.mapping = mapping
        self.count = count
        start = (mapping + readable - count).assumingMemoryBound(to: UInt8.self)
        bytes = UnsafePointer(start)
    }

    deinit { munmap(mapping, length) }

    func fill(_ value: UInt8) { start.update(repeating: value, count: count) }
}
