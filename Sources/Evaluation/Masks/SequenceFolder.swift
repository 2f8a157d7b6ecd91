import Domain
import Foundation
import Media

/// A folder of videos in the DAVIS layout.
struct SequenceFolder: Sendable {
    struct Frame: Sendable {
        var image: String
        var annotation: String
    }

    /// Folders of the sequences, in order.
    let names: [String]
    private let images: URL
    private let annotations: URL

    /// - Throws: `EvaluationError.badFolder`.
    init(_ directory: URL) throws {
        guard let (images, annotations) = Self.roots(directory) else {
            throw EvaluationError.badFolder(
                path: directory.path, needed: "JPEGImages/480p/NAME/00000.jpg and Annotations/480p/NAME/00000.png")
        }
        let names = try Self.list(images).filter { Self.isFolder(annotations.appending(path: $0)) }
        guard !names.isEmpty else {
            throw EvaluationError.badFolder(path: directory.path, needed: "a sequence with annotations")
        }
        self.names = names
        self.images = images
        self.annotations = annotations
    }

    /// - Throws: `EvaluationError.badFolder` when there are fewer than three frames.
    func frames(_ name: String) throws -> [Frame] {
        let files = try Self.list(images.appending(path: name)).filter {
            ["jpg", "jpeg", "png"].contains(($0 as NSString).pathExtension.lowercased())
        }
        guard files.count > 2 else {
            throw EvaluationError.badFolder(path: images.appending(path: name).path, needed: "three frames or more")
        }
        return files.map { file in
            let number = (file as NSString).deletingPathExtension
            return Frame(
                image: images.appending(path: name).appending(path: file).path,
                annotation: annotations.appending(path: name).appending(path: number + ".png").path)
        }
    }

    private static func roots(_ directory: URL) -> (URL, URL)? {
        for resolution in ["480p", ""] {
            let images = directory.appending(path: "JPEGImages").appending(path: resolution)
            let annotations = directory.appending(path: "Annotations").appending(path: resolution)
            if isFolder(images), isFolder(annotations) { return (images, annotations) }
        }
        return nil
    }

    private static func isFolder(_ url: URL) -> Bool {
        var isFolder: ObjCBool = false
        return FileManager.default.fileExists(atPath: url.path, isDirectory: &isFolder) && isFolder.boolValue
    }

    private static func list(_ folder: URL) throws -> [String] {
        try FileManager.default.contentsOfDirectory(atPath: folder.path).filter { !$0.hasPrefix(".") }.sorted()
    }
}

/// An annotation: one byte a pixel, 0 the background, each other value an object.
struct LabelImage {
    let size: FrameSize
    let labels: [UInt8]

    /// - Throws: `EvaluationError.annotationMissing` or `MediaError`.
    static func read(_ path: String) throws -> LabelImage {
        do {
            let (size, labels) = try ImageFile.readLabels(path)
            return LabelImage(size: size, labels: labels)
        } catch MediaError.notFound {
            throw EvaluationError.annotationMissing(path: path)
        }
    }

    /// The objects' values, ascending.
    var objects: [UInt8] {
        var seen = [Bool](repeating: false, count: 256)
        for label in labels { seen[Int(label)] = true }
        return (1...255).filter { seen[Int($0)] }
    }

    func mask(of object: UInt8) -> Mask {
        Mask(size: size, bitmap: labels.lazy.map { $0 == object ? 1 : 0 })
    }
}
