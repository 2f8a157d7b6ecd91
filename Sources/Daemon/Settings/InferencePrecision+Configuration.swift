import Settings
import Vision

extension InferencePrecision {
    init(_ configured: ModelConfiguration.Precision) {
        self =
            switch configured {
            case .auto: .auto
            case .f32: .f32
            case .bf16: .bf16
            }
    }
}
