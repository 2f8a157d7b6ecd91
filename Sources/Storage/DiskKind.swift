import Foundation

/// The kind of file system that a path lies on, as far as it matters to SQLite.
public enum DiskKind: Hashable, Sendable {
    case local
    /// Another machine's disk: its type in the kernel's words, for example `nfs4`.
    case network(String)

    private static let networkTypes: Set<String> = [
        "nfs", "nfs4", "cifs", "smb3", "smbfs", "9p", "ceph", "afs", "fuse.sshfs", "fuse.glusterfs", "fuse.smbnetfs",
    ]

    /// Of a path that is there; local when the system doesn't say.
    public init(path: String) {
        let mounts = (try? String(contentsOfFile: "/proc/self/mountinfo", encoding: .utf8)) ?? ""
        self.init(path: URL(filePath: path).resolvingSymlinksInPath().path(percentEncoded: false), mounts: mounts)
    }

    /// - Parameter mounts: Lines as of /proc/self/mountinfo (proc_pid_mountinfo(5)).
    init(path: String, mounts: String) {
        var found = (length: -1, type: "")
        for line in mounts.split(separator: "\n") {
            let words = line.split(separator: " ")
            guard words.count > 5, let dash = words.firstIndex(of: "-"), dash + 1 < words.count else { continue }
            let point = Self.unescaped(words[4])
            let isAbove = point == "/" || path == point || path.hasPrefix(point + "/")
            // Of two mounts on one point the later one hides the earlier.
            if isAbove, point.utf8.count >= found.length { found = (point.utf8.count, String(words[dash + 1])) }
        }
        self = Self.networkTypes.contains(found.type) ? .network(found.type) : .local
    }

    /// Spaces and the like stand there as three octal digits.
    private static func unescaped(_ text: Substring) -> String {
        var bytes: [UInt8] = []
        var rest = Array(text.utf8)[...]
        while let byte = rest.popFirst() {
            if byte == UInt8(ascii: "\\"), rest.count >= 3,
                let value = UInt8(String(decoding: rest.prefix(3), as: UTF8.self), radix: 8)
            {
                bytes.append(value)
                rest = rest.dropFirst(3)
            } else {
                bytes.append(byte)
            }
        }
        return String(decoding: bytes, as: UTF8.self)
    }
}
