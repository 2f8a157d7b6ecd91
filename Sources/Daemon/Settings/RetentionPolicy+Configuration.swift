import Recording
import Settings

extension RetentionPolicy {
    init(_ configuration: RetentionConfiguration) {
        func seconds(_ days: Double) -> Double? { days > 0 ? days * 86_400 : nil }
        self.init(
            keepSeconds: seconds(configuration.keepDays),
            rules: configuration.keep.map {
                Rule(severities: Set($0.severities), reviews: Set($0.reviews), keepSeconds: seconds($0.days))
            },
            maxBytes: configuration.maxMegabytes.map { Int64($0) << 20 },
            reserveBytes: Int64(configuration.reserveMegabytes) << 20)
    }
}
