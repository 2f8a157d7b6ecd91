import Foundation
import TestSupport
import Testing

@testable import Vision

/// The exported graphs, run by this program, give what the trainer's own network gave for the same numbers.
@Suite("Parity of the exported graphs")
struct ParityTests {
    private struct Vectors: Decodable {
        struct Input: Decodable {
            var name: String
            var k: Int
            var offset: Double
            var scale: Double
        }

        struct Output: Decodable {
            var name: String
            var indices: [Int]
            var values: [Double]
            var meanAbsolute: Double
        }

        struct Graph: Decodable {
            var inputs: [Input]
            var outputs: [Output]
        }

        var graphs: [String: Graph]
    }

    /// The trainer's arithmetic is in another order: f32 rounding over some fifty layers, relative to the output's
    /// size.
    private let tolerance = 0.01

    @Test("each graph", arguments: ["image_encoder", "memory_encoder", "memory_attention", "mask_decoder"])
    func parity(name: String) async throws {
        let vectors = try JSONDecoder().decode(
            Vectors.self, from: Data(contentsOf: Synthetic.models.appending(path: "parity.json")))
        let expected = try #require(vectors.graphs[name])
        let service = try InferenceService()
        let graph = try await service.load(Synthetic.models.appending(path: "\(name).onnx"))
        var inputs: [String: Tensor] = [:]
        for input in expected.inputs {
            let tensor = try graph.makeTensor(input.name)
            let count = tensor.count
            tensor.store(
                (0..<count).lazy.map { index in
                    if input.name == "memory_valid" { return index < count / 2 ? 1 : 0 }
                    let step = Double((index * 7919 + 12345 * input.k) % 1009) / 1009
                    return Float(input.offset + input.scale * step)
                })
            inputs[input.name] = tensor
        }
        var outputs: [String: Tensor] = [:]
        for output in expected.outputs { outputs[output.name] = try graph.makeTensor(output.name) }
        try await service.run(graph, inputs: inputs, outputs: outputs)
        for output in expected.outputs {
            let found = try #require(outputs[output.name]).floats
            let worst = zip(output.indices, output.values).map { abs(Double(found[$0]) - $1) }.max() ?? .infinity
            #expect(worst <= tolerance * max(0.1, output.meanAbsolute), "\(output.name): off by \(worst)")
            let mean = found.reduce(0.0) { $0 + abs(Double($1)) } / Double(found.count)
            #expect(abs(mean - output.meanAbsolute) <= tolerance * max(0.1, output.meanAbsolute))
        }
    }
}
