/// The arithmetic the runtime may use inside a graph.
public enum InferencePrecision: String, Sendable, CaseIterable {
    /// bf16 on a CPU that computes it natively (AMX, AVX-512 BF16), as OpenVINO itself chooses, f32 on any other and on other
    /// devices: half the cost where it can be had, with masks that differ a little from machine to machine.
    case auto
    /// The same results on every machine, to rounding.
    case f32
    /// Also where the processor only imitates it.
    case bf16
}
