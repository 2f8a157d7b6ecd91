extension Incident {
    /// Who asks for a drill: an incident that goes the whole way, is told as a test and says nothing about the site.
    public static let drillOrigin = "drill"

    /// Whether it is a drill.
    public var isDrill: Bool { facts.triggeredBy == Self.drillOrigin }
}
