import Domain
import Foundation
import Synchronization

/// How often the network looks, as a part of what is configured: the same for all cameras, so that none is favoured. Lowered
/// before frames have to be skipped, and raised again when there is room.
public final class AnalysisShare: Sendable {
    private let state = Mutex(1.0)

    public init() {}

    /// 0.25 to 1.
    public var value: Double { state.withLock { $0 } }

    func set(_ value: Double) { state.withLock { $0 = value } }
}

/// Decides how often the network looks from how busy the machine is. Pure.
struct AnalysisGovernor {
    /// From here on the machine hardly keeps up: a queue that is always full grows.
    private static let full = 0.92
    /// Below this there is room again, also for what a step up costs.
    private static let roomy = 0.7
    /// So long it must be full before less is done, and roomy before more is, in seconds. Down at once, up with patience, or
    /// it would swing.
    private static let fullSeconds = 6.0
    private static let roomySeconds = 30.0
    private static let step = 0.8
    /// Below a quarter the network would lose what it follows.
    static let least = 0.25

    private(set) var share = 1.0
    private var fullSince: Double?
    private var roomySince: Double?

    /// - Parameters:
    ///   - busy: Part of the machine's time that was used since the last look, 0 to 1.
    ///   - hasSkipped: Whether frames were skipped since then.
    ///   - now: Monotonic seconds.
    /// - Returns: Whether the share changed.
    mutating func look(busy: Double, hasSkipped: Bool, now: Double) -> Bool {
        let before = share
        let isFull = busy >= Self.full || hasSkipped
        fullSince = isFull ? fullSince ?? now : nil
        roomySince = busy < Self.roomy && !hasSkipped ? roomySince ?? now : nil
        if let since = fullSince, now - since >= Self.fullSeconds {
            share = max(Self.least, share * Self.step)
            fullSince = now
        } else if let since = roomySince, now - since >= Self.roomySeconds {
            share = min(1, share / Self.step)
            roomySince = now
        }
        return share != before
    }
}

/// How busy the machine is, as the kernel counts it: /proc/stat, and where the service has a limit of its own (systemd's
/// CPUQuota, a container), that of its control group.
struct MachineLoad {
    private var lastTotal = 0.0
    private var lastIdle = 0.0
    private var lastOwn = 0.0
    private var lastSeconds: Double?

    /// Part of the time used since the last call; nil at the first, and where nothing can be read. What runs at a lower priority
    /// (nice) makes room and doesn't count.
    mutating func busy(now: Double) -> Double? {
        let stat = Self.read("/proc/stat").flatMap(Self.times), own = Self.ownSeconds()
        defer {
            (lastTotal, lastIdle) = stat ?? (0, 0)
            lastOwn = own
            lastSeconds = now
        }
        guard let lastSeconds, now > lastSeconds else { return nil }
        var busy: Double?
        if let stat, stat.total > lastTotal { busy = 1 - (stat.idle - lastIdle) / (stat.total - lastTotal) }
        if let processors = Self.read("/sys/fs/cgroup/cpu.max").flatMap(Self.quota) {
            busy = max(busy ?? 0, (own - lastOwn) / (now - lastSeconds) / processors)
        }
        return busy.map { min(1, max(0, $0)) }
    }

    /// All processors' times and what of them was free, in ticks.
    static func times(_ stat: String) -> (total: Double, idle: Double)? {
        guard let line = stat.split(separator: "\n").first(where: { $0.hasPrefix("cpu ") }) else { return nil }
        // user nice system idle iowait irq softirq steal …; those of guests are in the first two.
        let times = line.split(separator: " ").dropFirst().prefix(8).compactMap { Double($0) }
        guard times.count >= 5 else { return nil }
        return (times.reduce(0, +), times[1] + times[3] + times[4])
    }

    /// "200000 100000": two processors. "max …": no limit.
    static func quota(_ text: String) -> Double? {
        let parts = text.split(whereSeparator: \.isWhitespace).map { Double($0) }
        guard parts.count == 2, let quota = parts[0], let period = parts[1], period > 0 else { return nil }
        return quota / period
    }

    private static func read(_ path: String) -> String? { try? String(contentsOfFile: path, encoding: .utf8) }

    private static func ownSeconds() -> Double {
        var time = timespec()
        clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time)
        return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
    }
}
