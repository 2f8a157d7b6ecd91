/// Pictures of the last moments, to compare the present one with that of about `span` seconds ago: at high frame rates
/// neighbouring frames hardly differ.
struct MotionHistory {
    private let planes: [Plane<Float>]
    private var times: [Double]
    private var next = 0

    init(width: Int, height: Int) {
        planes = (0..<6).map { _ in Plane(width: width, height: height, filledWith: 0) }
        times = []
    }

    mutating func reset() {
        times.removeAll(keepingCapacity: true)
        next = 0
    }

    mutating func append(_ picture: Plane<Float>, seconds: Double) {
        planes[next].copy(from: picture)
        if times.count < planes.count { times.append(seconds) } else { times[next] = seconds }
        next = (next + 1) % planes.count
    }

    /// The newest picture at least `span` old (less 20 %), else the oldest there is.
    func reference(before seconds: Double, span: Double) -> Plane<Float>? {
        var best: Int?
        for index in times.indices {
            let old = seconds - times[index] >= 0.8 * span
            guard let current = best else {
                best = index
                continue
            }
            let currentOld = seconds - times[current] >= 0.8 * span
            if old, !currentOld || times[index] > times[current] { best = index }
            if !old, !currentOld, times[index] < times[current] { best = index }
        }
        return best.map { planes[$0] }
    }
}
