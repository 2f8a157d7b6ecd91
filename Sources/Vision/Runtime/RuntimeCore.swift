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
        if !Self.isAlwaysThere(device) {
            let available = Self.devices(core)
            guard available.contains(where: { $0 == device || $0.hasPrefix(device + ".") }) else {
                ov_core_free(core)
                throw VisionError.deviceMissing(device, available: available)
            }
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

    private static func isAlwaysThere(_ device: String) -> Bool { device == "CPU" || device == "AUTO" }

    /// Devices that OpenVINO can use here, for instance `CPU`, `GPU.0`.
    private static func devices(_ core: OpaquePointer) -> [String] {
        var found = ov_available_devices_t()
        guard ov_core_get_available_devices(core, &found) == OK else { return [] }
        defer { ov_available_devices_free(&found) }
        return (0..<found.size).compactMap { index in found.devices[index].map { String(cString: $0) } }
    }

    deinit {
        // Its libraries may be gone already.
        if !InferenceThread.isExiting { ov_core_free(core) }
    }

    /// - Parameters:
    ///   - bytes: an ONNX file, or an OpenVINO IR description without weights.
    ///   - imageInputs: names of `[1, 3, h, w]` inputs which are to take interleaved RGB bytes, `[1, h, w, 3]`.
    func compile(name: String, bytes: [UInt8], imageInputs: Set<String>) throws -> CompiledGraph {
        var model: OpaquePointer?
        let status = bytes.withUnsafeBytes { buffer in
            ov_core_read_model_from_memory_buffer(
                core, buffer.baseAddress?.assumingMemoryBound(to: CChar.self), buffer.count, nil, &model)
        }
        return try compile(name: name, read: model, status, imageInputs: imageInputs)
    }

    /// - Parameter path: a file of a format that the runtime only reads by name (TensorFlow Lite).
    func compile(name: String, path: String) throws -> CompiledGraph {
        var model: OpaquePointer?
        let status = ov_core_read_model(core, path, nil, &model)
        return try compile(name: name, read: model, status, imageInputs: [])
    }

    /// - Parameter read: The model as it was read; nil where that failed. It is freed.
    private func compile(
        name: String, read: OpaquePointer?, _ status: ov_status_e, imageInputs: Set<String>
    ) throws -> CompiledGraph {
        guard status == OK, var model = read else {
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
        return try CompiledGraph(name: name, compiled: compiled, core: self)
    }
}

/// Lets a graph take camera pixels as they are: interleaved bytes instead of planes of floats. The conversion becomes a
/// part of the compiled graph.
enum ImageInput {
    /// A new model; the given one stays the caller's.
    static func prepare(_ model: OpaquePointer, input: String, graph: String) throws -> OpaquePointer {
        var prepared: OpaquePointer?
        try OpenVINO.check(build(model, input: input, result: &prepared)) {
            VisionError.graphInvalid(graph: graph, reason: "input \(input): \($0)")
        }
        guard let prepared else { throw VisionError.graphInvalid(graph: graph, reason: "input \(input)") }
        return prepared
    }

    private static func build(_ model: OpaquePointer, input: String, result: inout OpaquePointer?) -> ov_status_e {
        var processor: OpaquePointer?, info: OpaquePointer?, tensor: OpaquePointer?, modelInfo: OpaquePointer?
        var bytesLayout: OpaquePointer?, planesLayout: OpaquePointer?
        defer {
            if let bytesLayout { ov_layout_free(bytesLayout) }
            if let planesLayout { ov_layout_free(planesLayout) }
            if let modelInfo { ov_preprocess_input_model_info_free(modelInfo) }
            if let tensor { ov_preprocess_input_tensor_info_free(tensor) }
            if let info { ov_preprocess_input_info_free(info) }
            if let processor { ov_preprocess_prepostprocessor_free(processor) }
        }
        let steps: [() -> ov_status_e] = [
            { ov_preprocess_prepostprocessor_create(model, &processor) },
            { ov_preprocess_prepostprocessor_get_input_info_by_name(processor, input, &info) },
            { ov_preprocess_input_info_get_tensor_info(info, &tensor) },
            { ov_preprocess_input_tensor_info_set_element_type(tensor, U8) },
            { ov_layout_create("NHWC", &bytesLayout) },
            { ov_preprocess_input_tensor_info_set_layout(tensor, bytesLayout) },
            { ov_preprocess_input_info_get_model_info(info, &modelInfo) },
            { ov_layout_create("NCHW", &planesLayout) },
            { ov_preprocess_input_model_info_set_layout(modelInfo, planesLayout) },
        ]
        for step in steps {
            let status = step()
            guard status == OK else { return status }
        }
        return ov_preprocess_prepostprocessor_build(processor, &result)
    }
}

/// Helpers for the C interface of OpenVINO: errors and properties.
enum OpenVINO {
    /// One line that says why the call before failed. To be asked right after it, on the same thread.
    static func reason(_ status: ov_status_e) -> String {
        let message = ov_get_last_err_msg().map { String(cString: $0) } ?? ""
        let text = condensed(message)
        if !text.isEmpty { return text }
        return ov_get_error_info(status).map { String(cString: $0) } ?? "status \(status.rawValue)"
    }

    /// The runtime's messages begin with lines of source positions; what a person can use stands after them.
    static func condensed(_ message: String) -> String {
        let lines = message.split(whereSeparator: \.isNewline).map { $0.drop { $0 == " " || $0 == "\t" } }
        let useful = lines.filter { !$0.hasPrefix("Exception from") && !$0.hasPrefix("Check '") && !$0.isEmpty }
        return String((useful.isEmpty ? lines : useful).joined(separator: " ").prefix(300))
    }

    static func check(_ status: ov_status_e, _ error: (String) -> VisionError) throws {
        guard status == OK else { throw error(reason(status)) }
    }

    /// Calls `body` with the properties in the form of the C interface.
    static func withProperties<R>(
        _ properties: [(key: String, value: String)], _ body: (UnsafePointer<ov_property_t>?, Int) throws -> R
    ) rethrows -> R {
        var strings: [UnsafeMutablePointer<CChar>] = []
        defer { for string in strings { string.deallocate() } }
        func copy(_ text: String) -> UnsafeMutablePointer<CChar> {
            let characters = text.utf8CString
            let copy = UnsafeMutablePointer<CChar>.allocate(capacity: characters.count)
            for (index, character) in characters.enumerated() { (copy + index).initialize(to: character) }
            strings.append(copy)
            return copy
        }
        var list: [ov_property_t] = []
        for (key, value) in properties {
            var property = ov_property_t()
            property.key = UnsafePointer(copy(key))
            property.value = UnsafeRawPointer(copy(value))
            list.append(property)
        }
        return try list.withUnsafeBufferPointer { try body($0.baseAddress, $0.count) }
    }
}
