import ArgumentParser
import Foundation

/// The entry point, on the main thread, which may wait for a disk: runs the command and maps its outcome to the exit status
/// 0 (ok), 1 (failed), 2 (bad usage) or 3 (a file breaks off).
@main
struct Main {
    @MainActor static func main() async {
        do {
            var command = try Aislewatch.parseAsRoot()
            if var asynchronous = command as? any AsyncParsableCommand {
                try await asynchronous.run()
            } else {
                try command.run()
            }
        } catch {
            leave(after: error)
        }
    }

    private static func leave(after error: any Error) -> Never {
        if let failure = error as? CommandFailure {
            if !failure.message.isEmpty { StandardError.write("error: \(failure.message)") }
            exit(failure.status)
        }
        switch Aislewatch.exitCode(for: error) {
        case .success:
            // `--help` and `--version` arrive as errors too.
            print(Aislewatch.fullMessage(for: error))
            exit(0)
        case .validationFailure:
            StandardError.write(Aislewatch.fullMessage(for: error))
            exit(2)
        default:
            StandardError.write("error: \(error)")
            exit(1)
        }
    }
}
