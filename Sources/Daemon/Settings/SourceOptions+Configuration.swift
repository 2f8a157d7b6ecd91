import Media
import Settings

extension SourceOptions {
    /// One of a camera's streams, with the camera's user and password.
    init(_ url: StreamURL, of camera: CameraConfiguration, keepAudio: Bool = false) {
        self.init(
            url: url.reveal(), username: camera.username, password: camera.password?.reveal(), keepAudio: keepAudio,
            displayAspect: camera.displayAspect)
    }
}
