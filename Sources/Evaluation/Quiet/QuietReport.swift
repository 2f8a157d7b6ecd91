public import Domain

/// What was reported while nothing happened.
public struct QuietReport: Hashable, Sendable, Encodable {
    /// One false alarm, with all that is needed to see it again.
    public struct Alarm: Hashable, Sendable, Encodable {
        public var kind: String
        public var film: String
        /// What was done to the film, in words.
        public var change: String
        public var turn: Int
        /// When it was announced, in the changed film.
        public var seconds: Double
        /// Where in the film its turn began.
        public var filmStartSeconds: Double
        public var region: Region
        public var frameSize: FrameSize

        enum CodingKeys: String, CodingKey {
            case kind, film, change, turn, region
            case seconds = "s"
            case filmStartSeconds = "film_start_s"
            case frameSize = "frame_size"
        }
    }

    /// A film that could not be played.
    public struct Failure: Hashable, Sendable, Encodable {
        public var film: String
        public var turn: Int
        public var reason: String
    }

    /// Alarms an hour of one kind, or of all.
    public struct Rate: Hashable, Sendable, Encodable {
        public var kind: String
        public var alarms: Int
        public var perHour: Double
        /// Exact, 95 %, for alarms that are independent of each other.
        public var interval: Interval

        enum CodingKeys: String, CodingKey {
            case kind, alarms, interval
            case perHour = "per_hour"
        }
    }

    /// What one turn gave.
    struct Turn: Hashable, Sendable {
        var number: Int
        var film: String
        var change = ""
        var filmStartSeconds = 0.0
        var seconds = 0.0
        var alarms: [Alarm] = []
        var failure: String?
    }

    public private(set) var seed: UInt64
    public private(set) var hoursAsked: Double
    /// Camera-hours that were played.
    public private(set) var hours = 0.0
    /// Films that were played to their end.
    public private(set) var turns = 0
    /// In how many of them each film was played.
    public private(set) var films: [String: Int] = [:]
    public private(set) var alarms: [Alarm] = []
    public private(set) var failures: [Failure] = []
    /// Processor time of this process; ffmpeg's own is not in it.
    public internal(set) var cpuSeconds = 0.0

    init(seed: UInt64, hoursAsked: Double) {
        self.seed = seed
        self.hoursAsked = hoursAsked
    }

    mutating func take(_ turn: Turn) {
        if let reason = turn.failure {
            failures.append(Failure(film: turn.film, turn: turn.number, reason: reason))
            return
        }
        turns += 1
        films[turn.film, default: 0] += 1
        hours += turn.seconds / 3600
        alarms = (alarms + turn.alarms).sorted { ($0.turn, $0.seconds) < ($1.turn, $1.seconds) }
    }

    /// All kinds together first, then each that was reported.
    public var rates: [Rate] {
        func rate(_ kind: String, _ count: Int) -> Rate {
            let interval = ExactRate.interval(count: count)
            guard hours > 0 else { return Rate(kind: kind, alarms: count, perHour: 0, interval: interval) }
            return Rate(
                kind: kind, alarms: count, perHour: Double(count) / hours,
                interval: Interval(low: interval.low / hours, high: interval.high / hours))
        }
        let kinds = Dictionary(grouping: alarms, by: \.kind).mapValues(\.count)
        return [rate("all", alarms.count)] + kinds.sorted { ($1.value, $0.key) < ($0.value, $1.key) }.map(rate)
    }

    enum CodingKeys: String, CodingKey {
        case seed, hours, turns, films, rates, alarms, failures
        case hoursAsked = "hours_asked"
        case cpuSeconds = "cpu_s"
    }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(seed, forKey: .seed)
        try container.encode(hoursAsked, forKey: .hoursAsked)
        try container.encode(hours, forKey: .hours)
        try container.encode(turns, forKey: .turns)
        try container.encode(films, forKey: .films)
        try container.encode(rates, forKey: .rates)
        try container.encode(alarms, forKey: .alarms)
        try container.encode(failures, forKey: .failures)
        try container.encode(cpuSeconds, forKey: .cpuSeconds)
    }
}
