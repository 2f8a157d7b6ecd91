import Foundation
import Glibc
import TestSupport
import Testing

@testable import App

@Suite("Telling systemd")
struct ServiceNotifierTests {
    private func messages(at name: String) throws {
        let listener = try NotifyListener(name)
        let notifier = ServiceNotifier(environment: ["NOTIFY_SOCKET": name])
        #expect(notifier.isEnabled)
        notifier.ready()
        #expect(try listener.receive() == "READY=1\n")
        notifier.ready(status: "2 cameras")
        #expect(try listener.receive() == "READY=1\nSTATUS=2 cameras\n")
        notifier.status("1 of 2 cameras online")
        #expect(try listener.receive() == "STATUS=1 of 2 cameras online\n")
        notifier.ping()
        #expect(try listener.receive() == "WATCHDOG=1\n")
        notifier.stopping()
        #expect(try listener.receive() == "STOPPING=1\n")
    }

    @Test("works over a socket in the file system")
    func path() throws {
        let directory = try TemporaryDirectory()
        try messages(at: directory.file("notify").path)
    }

    @Test("works over an abstract socket")
    func abstract() throws {
        try messages(at: "@aislewatch-test-\(UUID().uuidString)")
    }

    @Test("keeps a status to one line, whatever is in it")
    func oneLine() throws {
        let directory = try TemporaryDirectory()
        let listener = try NotifyListener(directory.file("notify").path)
        let notifier = ServiceNotifier(environment: ["NOTIFY_SOCKET": directory.file("notify").path])
        notifier.status("dock offline\nSTOPPING=1\r\nMAINPID=1")
        #expect(try listener.receive() == "STATUS=dock offline STOPPING=1 MAINPID=1\n")
    }

    @Test("goes nowhere without a socket, with a wrong one, and when nobody listens")
    func nobody() throws {
        let directory = try TemporaryDirectory()
        let path = directory.file("gone").path
        do { _ = try NotifyListener(path) }
        for name in ["", "relative", "vsock:2:1", path, "/\(String(repeating: "x", count: 200))", "@"] {
            let notifier = ServiceNotifier(environment: ["NOTIFY_SOCKET": name])
            notifier.ready()
            notifier.ping()
        }
        #expect(!ServiceNotifier(environment: [:]).isEnabled)
        #expect(!ServiceNotifier(environment: ["NOTIFY_SOCKET": "relative"]).isEnabled)
    }

    @Test("never waits for a listener that reads nothing")
    func fullSocket() throws {
        let directory = try TemporaryDirectory()
        let path = directory.file("notify").path
        let listener = try NotifyListener(path)
        let notifier = ServiceNotifier(environment: ["NOTIFY_SOCKET": path])
        for _ in 0..<10_000 { notifier.ping() }
        #expect(try listener.receive() == "WATCHDOG=1\n")
    }

    @Test("knows how often it must ping, and whether it is meant")
    func watchdog() {
        func seconds(_ environment: [String: String]) -> Double? {
            ServiceNotifier(environment: environment, processID: 42).watchdogSeconds
        }
        #expect(seconds(["WATCHDOG_USEC": "30000000"]) == 30)
        #expect(seconds(["WATCHDOG_USEC": "500000", "WATCHDOG_PID": "42"]) == 0.5)
        #expect(seconds(["WATCHDOG_USEC": "500000", "WATCHDOG_PID": "43"]) == nil)
        #expect(seconds(["WATCHDOG_USEC": "0"]) == nil && seconds(["WATCHDOG_USEC": "soon"]) == nil)
        #expect(seconds([:]) == nil)
    }
}
