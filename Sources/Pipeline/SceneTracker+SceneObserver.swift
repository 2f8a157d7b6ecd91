import Vision

extension SceneTracker: SceneObserver {}
