/// A graph that the inference service has loaded.
public final class GraphHandle: Sendable {
    public var name: String { compiled.name }
    public var inputs: [TensorDescription] { compiled.inputs }
    public var outputs: [TensorDescription] { compiled.outputs }
    /// The arithmetic that the runtime chose, in its own words (`f32`, `bf16`); nil where it doesn't say.
    public var precision: String? { compiled.precision }
    let compiled: CompiledGraph

    init(_ compiled: CompiledGraph) { self.compiled = compiled }

    /// - Throws: `VisionError.unknownTensor`.
    public func description(of tensor: String) throws -> TensorDescription {
        if let input = compiled.description(of: tensor, among: inputs, isInput: true) { return input }
        if let output = compiled.description(of: tensor, among: outputs, isInput: false) { return output }
        throw VisionError.unknownTensor(graph: name, tensor: tensor, known: (inputs + outputs).map(\.name))
    }

    /// - Throws: `VisionError.unknownTensor` or `wrongShape` unless the graph has all of `expected`. A 0 in an expected
    ///   shape stands for any size.
    public func require(_ expected: [TensorDescription]) throws {
        for wanted in expected {
            let found = try description(of: wanted.name)
            let fits =
                found.shape.count == wanted.shape.count
                && zip(found.shape, wanted.shape).allSatisfy { $1 == 0 || $0 == $1 }
            guard fits, found.element == wanted.element else {
                throw VisionError.wrongShape(
                    graph: name, tensor: wanted.name, expected: wanted.shape, found: found.shape)
            }
        }
    }

    /// A tensor of the size and kind of the named input or output.
    public func makeTensor(_ tensor: String) throws -> Tensor {
        let description = try description(of: tensor)
        return try Tensor(shape: description.shape, element: description.element)
    }

    func check(_ tensors: [String: Tensor], areInputs: Bool) throws {
        let listed = areInputs ? inputs : outputs
        for (tensorName, tensor) in tensors {
            guard let wanted = compiled.description(of: tensorName, among: listed, isInput: areInputs) else {
                throw VisionError.unknownTensor(graph: name, tensor: tensorName, known: listed.map(\.name))
            }
            guard tensor.shape == wanted.shape, tensor.element == wanted.element else {
                throw VisionError.wrongShape(
                    graph: name, tensor: tensorName, expected: wanted.shape, found: tensor.shape)
            }
        }
    }
}
