import Domain
import Foundation
import Logging
import Recording
import Storage

/// An incident as a ZIP file, for the pages.
struct IncidentZip: IncidentArchive {
    let exporter: IncidentExporter
    let logger: Logger

    func makeArchive(of incident: IncidentID, by: String) async throws -> URL {
        let url = FileManager.default.temporaryDirectory.appending(path: "aislewatch-\(UUID().uuidString).zip")
        do {
            let missing = try await BlockingWork.shared.run { [exporter] in try exporter.zip(incident, to: url) }
            for file in missing { logger.warning("the export of incident \(incident) is without \(file)") }
            return url
        } catch let error as StorageError {
            throw error
        } catch {
            throw PortFailure.notAvailable("It could not be exported: \(error)")
        }
    }
}
