internal import COpenVINO

/// A graph ready to run, with its one request. Used on the service's thread only; the descriptions never change.
final class CompiledGraph: @unchecked Sendable {
    let name: String
    let inputs: [TensorDescription]
    let outputs: [TensorDescription]
    private let compiled: OpaquePointer
    private let request: OpaquePointer

    /// Takes over `compiled`, also when it throws.
    init(name: String, compiled: OpaquePointer) throws {
        var request: OpaquePointer?
        do {
            inputs = try Self.ports(of: compiled, graph: name, ov_compiled_model_inputs_size, ov_compiled_model_input_by_index)
            outputs = try Self.ports(
                of: compiled, graph: name, ov_compiled_model_outputs_size, ov_compiled_model_output_by_index)
            try OpenVINO.check(ov_compiled_model_create_infer_request(compiled, &request)) {
                VisionError.graphInvalid(graph: name, reason: $0)
            }
            guard let request else { throw VisionError.graphInvalid(graph: name, reason: "no request") }
            self.request = request
        } catch {
            ov_compiled_model_free(compiled)
            throw error
        }
        self.name = name
        self.compiled = compiled
    }

    deinit {
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
            var name: UnsafeMutablePointer<CChar>?
            try check(ov_port_get_any_name(handle, &name))
            defer { ov_free(name) }
            var shape = ov_shape_t()
            try check(ov_const_port_get_shape(handle, &shape))
            defer { _ = ov_shape_free(&shape) }
            var type = F32
            try check(ov_port_get_element_type(handle, &type))
            let tensorName = name.map { String(cString: $0) } ?? ""
            guard type == F32 || type == U8 else {
                throw VisionError.graphInvalid(graph: graph, reason: "\(tensorName) is neither float32 nor uint8")
            }
            return TensorDescription(
                name: tensorName, shape: (0..<Int(shape.rank)).map { Int(shape.dims[$0]) },
                element: type == F32 ? .float32 : .uint8)
        }
    }
}
