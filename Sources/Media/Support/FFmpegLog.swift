internal import CFFmpegShim
import Synchronization

/// FFmpeg's own messages: they may hold URLs with passwords, and what matters in them comes back as an error code, so they
/// are dropped.
enum FFmpegLog {
    private static let done = Atomic<Bool>(false)

    static func silence() {
        if done.compareExchange(expected: false, desired: true, ordering: .relaxed).exchanged { aw_set_log(-8, nil) }
    }
}
