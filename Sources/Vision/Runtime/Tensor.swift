internal import COpenVINO

/// A block of numbers that goes into or comes out of a graph, allocated once and reused.
///
/// Whoever holds it may read and write it while no request that was given it is waiting or running; the service is the
/// only other user. Row-major, the last dimension fastest.
public final class Tensor: @unchecked Sendable {
    public enum Element: String, Sendable {
        case float32
        case uint8
    }

    public let shape: [Int]
    public let element: Element
    /// Number of elements.
    public let count: Int

    let handle: OpaquePointer
    private let memory: UnsafeMutableRawPointer

    /// All elements are 0.
    /// - Throws: `VisionError.runtimeUnavailable` when there is no memory for it.
    public init(shape: [Int], element: Element = .float32) throws {
        self.shape = shape
        self.element = element
        count = shape.reduce(1, *)
        handle = try Self.allocate(shape: shape, element: element)
        var data: UnsafeMutableRawPointer?
        let status = ov_tensor_data(handle, &data)
        guard status == OK, let data else {
            ov_tensor_free(handle)
            throw VisionError.runtimeUnavailable(reason: OpenVINO.reason(status))
        }
        memory = data
        memory.initializeMemory(as: UInt8.self, repeating: 0, count: count * Self.bytes(of: element))
    }

    deinit { ov_tensor_free(handle) }

    private static func bytes(of element: Element) -> Int {
        switch element {
        case .float32: MemoryLayout<Float>.size
        case .uint8: 1
        }
    }

    private static func allocate(shape: [Int], element: Element) throws -> OpaquePointer {
        var dimensions = shape.map(Int64.init)
        return try dimensions.withUnsafeMutableBufferPointer { buffer in
            let wanted = ov_shape_t(rank: Int64(buffer.count), dims: buffer.baseAddress)
            var handle: OpaquePointer?
            let status = ov_tensor_create(element == .float32 ? F32 : U8, wanted, &handle)
            guard status == OK, let handle else {
                throw VisionError.runtimeUnavailable(reason: OpenVINO.reason(status))
            }
            return handle
        }
    }

    /// The elements of a `float32` tensor.
    public func withFloats<R>(_ body: (UnsafeMutableBufferPointer<Float>) throws -> R) rethrows -> R {
        precondition(element == .float32, "the tensor holds \(element.rawValue)")
        return try body(UnsafeMutableBufferPointer(start: memory.assumingMemoryBound(to: Float.self), count: count))
    }

    /// The elements of a `uint8` tensor.
    public func withBytes<R>(_ body: (UnsafeMutableBufferPointer<UInt8>) throws -> R) rethrows -> R {
        precondition(element == .uint8, "the tensor holds \(element.rawValue)")
        return try body(UnsafeMutableBufferPointer(start: memory.assumingMemoryBound(to: UInt8.self), count: count))
    }

    /// A copy of a `float32` tensor's elements.
    public var floats: [Float] { withFloats { Array($0) } }

    /// Sets all elements of a `float32` tensor.
    public func fill(_ value: Float) {
        withFloats { $0.update(repeating: value) }
    }

    /// Writes `values` from element `offset` on; what lies beyond the end is left out.
    public func store(_ values: some Sequence<Float>, at offset: Int = 0) {
        withFloats { elements in
            var index = offset
            for value in values {
                guard index < elements.count else { return }
                elements[index] = value
                index += 1
            }
        }
    }

    /// Copies all of `other` to this tensor's elements from `offset` on; both hold `float32`.
    public func copy(from other: Tensor, at offset: Int = 0) {
        precondition(offset >= 0 && offset + other.count <= count, "a copy must fit into its tensor")
        withFloats { to in
            other.withFloats { from in
                guard let source = from.baseAddress, let target = to.baseAddress else { return }
                (target + offset).update(from: source, count: from.count)
            }
        }
    }
}

/// Name, shape and kind of one input or output of a graph; 0 in a shape stands for a variable length.
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
