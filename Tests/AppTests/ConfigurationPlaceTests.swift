import Foundation
import Settings
import TestSupport
import Testing

@testable import App

@Suite("The configuration of who names none")
struct ConfigurationPlaceTests {
    /// A machine: its folder of the service, and somebody's home.
    private struct Machine {
        let folder: TemporaryDirectory
        var service: URL { folder.file("etc").appending(path: "aislewatch/aislewatch.yaml") }
        var own: URL { folder.file("home").appending(path: ".config/aislewatch/aislewatch.yaml") }

        init() throws { folder = try TemporaryDirectory() }

        func place(_ more: [String: String] = [:]) -> ConfigurationPlace {
            ConfigurationPlace(
                environment: ["HOME": folder.file("home").path].merging(more) { $1 }, service: service)
        }

        func make(_ file: URL) throws {
            try FileManager.default.createDirectory(
                at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
            try Data("cameras: []\n".utf8).write(to: file)
        }
    }

    @Test("is the service's where that is, else the user's own, else what can be made")
    func order() throws {
        let machine = try Machine()
        #expect(machine.place().file == machine.own && !machine.place().isThere)
        let other = machine.folder.file("elsewhere").path
        #expect(machine.place(["XDG_CONFIG_HOME": other]).file.path == other + "/aislewatch/aislewatch.yaml")
        #expect(machine.place(["XDG_CONFIG_HOME": "relative"]).file == machine.own)
        #expect(ConfigurationPlace(environment: [:], service: machine.service).file == machine.service)

        let folder = machine.service.deletingLastPathComponent()
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        #expect(machine.place().file == machine.service && !machine.place().isThere)
        try machine.make(machine.own)
        #expect(machine.place().file == machine.own && machine.place().isThere)
        try machine.make(machine.service)
        #expect(machine.place().file == machine.service && machine.place().isThere)
    }

    @Test("that is made can be read, checks without a mistake, and is written whole for its owner alone to change")
    func first() throws {
        let machine = try Machine()
        let place = machine.place()
        try place.makeFile()
        #expect(place.isThere)
        let attributes = try FileManager.default.attributesOfItem(atPath: place.file.path)
        #expect((attributes[.posixPermissions] as? NSNumber)?.intValue == 0o640)
        let left = try FileManager.default.contentsOfDirectory(
            atPath: place.file.deletingLastPathComponent().path)
        #expect(left == ["aislewatch.yaml"])
        let configuration = try AislewatchConfiguration.load(path: place.file.path, environment: [:])
        #expect(configuration.cameras.isEmpty && configuration.warnings.isEmpty)
    }

    @Test("names the port when the usual one is taken, and is otherwise what no file at all means")
    func port() throws {
        let taken = try AislewatchConfiguration.parse(
            ConfigurationPlace.text(port: 8083, usual: 8080), file: "a.yaml", baseDirectory: URL(filePath: "/"))
        #expect(taken.web.port == 8083)
        let usual = try AislewatchConfiguration.parse(
            ConfigurationPlace.text(port: 8080, usual: 8080), file: "a.yaml", baseDirectory: URL(filePath: "/"))
        #expect(usual == AislewatchConfiguration())
    }

    @Test("can't be made where nothing can be written, and says so")
    func refused() throws {
        let machine = try Machine()
        try Data().write(to: machine.folder.file("home"))
        let error = #expect(throws: (any Error).self) { try machine.place().makeFile() }
        #expect(error.map { "\($0)" }?.hasSuffix("can't be made.") == true)
    }
}
