import Alerts
import Foundation
import Testing

@testable import Settings

@Suite("Secrets")
struct SecretTests {
    private let directory: URL

    init() throws {
        directory = FileManager.default.temporaryDirectory.appending(path: "aislewatch-secrets-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
    }

    private func camera(_ password: String) -> String {
        "cameras:\n  - id: dock\n    url: rtsp://192.0.2.10/1\n    username: u\n    password: \(password)\n"
    }

    private func file(_ content: String, mode: Int = 0o600) throws -> String {
        let url = directory.appending(path: UUID().uuidString)
        try Data(content.utf8).write(to: url)
        try FileManager.default.setAttributes([.posixPermissions: mode], ofItemAtPath: url.path)
        return url.path
    }

    @Test("come from the environment, from files, or from the text itself")
    func sources() throws {
        defer { try? FileManager.default.removeItem(at: directory) }
        #expect(try parse(camera("p4ss")).cameras[0].password?.reveal() == "p4ss")
        #expect(try parse(camera("${PW}"), environment: ["PW": "a: b#c"]).cameras[0].password?.reveal() == "a: b#c")
        #expect(
            try parse(camera("x-${PW}-$${y}"), environment: ["PW": "1"]).cameras[0].password?.reveal() == "x-1-${y}")
        #expect(try parse(camera("file:\(file("s3cret\n"))")).cameras[0].password?.reveal() == "s3cret")
        #expect(try parse(camera("0123")).cameras[0].password?.reveal() == "0123")
        let path = try file("in a folder")
        let variables = ["CREDENTIALS_DIRECTORY": directory.path]
        let name = URL(filePath: path).lastPathComponent
        let byFolder = try parse(camera("file:${CREDENTIALS_DIRECTORY}/\(name)"), environment: variables)
        #expect(byFolder.cameras[0].password?.reveal() == "in a folder")
    }

    @Test("of a variable that begins with file: are taken as they are")
    func noIndirectFiles() throws {
        let configuration = try parse(camera("${PW}"), environment: ["PW": "file:/etc/passwd"])
        #expect(configuration.cameras[0].password?.reveal() == "file:/etc/passwd")
    }

    @Test("that can't be had are mistakes that name the way, never the value")
    func unavailable() throws {
        defer { try? FileManager.default.removeItem(at: directory) }
        #expect(
            messages(camera("${CAM_PASWORD}"), environment: ["CAM_PASSWORD": "hunter2"]) == [
                "site.yaml:5:15: the environment variable CAM_PASWORD is not set; set it before starting, for example in the "
                    + "unit's EnvironmentFile; did you mean \"CAM_PASSWORD\"?"
            ])
        #expect(messages(camera("${PW}"), environment: ["PW": ""]).first?.contains("PW is empty") == true)
        #expect(messages(camera("${P W}")).first?.contains("write ${NAME}") == true)
        #expect(messages(camera("\"${PW\"")).first?.contains("write ${NAME}") == true)
        #expect(
            messages(camera("file:/nonexistent/pw")) == [
                "site.yaml:5:15: cameras[0].password is file:/nonexistent/pw, which does not exist; allowed: a file that the "
                    + "user who runs aislewatch can read"
            ])
        #expect(messages(camera("file:\(directory.path)")).first?.contains("not a regular file") == true)
        #expect(messages(camera("\"file:\"")).first?.contains("without a path") == true)
        let lines = messages(camera("file:\(try file("hunter2\nhunter3"))"))
        #expect(lines.first?.contains("several lines") == true && lines.first?.contains("hunter") == false)
        #expect(messages(camera("file:\(try file("\n"))")).first?.contains("is empty") == true)
        #expect(
            messages(camera("file:\(try file(String(repeating: "x", count: 70_000)))")).first?.contains("64 KiB")
                == true)
    }

    @Test("that every user can read are warned about")
    func readable() throws {
        defer { try? FileManager.default.removeItem(at: directory) }
        let path = try file("s", mode: 0o644)
        #expect(
            try parse(camera("file:\(path)")).warnings.map(\.description) == [
                "site.yaml:5:15: \(path) holds a secret and can be read by every user; chmod 600 it"
            ])
        #expect(try parse(camera("file:\(file("s"))")).warnings.isEmpty)
        #expect(try parse(camera("plain"), isReadableByOthers: true).warnings.map(\.line) == [5])
        #expect(try parse(camera("plain")).warnings.isEmpty)
        #expect(try parse(camera("${PW}"), environment: ["PW": "x"], isReadableByOthers: true).warnings.isEmpty)
        let inAddress = "cameras:\n  - id: dock\n    url: rtsp://u:p@192.0.2.10/1\n"
        #expect(try parse(inAddress, isReadableByOthers: true).warnings.map(\.line) == [3])
    }

    @Test("never show in print, dump or reflection")
    func hidden() throws {
        let text =
            camera("${PW}").replacing("192.0.2.10/1", with: "192.0.2.10/1?pwd=hunter2") + """
                alerts:
                  channels:
                    - {name: a, type: webhook, url: "https://h/hunter2", headers: {Authorization: "Bearer ${PW}"}}
                """
        let configuration = try parse(text, environment: ["PW": "hunter2"])
        var dumped = ""
        dump(configuration, to: &dumped)
        let printed = "\(configuration)" + String(reflecting: configuration) + String(describing: configuration.alerts)
        #expect(!dumped.contains("hunter2") && !printed.contains("hunter2"))
        #expect(printed.contains("<secret>"))
        #expect(configuration.cameras[0].url.reveal() == "rtsp://192.0.2.10/1?pwd=hunter2")
        #expect(configuration.cameras[0].url.description == "rtsp://192.0.2.10/1?<hidden>")
        let channel: WebhookChannel.Settings = try #require(configuration.alerts.channels.first?.settings())
        #expect(
            channel.url?.reveal().absoluteString == "https://h/hunter2"
                && channel.url?.description == "https://h/<secret>")
        #expect(channel.headers["Authorization"]?.reveal() == "Bearer hunter2")
    }

    @Test("in a line that isn't YAML are not quoted")
    func syntax() {
        let found = messages("cameras:\n  - id: a\n    password: hunter2: x\n")
        #expect(found.count == 1 && !found[0].contains("hunter2") && found[0].hasPrefix("site.yaml:3:"))
    }
}
