import Foundation
import TestSupport
import Testing

/// `aislewatch check-config`, as a process.
@Suite("check-config")
struct CheckConfigTests {
    private func check(texts: String?, _ arguments: String...) throws -> (status: Int32, output: String) {
        let folder = try TemporaryDirectory()
        if let texts { try Data(texts.utf8).write(to: folder.file("own.txt")) }
        let file = folder.file("site.yaml")
        // The path counts from the configuration's own folder.
        let yaml = """
            cameras: [{id: dock, url: "rtsp://192.0.2.1/a"}]
            alerts: {text_file: own.txt, language: de}
            """
        try Data(yaml.utf8).write(to: file)
        let process = Process()
        process.executableURL = DaemonSite.executable
        process.arguments = ["check-config", file.path] + arguments
        let output = Pipe()
        process.standardOutput = output
        process.standardError = output
        process.standardInput = FileHandle.nullDevice
        try process.run()
        let text = String(decoding: try output.fileHandleForReading.readToEnd() ?? Data(), as: UTF8.self)
        process.waitUntilExit()
        return (process.terminationStatus, text.replacingOccurrences(of: folder.url.path + "/", with: ""))
    }

    @Test("a site's own texts are read too: what is right passes")
    func good() throws {
        let (status, output) = try check(texts: "what.spill = Wasser!\n")
        #expect(status == 0 && output.hasSuffix("ok\n"), "\(output)")
    }

    @Test("a field that there is none of is told with file, line and column, and what there is")
    func unknownField() throws {
        let (status, output) = try check(texts: "# ours\n\nwhat.spill = Wasser {litres}\n")
        #expect(status == 1)
        #expect(output == "error: own.txt:3:21: \"what.spill\" has no field {litres}; fields: none\n")
        let json = try check(texts: "what.spil = x\n", "--json")
        #expect(json.status == 1 && json.output.contains(#""ok":false"#) && json.output.contains("own.txt:1:1"))
    }

    @Test("a configuration without cameras is right, and what is to be done stands there; so is none at all")
    func noCamera() throws {
        let folder = try TemporaryDirectory()
        func check(_ arguments: String...) throws -> (status: Int32, output: String) {
            let process = Process()
            process.executableURL = DaemonSite.executable
            process.arguments = ["check-config"] + arguments
            process.environment = ["HOME": folder.url.path, "XDG_CONFIG_HOME": folder.file("own").path]
            let output = Pipe()
            process.standardOutput = output
            process.standardError = output
            process.standardInput = FileHandle.nullDevice
            try process.run()
            let text = String(decoding: try output.fileHandleForReading.readToEnd() ?? Data(), as: UTF8.self)
            process.waitUntilExit()
            return (process.terminationStatus, text.replacingOccurrences(of: folder.url.path + "/", with: ""))
        }
        let file = folder.file("site.yaml")
        try Data("site: {name: Hall}\n".utf8).write(to: file)
        let (status, output) = try check(file.path)
        let told = "site.yaml has no camera yet; one is added on the page, under Set-up, Cameras"
        #expect(status == 0 && output.hasPrefix("warning: \(told)\nno camera yet\n"), "\(output)")
        #expect(try check(file.path, "--json").output.contains(told))
        let none = try check()
        #expect(
            none.status == 0
                && none.output
                    == "warning: own/aislewatch/aislewatch.yaml is not there yet; `aislewatch run` makes it\nok\n",
            "\(none.output)")
    }

    @Test("a text file that is not there is told")
    func missing() throws {
        let (status, output) = try check(texts: nil)
        #expect(status == 1 && output.contains("alerts.text_file: own.txt can't be read"), "\(output)")
    }
}
