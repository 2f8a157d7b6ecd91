/// Name, shape and kind of one input or output of a graph.
public struct TensorDescription: Hashable, Sendable {
    public var name: String
    public var shape: [Int]
    public var element: Tensor.Element

    public init(name: String, shape: [Int], element: Tensor.Element = .float32) {
        self.name = name
        self.shape = shape
        self.element = element
    }
}
