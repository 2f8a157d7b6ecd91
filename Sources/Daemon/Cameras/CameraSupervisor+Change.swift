import Domain
import Incidents
import Settings

extension CameraSupervisor {
    /// Whether the connection itself has changed: the packets held so far are another stream's then.
    func needsNewConnection(for next: CameraConfiguration) -> Bool {
        let camera = camera
        return camera.url != next.url || camera.analysisURL != next.analysisURL || camera.username != next.username
            || camera.password != next.password || camera.displayAspect != next.displayAspect
    }

    /// Takes a changed configuration over without a gap in what is recorded. New rules, zones and scales judge from the
    /// next frame on; incidents that go on under the old ones end there.
    /// - Parameter before: What the site's configuration was; the new one holds already.
    func change(to next: CameraConfiguration, from before: AislewatchConfiguration) async {
        let old = camera, now = rooms.configuration
        let isOtherLook = old.analysisFPS != next.analysisFPS || before.analysis != now.analysis
        let isOtherRule =
            RuleSettings(before.rules, camera: id) != RuleSettings(now.rules, camera: id)
            || CameraScene(old) != CameraScene(next)
        let pipeline = note(next)
        if old != next { rooms.events.publish(.camera(window.view)) }
        if isOtherLook {
            beginAnew()
        } else if isOtherRule {
            pipeline?.replace(await makeEngine(next))
        }
    }
}

extension CameraScene {
    init(_ camera: CameraConfiguration) {
        self.init(
            camera: camera.id, zones: camera.zones, pictureHeightMetres: camera.pictureHeightMetres,
            calibration: camera.calibration)
    }
}
