import Domain
public import Media

/// The figures of an incident evaluation, in the JSON form of the `eval incidents` command. Unknown values are `null`.
public struct IncidentReport: Hashable, Sendable, Encodable {
    public struct Detected: Hashable, Sendable, Encodable {
        public var kind: String
        public var startSeconds: Double
        public var endSeconds: Double
        public var region: Region

        public init(kind: String, startSeconds: Double, endSeconds: Double, region: Region) {
            self.kind = kind
            self.startSeconds = startSeconds
            self.endSeconds = endSeconds
            self.region = region
        }

        enum CodingKeys: String, CodingKey {
            case kind, region
            case startSeconds = "start_s"
            case endSeconds = "end_s"
        }
    }

    public struct Clip: Hashable, Sendable, Encodable {
        /// The file's name without its ending.
        public var clip: String
        /// The label's kind; `none` where nothing happens or the clip has no label.
        public var expected: String
        public var detected: [Detected]
        /// Nil where nothing is expected.
        public var isHit: Bool?
        public var falseAlarms: Int
        public var delaySeconds: Double?
        /// Why the clip could not be evaluated; such a clip counts as missed.
        public var error: String?
        /// Where the file ends too early; what comes before was judged.
        public var fileBreak: FileBreak?

        enum CodingKeys: String, CodingKey {
            case clip, expected, detected, error
            case isHit = "hit"
            case falseAlarms = "false_alarms"
            case delaySeconds = "delay_s"
            case fileBreak = "breaks_off_s"
        }

        public func encode(to encoder: any Encoder) throws {
            var container = encoder.container(keyedBy: CodingKeys.self)
            try container.encode(clip, forKey: .clip)
            try container.encode(expected, forKey: .expected)
            try container.encode(detected, forKey: .detected)
            try container.encode(isHit, forKey: .isHit)
            try container.encode(falseAlarms, forKey: .falseAlarms)
            try container.encode(delaySeconds, forKey: .delaySeconds)
            try container.encodeIfPresent(error, forKey: .error)
            try container.encodeIfPresent(fileBreak?.endSeconds, forKey: .fileBreak)
        }
    }

    public struct Total: Hashable, Sendable, Encodable {
        public var incidents = 0
        public var hits = 0
        public var falseAlarms = 0
        public var delayMedianSeconds: Double?
        public var delayMaxSeconds: Double?
        /// Bytes of the clips that would be kept, with pre- and post-roll.
        public var bytesKept = 0
        public var bytesSeen = 0
        public var cpuSecondsPerMediaSecond: Double?

        enum CodingKeys: String, CodingKey {
            case incidents, hits
            case falseAlarms = "false_alarms"
            case delayMedianSeconds = "delay_median_s"
            case delayMaxSeconds = "delay_max_s"
            case bytesKept = "bytes_kept"
            case bytesSeen = "bytes_seen"
            case cpuSecondsPerMediaSecond = "cpu_s_per_media_s"
        }

        public func encode(to encoder: any Encoder) throws {
            var container = encoder.container(keyedBy: CodingKeys.self)
            try container.encode(incidents, forKey: .incidents)
            try container.encode(hits, forKey: .hits)
            try container.encode(falseAlarms, forKey: .falseAlarms)
            try container.encode(delayMedianSeconds, forKey: .delayMedianSeconds)
            try container.encode(delayMaxSeconds, forKey: .delayMaxSeconds)
            try container.encode(bytesKept, forKey: .bytesKept)
            try container.encode(bytesSeen, forKey: .bytesSeen)
            try container.encode(cpuSecondsPerMediaSecond, forKey: .cpuSecondsPerMediaSecond)
        }
    }

    public var clips: [Clip]
    public var total: Total

    public init(
        clips: [Clip], bytesKept: Int = 0, bytesSeen: Int = 0, cpuSeconds: Double? = nil, mediaSeconds: Double = 0
    ) {
        self.clips = clips
        var total = Total()
        total.incidents = clips.count { $0.isHit != nil }
        total.hits = clips.count { $0.isHit == true }
        total.falseAlarms = clips.map(\.falseAlarms).reduce(0, +)
        let delays = clips.compactMap(\.delaySeconds)
        if !delays.isEmpty {
            total.delayMedianSeconds = delays.median()
            total.delayMaxSeconds = delays.max()
        }
        total.bytesKept = bytesKept
        total.bytesSeen = bytesSeen
        if let cpuSeconds, mediaSeconds > 0 { total.cpuSecondsPerMediaSecond = cpuSeconds / mediaSeconds }
        self.total = total
    }
}
