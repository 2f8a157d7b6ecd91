import Crypto
import Domain
import Foundation
import Storage

/// Hands incidents on to people who have no access: one as a zip, a day as a page with pictures.
public struct IncidentExporter: Sendable {
    private let files: ClipFiles
    private let store: Store
    private let clock: any WallClock
    private let text: @Sendable (Incident) -> String

    /// - Parameter text: The incident in a sentence.
    public init(
        files: ClipFiles, store: Store, clock: any WallClock, text: @escaping @Sendable (Incident) -> String
    ) {
        self.files = files
        self.store = store
        self.clock = clock
        self.text = text
    }

    /// A file that belongs to an incident and could not be put into its zip.
    public struct MissingFile: Hashable, Sendable, CustomStringConvertible {
        /// Below the clip folder.
        public var path: String
        public var reason: String

        public var description: String { "\(path): \(reason)" }
    }

    /// One incident: `incident.json`, `incident.txt`, each clip with poster and sidecar (tracks), and `SHA256SUMS`, with which
    /// `sha256sum -c` verifies the rest. Posters and sidecars that can't be read, and clips
    /// that are still being recorded, are named in `MISSING.txt`.
    /// - Parameter url: A file that does not exist yet.
    /// - Returns: What `MISSING.txt` names; empty when all is there, and then the zip has no such file.
    /// - Throws: `RecordingError`, `StorageError`, also when a video can't be read; nothing stays behind.
    @discardableResult
    public func zip(_ id: IncidentID, to url: URL) throws -> [MissingFile] {
        guard let incident = try store.blocking.incident(id) else {
            throw StorageError.notFound(what: "incident \(id)")
        }
        let zip = try ZipWriter(url, date: clock.now())
        var missing: [MissingFile] = []
        do {
            var sums = ""
            func add(_ name: String, _ data: Data) throws {
                try zip.add(name, data)
                sums += "\(SHA256.hash(data: data).hexadecimal)  \(name)\n"
            }
            let encoder = JSONEncoder()
            encoder.outputFormatting = [.sortedKeys, .prettyPrinted, .withoutEscapingSlashes]
            encoder.dateEncodingStrategy = .iso8601
            try add("incident.json", encoder.encode(incident))
            try add("incident.txt", Data((describe(incident) + "\n").utf8))
            for clip in try store.blocking.clips(of: id) {
                guard clip.state == .finished else {
                    missing.append(MissingFile(path: clip.path, reason: "it is still being recorded"))
                    continue
                }
                guard let video = files.url(clip.path) else { throw RecordingError.badPath(clip.path) }
                let name = "\(clip.id).mp4"
                guard FileManager.default.fileExists(atPath: video.path(percentEncoded: false)) else {
                    throw RecordingError.unusable("the video \(clip.path) is gone; `aislewatch check` says more")
                }
                try zip.add(name, contentsOf: video)
                // The recorded hash, not one of what lies there now: a changed clip must be found out.
                sums += "\(clip.sha256 ?? "")  \(name)\n"
                for (path, ending) in [(clip.posterPath, "jpg"), (clip.sidecarPath, "json")] {
                    guard let file = files.url(path) else { throw RecordingError.badPath(path) }
                    let data: Data
                    do {
                        data = try Data(contentsOf: file)
                    } catch {
                        let isThere = FileManager.default.fileExists(atPath: file.path(percentEncoded: false))
                        missing.append(
                            MissingFile(path: path, reason: isThere ? "it can't be read" : "it is not there"))
                        continue
                    }
                    try add("\(clip.id).\(ending)", data)
                }
            }
            if !missing.isEmpty {
                let lines = ["These files belong to the incident and are not in this zip:"] + missing.map(\.description)
                try add("MISSING.txt", Data((lines.joined(separator: "\n") + "\n").utf8))
            }
            try zip.add("SHA256SUMS", Data(sums.utf8))
            try zip.finish()
            return missing
        } catch {
            try? FileManager.default.removeItem(at: url)
            throw error
        }
    }

    /// All incidents of a day in the site's time zone, on one page that needs no other file.
    /// - Parameters:
    ///   - day: Any moment of it.
    ///   - url: A file that does not exist yet.
    /// - Returns: How many incidents it shows.
    @discardableResult
    public func report(day: Date, timeZone: TimeZone, siteName: String, to url: URL) throws -> Int {
        var calendar = Calendar(identifier: .gregorian)
        calendar.timeZone = timeZone
        let start = calendar.startOfDay(for: day)
        // Not 24 hours later: two days of the year are longer or shorter.
        guard let end = calendar.date(byAdding: .day, value: 1, to: start) else {
            throw RecordingError.unusable("there is no such day")
        }
        let incidents = try store.blocking.incidents(IncidentFilter(since: start, until: end, limit: nil)).reversed()
        let page = DayReportPage(siteName: siteName, day: start, timeZone: timeZone)
        let all = try store.blocking.details(of: incidents.map(\.id))
        let entries = incidents.map { incident in
            let details = all[incident.id] ?? IncidentDetails(), clips = details.clips
            let poster = clips.lazy.compactMap { files.posterFile(of: $0) }.first.flatMap { try? Data(contentsOf: $0) }
            return DayReportPage.Entry(
                incident: incident, text: text(incident), clips: clips, poster: poster, review: details.review,
                acknowledgement: details.acknowledgement)
        }
        let path = url.path(percentEncoded: false)
        guard !FileManager.default.fileExists(atPath: path) else {
            throw RecordingError.unusable("\(path) is there already; choose another name")
        }
        try Data(page.html(entries).utf8).write(to: url, options: .atomic)
        return entries.count
    }

    private func describe(_ incident: Incident) -> String {
        let style = Date.ISO8601FormatStyle()
        return """
            \(text(incident))

            incident \(incident.id), camera \(incident.camera), \(incident.kinds.map(\.rawValue).joined(separator: " + "))
            from \(incident.startDate.formatted(style)) to \(incident.endDate.formatted(style))
            """
    }
}
