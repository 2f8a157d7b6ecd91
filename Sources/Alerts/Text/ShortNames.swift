import Foundation

/// Names of cameras and zones, as a text can hold them.
struct ShortNames {
    var limit: Int

    func shortened(_ name: String) -> String {
        let folded = GSM7.folded(name).split(separator: " ").joined(separator: " ")
        guard folded.count > limit else { return folded }
        return folded.prefix(limit - 2).trimmingCharacters(in: .whitespaces) + ".."
    }
}
