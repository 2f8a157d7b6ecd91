/// The arithmetic the runtime may use inside a graph.
public enum InferencePrecision: String, Sendable, CaseIterable {
    /// The same results on every machine, to rounding. The default.
    case f32
    /// Faster on processors that have it, with results that differ from machine to machine; only after measuring it.
    case bf16
}
