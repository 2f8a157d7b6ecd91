import ArgumentParser
import Settings

/// `--display-aspect`, for what squeezes its pictures without saying so.
struct DisplayAspectOption: ParsableArguments {
    @Option(
        help:
            "The shape in which the picture should be shown, as in 16:9, where the source doesn't say it. Default: as it says."
    )
    var displayAspect: DisplayAspect?
}

extension DisplayAspect: ExpressibleByArgument {
    public init?(argument: String) { self.init(argument) }
}
