/// How far an evaluation is, after each item.
public struct EvaluationProgress: Hashable, Sendable {
    /// Items done, this one included.
    public var done: Int
    public var total: Int
    /// The item's name and its result in a few words.
    public var name: String
    public var result: String

    public init(done: Int, total: Int, name: String, result: String) {
        self.done = done
        self.total = total
        self.name = name
        self.result = result
    }
}
