internal import COpenVINO
import Synchronization

/// A graph that the inference service has loaded. Whoever holds it may run it; when nobody does any more, and no
/// request does either, it is released.
public final class GraphHandle: Sendable {
    public var name: String { compiled.name }
    public var inputs: [TensorDescription] { compiled.inputs }
    public var outputs: [TensorDescription] { compiled.outputs }
    /// The arithmetic that the runtime chose, in its own words (`f32`, `bf16`); nil where it doesn't say.
    public var precision: String? { compiled.precision }
    let compiled: CompiledGraph
    private let queue: InferenceQueue

    /// - Parameter queue: has the graph released.
    init(_ compiled: CompiledGraph, queue: InferenceQueue) {
        self.compiled = compiled
        self.queue = queue
    }

    deinit { queue.release(compiled) }

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
            guard found.shape.fits(wanted.shape), found.element == wanted.element else {
                throw VisionError.wrongShape(
                    graph: name, tensor: wanted.name, expected: wanted.shape, found: found.shape)
            }
        }
    }

    /// A tensor of the size and kind of the named input or output, which must not be of variable length.
    /// - Throws: `VisionError.unknownTensor` or `wrongShape`.
    public func makeTensor(_ tensor: String) throws -> Tensor {
        let description = try description(of: tensor)
        guard !description.shape.contains(0) else {
            throw VisionError.wrongShape(
                graph: name, tensor: tensor, expected: description.shape.map { max(1, $0) }, found: description.shape)
        }
        return try Tensor(shape: description.shape, element: description.element)
    }

    func check(_ tensors: [String: Tensor], areInputs: Bool) throws {
        let listed = areInputs ? inputs : outputs
        for (tensorName, tensor) in tensors {
            guard let wanted = compiled.description(of: tensorName, among: listed, isInput: areInputs) else {
                throw VisionError.unknownTensor(graph: name, tensor: tensorName, known: listed.map(\.name))
            }
            guard tensor.shape.fits(wanted.shape), tensor.element == wanted.element else {
                throw VisionError.wrongShape(
                    graph: name, tensor: tensorName, expected: wanted.shape, found: tensor.shape)
            }
        }
    }
}

/// A graph ready to run, with its one request. Run and freed on the service's thread only; the descriptions never
/// change.
final class CompiledGraph: @unchecked Sendable {
    let name: String
    let inputs: [TensorDescription]
    let outputs: [TensorDescription]
    /// The arithmetic that the runtime chose, in its own words (`f32`, `bf16`); nil where it doesn't say.
    let precision: String?
    private let compiled: OpaquePointer
    private let request: OpaquePointer
    /// Outlives what it compiled.
    private let core: RuntimeCore
    /// A tensor may have several names, of which the runtime lists but one; those asked for are kept here.
    private let aliases = Mutex<[String: TensorDescription]>([:])

    /// Takes over `compiled`, also when it throws.
    init(name: String, compiled: OpaquePointer, core: RuntimeCore) throws {
        var request: OpaquePointer?
        do {
            inputs = try Self.ports(
                of: compiled, graph: name, ov_compiled_model_inputs_size, ov_compiled_model_input_by_index)
            outputs = try Self.ports(
                of: compiled, graph: name, ov_compiled_model_outputs_size, ov_compiled_model_output_by_index)
            try OpenVINO.check(ov_compiled_model_create_infer_request(compiled, &request)) {
                VisionError.graphInvalid(graph: name, reason: $0)
            }
            guard let request else { throw VisionError.graphInvalid(graph: name, reason: "no request") }
            self.request = request
            precision = Self.precision(of: compiled)
        } catch {
            ov_compiled_model_free(compiled)
            throw error
        }
        self.name = name
        self.compiled = compiled
        self.core = core
    }

    private static func precision(of compiled: OpaquePointer) -> String? {
        var value: UnsafeMutablePointer<CChar>?
        guard ov_compiled_model_get_property(compiled, RuntimeCore.precisionKey, &value) == OK, let value else {
            return nil
        }
        defer { ov_free(value) }
        return String(cString: value)
    }

    /// Gives everything back; the graph must not be used any more. Not done when the last reference goes: that may be
    /// in any task, while a request runs.
    func free() {
        ov_infer_request_free(request)
        ov_compiled_model_free(compiled)
    }

    /// Runs once. The tensors are used in place: nothing is copied.
    func run(inputs: [String: Tensor], outputs: [String: Tensor]) throws {
        for (name, tensor) in inputs { try bind(name, tensor) }
        for (name, tensor) in outputs { try bind(name, tensor) }
        try OpenVINO.check(ov_infer_request_infer(request)) { .inferenceFailed(graph: name, reason: $0) }
    }

    private func bind(_ tensorName: String, _ tensor: Tensor) throws {
        try OpenVINO.check(ov_infer_request_set_tensor(request, tensorName, tensor.handle)) {
            .inferenceFailed(graph: name, reason: "\(tensorName): \($0)")
        }
    }

    /// The input or output that goes by this name.
    func description(of tensor: String, among listed: [TensorDescription], isInput: Bool) -> TensorDescription? {
        if let found = listed.first(where: { $0.name == tensor }) { return found }
        if let known = aliases.withLock({ $0[tensor] }) { return known }
        var handle: OpaquePointer?
        let status =
            isInput
            ? ov_compiled_model_input_by_name(compiled, tensor, &handle)
            : ov_compiled_model_output_by_name(compiled, tensor, &handle)
        guard status == OK, let handle else { return nil }
        defer { ov_output_const_port_free(handle) }
        guard var found = try? Self.describe(handle, graph: name) else { return nil }
        found.name = tensor
        aliases.withLock { $0[tensor] = found }
        return found
    }

    private static func ports(
        of compiled: OpaquePointer, graph: String,
        _ size: (OpaquePointer?, UnsafeMutablePointer<Int>?) -> ov_status_e,
        _ port: (OpaquePointer?, Int, UnsafeMutablePointer<OpaquePointer?>?) -> ov_status_e
    ) throws -> [TensorDescription] {
        func check(_ status: ov_status_e) throws {
            try OpenVINO.check(status) { VisionError.graphInvalid(graph: graph, reason: $0) }
        }
        var count = 0
        try check(size(compiled, &count))
        return try (0..<count).map { index in
            var handle: OpaquePointer?
            try check(port(compiled, index, &handle))
            defer { if let handle { ov_output_const_port_free(handle) } }
            return try describe(handle, graph: graph)
        }
    }

    private static func describe(_ port: OpaquePointer?, graph: String) throws -> TensorDescription {
        func check(_ status: ov_status_e) throws {
            try OpenVINO.check(status) { VisionError.graphInvalid(graph: graph, reason: $0) }
        }
        var name: UnsafeMutablePointer<CChar>?
        try check(ov_port_get_any_name(port, &name))
        defer { ov_free(name) }
        let tensorName = name.map { String(cString: $0) } ?? ""
        var shape = ov_partial_shape_t()
        try check(ov_port_get_partial_shape(port, &shape))
        defer { ov_partial_shape_free(&shape) }
        var type = F32
        try check(ov_port_get_element_type(port, &type))
        guard type == F32 || type == U8 else {
            throw VisionError.graphInvalid(graph: graph, reason: "\(tensorName) is neither float32 nor uint8")
        }
        return TensorDescription(
            name: tensorName,
            shape: (0..<Int(shape.rank.max)).map {
                shape.dims[$0].min == shape.dims[$0].max ? Int(shape.dims[$0].max) : 0
            },
            element: type == F32 ? .float32 : .uint8)
    }
}

extension [Int] {
    /// Whether it is of the wanted shape, in which 0 stands for any length.
    fileprivate func fits(_ wanted: [Int]) -> Bool {
        count == wanted.count && zip(self, wanted).allSatisfy { $1 == 0 || $0 == $1 }
    }
}
