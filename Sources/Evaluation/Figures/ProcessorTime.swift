import Foundation

/// Processor time of the whole process: what a measure costs, however busy the machine is.
enum ProcessorTime {
    /// Seconds, of all threads together.
    static func seconds() -> Double {
        var time = timespec()
        clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time)
        return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
    }
}
