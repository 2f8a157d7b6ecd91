import Domain
import Foundation
import Recording
import Storage

/// An incident as a ZIP file, for the pages.
struct IncidentZip: IncidentArchive {
    let exporter: IncidentExporter

    func makeArchive(of incident: IncidentID, by: String) async throws -> URL {
        let url = FileManager.default.temporaryDirectory.appending(path: "aislewatch-\(UUID().uuidString).zip")
        return try await withCheckedThrowingContinuation { continuation in
            DispatchQueue.global().async { [exporter] in
                do {
                    try exporter.zip(incident, to: url)
                    continuation.resume(returning: url)
                } catch let error as StorageError {
                    continuation.resume(throwing: error)
                } catch {
                    continuation.resume(throwing: PortFailure.notAvailable("It could not be exported: \(error)"))
                }
            }
        }
    }
}
