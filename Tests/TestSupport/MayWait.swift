import Domain
import Testing

/// Lets a test, or all tests of a suite, call code that waits for the disk: `@Suite("…", .mayWait)`. A test has nothing else
/// to do meanwhile. For suites whose subject is code that waits; what is asynchronous must be right without.
public struct MayWait: SuiteTrait, TestTrait, TestScoping {
    public let isRecursive = true

    public func provideScope(
        for test: Test, testCase: Test.Case?, performing function: @Sendable () async throws -> Void
    ) async throws {
        try await BlockingWork.permitted(function)
    }
}

extension Trait where Self == MayWait {
    public static var mayWait: MayWait { MayWait() }
}
