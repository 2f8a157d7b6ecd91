public import Foundation
public import Incidents

/// Everything that a site decides, read from one YAML file. `configs/aislewatch.yaml` is the commented example.
///
/// Keys in the file are these names in snake case (`preRollSeconds` is `pre_roll_seconds`).
public struct AislewatchConfiguration: Hashable, Sendable {
    /// What other modules add to what a file may say.
    public struct KnownTypes: Sendable {
        public var channels: [ChannelType]
        /// Names of model families.
        public var modelFamilies: [String]
        public var rules: RuleRegistry

        public init(channels: [ChannelType], modelFamilies: [String], rules: RuleRegistry = .standard) {
            self.channels = channels
            self.modelFamilies = modelFamilies
            self.rules = rules
        }
    }

    public var site = SiteConfiguration()
    /// None until the first one is added, on the page or in the file.
    public var cameras: [CameraConfiguration] = []
    public var analysis = AnalysisConfiguration()
    public var rules = RuleSettings()
    public var recording: RecordingConfiguration
    public var alerts = AlertsConfiguration()
    public var web = WebConfiguration()
    public var storage: StorageConfiguration
    public var model = ModelConfiguration()
    public var verification = VerificationConfiguration()
    /// What is allowed but unwise, such as a secrets file that everybody can read. To be logged at start.
    public var warnings: [ConfigurationProblem] = []

    /// The defaults: what an empty file means.
    /// - Parameter environment: names the state directory (see ``StorageConfiguration``).
    public init(environment: [String: String] = [:]) {
        storage = StorageConfiguration(environment: environment)
        recording = RecordingConfiguration(stateDirectory: storage.directory)
    }

    init(reading root: Section, known: KnownTypes) {
        site = SiteConfiguration(reading: root.section("site"))
        analysis = AnalysisConfiguration(reading: root.section("analysis"))
        storage = StorageConfiguration(reading: root.section("storage"))
        recording = RecordingConfiguration(reading: root.section("recording"), stateDirectory: storage.directory)
        web = WebConfiguration(reading: root.section("web"))
        model = ModelConfiguration(reading: root.section("model"), families: known.modelFamilies)
        verification = VerificationConfiguration(reading: root.section("second_look"))
        cameras = CameraConfiguration.list(reading: root, analysis: analysis, rules: known.rules)
        rules = RulesReader.read(
            root.section("rules"), registry: known.rules, timeZone: site.timeZone, cameras: cameras)
        alerts = AlertsConfiguration(
            reading: root.section("alerts"), cameras: cameras, channelTypes: known.channels)
        root.finish()
    }

    /// Reads and checks a file.
    /// - Parameters:
    ///   - path: the YAML file; relative paths inside it count from its folder.
    ///   - environment: where `${NAME}` is looked up; normally the process's.
    ///   - known: what the program has beyond this module.
    /// - Throws: all mistakes at once.
    public static func load(
        path: String, environment: [String: String], known: KnownTypes
    ) throws(ConfigurationErrors) -> AislewatchConfiguration {
        try ConfigurationReader.read(path: path, environment: environment, known: known)
    }

    /// Reads and checks a text as if it were the content of `file`.
    /// - Parameters:
    ///   - baseDirectory: where relative paths count from.
    ///   - known: what the file may name.
    public static func parse(
        _ text: String, file: String, environment: [String: String] = [:], baseDirectory: URL,
        isReadableByOthers: Bool = false, known: KnownTypes
    ) throws(ConfigurationErrors) -> AislewatchConfiguration {
        try ConfigurationReader.read(
            text: text, file: file, environment: environment, baseDirectory: baseDirectory,
            isReadableByOthers: isReadableByOthers, known: known)
    }
}
