internal import COpenVINO

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
