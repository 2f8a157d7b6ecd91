import Domain
import Foundation
import Web

/// The texts that the configuration had, each in a file of its own that only the daemon's user reads: what undoing and
/// going back lead to.
struct ConfigurationHistory {
    /// One text, from when it was saved on.
    struct Version: Hashable, Codable {
        /// From 1 on.
        var number: Int
        var at: Date
        /// Nil: somebody changed the file by hand.
        var by: String?
        var how: ConfigurationVersion.Origin
        /// The version that this is again.
        var again: Int?
        var text: String

        /// Where undoing goes on from: what was undone to counts as the version that it is again.
        var place: Int { how == .undone ? again ?? number : number }
    }

    /// Older ones are forgotten.
    static let days = 30.0
    static let mostVersions = 100

    private let folder: URL
    private let write: (Data, URL) throws -> Void
    /// Oldest first.
    private(set) var versions: [Version]

    /// - Parameter write: Writes a file whole or not at all, for this user alone.
    init(_ folder: URL, write: @escaping (Data, URL) throws -> Void) {
        self.folder = folder
        self.write = write
        let names = (try? FileManager.default.contentsOfDirectory(atPath: folder.path)) ?? []
        versions = names.filter { $0.hasSuffix(".json") }.compactMap { name in
            (try? Data(contentsOf: folder.appending(path: name))).flatMap {
                try? JSONDecoder().decode(Version.self, from: $0)
            }
        }.sorted { $0.number < $1.number }
    }

    subscript(number: Int) -> Version? { versions.first { $0.number == number } }

    /// What undoing would bring back; nil when there is nothing to undo.
    /// - Parameter text: The file's text now: one that nobody saved here is undone to what was saved last.
    func before(_ text: String) -> Version? {
        guard let last = versions.last else { return nil }
        guard last.text == text else { return last }
        return versions.last { $0.number < last.place }
    }

    /// Takes note of a text that replaces another.
    mutating func note(
        old: String, new: String, at date: Date, by: String?, how: ConfigurationVersion.Origin, again: Int? = nil
    ) throws {
        if versions.last?.text != old {
            try append(Version(number: 0, at: date, by: nil, how: versions.isEmpty ? .first : .byHand, text: old))
        }
        try append(Version(number: 0, at: date, by: by, how: how, again: again, text: new))
        let oldest = date.addingTimeInterval(-Self.days * 86_400)
        // What undoing leads to stays, however old it is.
        let kept = before(new)?.number
        try remove { versions in
            versions.dropLast(2).filter { version in
                version.number != kept
                    && (version.at < oldest || version.number + Self.mostVersions <= (versions.last?.number ?? 0))
            }
        }
    }

    /// Forgets all but the last one.
    mutating func forget() throws { try remove { Array($0.dropLast()) } }

    private mutating func append(_ version: Version) throws {
        var version = version
        version.number = (versions.last?.number ?? 0) + 1
        try write(try JSONEncoder().encode(version), file(version))
        versions.append(version)
    }

    private mutating func remove(_ which: ([Version]) -> [Version]) throws {
        for version in which(versions) {
            try FileManager.default.removeItem(at: file(version))
            versions.removeAll { $0.number == version.number }
        }
    }

    private func file(_ version: Version) -> URL {
        folder.appending(path: "\(version.number).json")
    }
}
