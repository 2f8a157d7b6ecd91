internal import COpenVINO

/// OpenVINO's entry point; makes compiled graphs. Used on the service's thread only.
final class RuntimeCore: @unchecked Sendable {
    private let core: OpaquePointer
    private let device: String
    private let properties: [(key: String, value: String)]

    static let precisionKey = "INFERENCE_PRECISION_HINT"

    init(device: String, threads: Int, precision: InferencePrecision) throws {
        var core: OpaquePointer?
        let status = ov_core_create(&core)
        guard status == OK, let core else {
            throw VisionError.runtimeUnavailable(reason: OpenVINO.reason(status))
        }
        self.core = core
        self.device = device
        var properties = [(key: "PERFORMANCE_HINT", value: "LATENCY")]
        switch precision {
        case .f32, .bf16: properties.append((key: Self.precisionKey, value: precision.rawValue))
        // Without a hint a CPU takes bf16 where that is native; other devices would take f16, which was never measured.
        case .auto where device == "CPU": break
        case .auto: properties.append((key: Self.precisionKey, value: InferencePrecision.f32.rawValue))
        }
        if device == "CPU" {
            properties += [
                (key: "INFERENCE_NUM_THREADS", value: String(max(1, threads))), (key: "NUM_STREAMS", value: "1"),
            ]
        }
        self.properties = properties
    }

    deinit { ov_core_free(core) }

    /// - Parameters:
    ///   - bytes: an ONNX file, or an OpenVINO IR description without weights.
    ///   - imageInputs: names of `[1, 3, h, w]` inputs which are to take interleaved RGB bytes, `[1, h, w, 3]`.
    func compile(name: String, bytes: [UInt8], imageInputs: Set<String>) throws -> CompiledGraph {
        var model: OpaquePointer?
        let status = bytes.withUnsafeBytes { buffer in
            ov_core_read_model_from_memory_buffer(
                core, buffer.baseAddress?.assumingMemoryBound(to: CChar.self), buffer.count, nil, &model)
        }
        guard status == OK, var model else {
            throw VisionError.graphInvalid(graph: name, reason: OpenVINO.reason(status))
        }
        defer { ov_model_free(model) }
        for input in imageInputs.sorted() {
            let prepared = try ImageInput.prepare(model, input: input, graph: name)
            ov_model_free(model)
            model = prepared
        }

        var compiled: OpaquePointer?
        try OpenVINO.withProperties(properties) { list, count in
            try OpenVINO.check(ov_core_compile_model_props(core, model, device, count, list, &compiled)) {
                VisionError.graphInvalid(graph: name, reason: $0)
            }
        }
        guard let compiled else { throw VisionError.graphInvalid(graph: name, reason: "no compiled model") }
        return try CompiledGraph(name: name, compiled: compiled)
    }
}
