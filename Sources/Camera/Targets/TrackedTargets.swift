import Domain
import Foundation
import Logging
import Media
import Recording
import Storage
import Synchronization
import Vision

/// Says where in a frame the things are that a person describes in words.
public protocol ObjectDescriber: Sendable {
    /// - Returns: Places in pixels of the frame, with what they are called, and how many more there were.
    /// - Throws: `PortFailure` that says what to set, or what went wrong.
    func places(of text: String, in frame: VideoFrame) async throws -> (
        places: [(region: Region, label: String)], leftOut: Int
    )
}

/// What people mark before the cameras: masks for a click at once, and targets that stay tracked, over restarts too.
public actor TrackedTargets {
    private struct Followed {
        var record: FollowRecord
        var state = FollowView.State.waiting
        var track: TrackID?
        var schedule = FollowedPlaceSchedule()
    }

    /// Objects that the network follows before one camera at the same time: each takes a share of a core.
    public static let maxPerCamera = 4

    private let store: Store
    private let clips: any ClipSource
    private let family: any SegmentationFamily
    private let events: any LiveEvents
    private let ids: MonotonicID
    private let clock: any WallClock
    private let logger: Logger
    private var followed: [FollowedObjectID: Followed] = [:]
    private var trackers: [CameraID: SceneTracker] = [:]
    private var clicked = ClickedFrames()
    private let describer: (any ObjectDescriber)?
    /// Whether objects are being looked for: one search at a time, since cameras need the network too.
    private var isLooking = false
    private nonisolated let windows = Mutex<[CameraID: CameraWindow]>([:])

    /// - Parameter records: What was tracked when the program last ended.
    public init(
        _ records: [FollowRecord], store: Store, clips: any ClipSource, family: any SegmentationFamily,
        describer: (any ObjectDescriber)? = nil, events: any LiveEvents, ids: MonotonicID, clock: any WallClock,
        logger: Logger
    ) {
        self.store = store
        self.describer = describer
        self.clips = clips
        self.family = family
        self.events = events
        self.ids = ids
        self.clock = clock
        self.logger = logger
        followed = Dictionary(
            records.map { ($0.object.id, Followed(record: $0)) }, uniquingKeysWith: { first, _ in first })
    }

    // MARK: The cameras' side

    /// The cameras that there are now.
    nonisolated func show(_ cameras: [CameraSupervisor]) {
        let all = Dictionary(cameras.map { ($0.id, $0.window) }, uniquingKeysWith: { first, _ in first })
        windows.withLock { $0 = all }
    }

    private nonisolated func window(_ camera: CameraID) throws -> CameraWindow {
        guard let window = windows.withLock({ $0[camera] }) else {
            throw PortFailure.notFound("There is no such camera.")
        }
        return window
    }

    /// A camera's analysis begins (again): what is followed there is found again from its picture.
    func attach(_ tracker: SceneTracker, camera: CameraID) async {
        trackers[camera] = tracker
        for id in followed.keys.sorted() where followed[id]?.record.object.camera == camera {
            followed[id]?.track = nil
            followed[id]?.state = .waiting
            do {
                try await begin(id)
            } catch {
                logger.error("\(camera): a followed object can't be looked for: \(error)")
            }
        }
    }

    /// What is followed and by which tracks, for rules and pictures.
    func tracks(of camera: CameraID) -> [TrackID: FollowedObject] {
        var result: [TrackID: FollowedObject] = [:]
        for entry in followed.values where entry.record.object.camera == camera {
            if let track = entry.track { result[track] = entry.record.object }
        }
        return result
    }

    /// Notes where followed objects were seen.
    /// - Returns: Which tracks show them.
    func note(_ observation: SceneObservation, camera: CameraID) -> [TrackID: LiveScene.FollowedTrack] {
        var result: [TrackID: LiveScene.FollowedTrack] = [:]
        for (id, entry) in followed where entry.record.object.camera == camera {
            guard let track = entry.track else { continue }
            result[track] = LiveScene.FollowedTrack(id: id, name: entry.record.object.name)
            guard let seen = observation.tracks.first(where: { $0.id == track }) else { continue }
            let isPresent = seen.phase == .appeared || seen.phase == .continued
            if isPresent {
                followed[id]?.record.object.lastRegion = seen.sample.region
                followed[id]?.record.object.frameSize = observation.frameSize
                followed[id]?.record.lastSeenAt = observation.date
            }
            let state: FollowView.State = isPresent ? .present : .lost
            if entry.state != state {
                followed[id]?.state = state
                publish(id)
            }
            let place = FollowedPlace(
                region: seen.sample.region, frameSize: observation.frameSize, seenAt: observation.date)
            if isPresent, followed[id]?.schedule.mustWrite(place, at: clock.monotonicSeconds()) == true {
                Task { [store, logger] in
                    do {
                        try await store.perform { try $0.save(place, of: id) }
                    } catch {
                        logger.error("a followed object's place could not be saved: \(error)")
                    }
                }
            }
        }
        return result
    }

    // MARK: What pages ask for

    public func segment(_ click: PictureClick, camera: CameraID) async throws -> SegmentAnswer {
        let frame = try await frame(of: click, camera: camera)
        let time = try self.time(of: frame, click, camera)
        return SegmentAnswer(
            time: time, frameSize: frame.size, candidates: try await candidates(click, frame))
    }

    /// Clicks along a frame's longer side, and how long they may take, where a person waits at a page.
    private static let pageGridPoints = 12
    private static let pageSearchSeconds = 25.0

    public func objects(
        at moment: PictureClick.Moment, described text: String?, camera: CameraID
    ) async throws -> ObjectsAnswer {
        guard !isLooking else {
            throw PortFailure.conflict("Objects are being looked for already. Try again in half a minute.")
        }
        isLooking = true
        defer { isLooking = false }
        let click = PictureClick(moment: moment, positive: [])
        let frame = try await frame(of: click, camera: camera)
        let time = try self.time(of: frame, click, camera)
        var moment = moment
        if moment == .newest {
            moment = .live(time)
            clicked.keep(frame, of: camera, at: time)
        }
        func answer(_ object: FoundObject, _ label: String = "") -> ObjectsAnswer.Object {
            ObjectsAnswer.Object(
                mask: object.mask, predictedIoU: object.predictedIoU, label: label,
                click: PictureClick(object.prompt, in: frame.size, moment: moment), candidate: object.candidate)
        }
        do {
            guard let text else {
                var settings = ObjectFinder.Settings()
                settings.gridPoints = Self.pageGridPoints
                settings.timeLimitSeconds = Self.pageSearchSeconds
                let found = try await ObjectFinder(family, settings: settings, clock: clock).everything(in: frame)
                return ObjectsAnswer(
                    time: time, frameSize: frame.size, objects: found.objects.map { answer($0) },
                    isComplete: found.isComplete, leftOut: 0)
            }
            guard let describer else { throw PortFailure.notAvailable("There is no vision model here.") }
            let named = try await describer.places(of: text, in: frame)
            let finder = ObjectFinder(family)
            let found = try await InferencePriority.$isUrgent.withValue(true) {
                try await finder.objects(in: named.places.map { $0.region }, of: frame)
            }
            let objects = zip(named.places, found).compactMap { place, object in object.map { answer($0, place.label) }
            }
            return ObjectsAnswer(
                time: time, frameSize: frame.size, objects: objects, isComplete: true,
                leftOut: named.leftOut + named.places.count - objects.count)
        } catch {
            throw Self.failure(error)
        }
    }

    public func follow(
        _ click: PictureClick, camera: CameraID, candidate: Int, name: String,
        conditions: Set<FollowedObject.Condition>, by: String
    ) async throws -> FollowView {
        try checkCapacity(camera)
        let frame = try await frame(of: click, camera: camera)
        let mask = try await mask(click, frame, candidate)
        try checkCapacity(camera)
        let now = clock.now()
        let object = FollowedObject(
            id: FollowedObjectID(rawValue: ids.next(at: now)), camera: camera, name: name,
            prompts: [try given(click, frame, camera)], lastRegion: mask.boundingRegion, frameSize: frame.size,
            conditions: conditions)
        let record = FollowRecord(
            object: object, createdAt: now, createdBy: by, picture: try await jpeg(frame), mask: mask)
        try await save(record)
        followed[object.id] = Followed(record: record)
        do {
            try await begin(object.id)
        } catch {
            followed[object.id] = nil
            _ = try? await store.perform { try $0.removeFollow(object.id) }
            throw Self.failure(error)
        }
        publish(object.id)
        return try view(object.id)
    }

    public func correct(_ id: FollowedObjectID, click: PictureClick) async throws -> FollowView {
        guard let entry = followed[id] else { throw Self.unknown }
        let camera = entry.record.object.camera
        let frame = try await frame(of: click, camera: camera)
        let mask = try await mask(click, frame, 0)
        let prompt = try given(click, frame, camera), picture = try await jpeg(frame)
        guard var record = followed[id]?.record else { throw Self.unknown }
        record.object.prompts = (record.object.prompts + [prompt]).suffix(20)
        record.object.lastRegion = mask.boundingRegion
        record.object.frameSize = frame.size
        record.picture = picture
        record.mask = mask
        try await save(record)
        followed[id]?.record = record
        if let track = followed[id]?.track { await trackers[camera]?.removePrompt(track) }
        followed[id]?.track = nil
        followed[id]?.state = .waiting
        do { try await begin(id) } catch { throw Self.failure(error) }
        publish(id)
        return try view(id)
    }

    public func change(
        _ id: FollowedObjectID, name: String?, conditions: Set<FollowedObject.Condition>?
    ) async throws -> FollowView {
        guard var record = followed[id]?.record else { throw Self.unknown }
        if let name { record.object.name = name }
        if let conditions { record.object.conditions = conditions }
        try await save(record)
        if let name { followed[id]?.record.object.name = name }
        if let conditions { followed[id]?.record.object.conditions = conditions }
        publish(id)
        return try view(id)
    }

    public func unfollow(_ id: FollowedObjectID) async throws {
        guard let entry = followed.removeValue(forKey: id) else { throw Self.unknown }
        if let track = entry.track { await trackers[entry.record.object.camera]?.removePrompt(track) }
        do {
            _ = try await store.perform { try $0.removeFollow(id) }
        } catch {
            throw PortFailure.notAvailable("It is no longer followed, but comes back after a restart: \(error)")
        }
        var gone = entry
        gone.state = .removed
        events.publish(.follow(Self.view(gone)))
    }

    public func follows() -> [FollowView] { followed.keys.sorted().compactMap { followed[$0].map(Self.view) } }

    public func picture(of id: FollowedObjectID) throws -> Data {
        guard let picture = followed[id]?.record.picture else { throw Self.unknown }
        return picture
    }

    // MARK: Parts

    private func checkCapacity(_ camera: CameraID) throws {
        let own = followed.values.filter { $0.record.object.camera == camera }
        guard own.count < Self.maxPerCamera else {
            let names = own.map { $0.record.object.name }.filter { !$0.isEmpty }.sorted()
            throw PortFailure.conflict(
                "\(Self.maxPerCamera) objects are followed before this camera already, as many as are possible"
                    + (names.isEmpty ? "" : " (\(names.joined(separator: ", ")))")
                    + ". Stop following one of them first.")
        }
    }

    private static let unknown = PortFailure.notFound("There is no such object.")

    /// Hands an object to its camera's tracker: the picture that was clicked with its mask.
    private func begin(_ id: FollowedObjectID) async throws {
        guard let entry = followed[id], let tracker = trackers[entry.record.object.camera] else { return }
        let record = entry.record
        let prompt = record.mask.map { Prompt(mask: $0) } ?? record.object.prompts.last?.prompt ?? Prompt()
        let time = record.object.prompts.last?.time ?? MediaTime(pts90k: 0)
        let frame = try await BlockingWork.shared.run { try JPEGDecoder.frame(record.picture, time: time) }
        let (track, _) = try await tracker.addPrompt(prompt, frame: frame)
        // Removed meanwhile?
        guard followed[id] != nil else { return await tracker.removePrompt(track) }
        followed[id]?.track = track
    }

    private func frame(of click: PictureClick, camera: CameraID) async throws -> VideoFrame {
        let window = try self.window(camera)
        switch click.moment {
        case .newest: return try await window.frame(at: nil)
        case .live(let time):
            if let kept = clicked.frame(of: camera, at: time) { return kept }
            let frame = try await window.frame(at: time)
            clicked.keep(frame, of: camera, at: time)
            return frame
        case .clip(let id, let seconds):
            let found = try? await store.perform { [clips] db in
                try db.clip(id).map { clip in (clip, clips.videoFile(of: clip)) }
            }
            guard let (clip, file) = found ?? nil, clip.camera == camera, let url = file else {
                throw PortFailure.notFound("There is no such clip of this camera.")
            }
            do {
                let found = try await BlockingWork.shared.run { try StillFrames.shown(in: url, at: seconds) }
                guard let found else { throw PortFailure.invalid("The clip is shorter than that.") }
                return found
            } catch let error as PortFailure {
                throw error
            } catch {
                throw PortFailure.notAvailable("The clip can't be read: \(error)")
            }
        }
    }

    private func time(of frame: VideoFrame, _ click: PictureClick, _ camera: CameraID) throws -> MediaTime {
        if case .clip = click.moment { return frame.time }
        return try window(camera).shown(frame.time, date: frame.date)
    }

    private func candidates(_ click: PictureClick, _ frame: VideoFrame) async throws -> [MaskCandidate] {
        do {
            let session = try family.makeSession()
            let found = try await InferencePriority.$isUrgent.withValue(true) {
                try await session.start(frame, prompt: click.prompt(in: frame.size), change: nil)
            }
            return found.filter { !$0.mask.isEmpty }
        } catch {
            throw Self.failure(error)
        }
    }

    private func mask(_ click: PictureClick, _ frame: VideoFrame, _ candidate: Int) async throws -> Mask {
        let all = try await candidates(click, frame)
        guard !all.isEmpty else { throw PortFailure.invalid("Nothing was found there; click on the object itself.") }
        return all[min(candidate, all.count - 1)].mask
    }

    private func given(_ click: PictureClick, _ frame: VideoFrame, _ camera: CameraID) throws -> GivenPrompt {
        GivenPrompt(
            prompt: click.prompt(in: frame.size), time: try time(of: frame, click, camera), date: frame.date,
            frameSize: frame.size)
    }

    private func jpeg(_ frame: VideoFrame) async throws -> Data {
        do {
            return try await BlockingWork.shared.run { try JPEGEncoder.encode(frame: frame, quality: 92) }
        } catch {
            throw PortFailure.notAvailable("\(error)")
        }
    }

    private func save(_ record: FollowRecord) async throws {
        do {
            try await store.perform { try $0.save(record) }
        } catch {
            throw PortFailure.notAvailable("It could not be saved: \(error)")
        }
    }

    private func publish(_ id: FollowedObjectID) {
        if let entry = followed[id] { events.publish(.follow(Self.view(entry))) }
    }

    private func view(_ id: FollowedObjectID) throws -> FollowView {
        guard let entry = followed[id] else { throw Self.unknown }
        return Self.view(entry)
    }

    private static func view(_ entry: Followed) -> FollowView {
        FollowView(
            object: entry.record.object, state: entry.state, track: entry.track, createdAt: entry.record.createdAt,
            createdBy: entry.record.createdBy, lastSeenAt: entry.record.lastSeenAt)
    }

    private static func failure(_ error: any Error) -> PortFailure {
        switch error {
        case let error as PortFailure: error
        case let error as SceneError: .conflict("\(error)")
        case let error as VisionError: .invalid("\(error)")
        default: .notAvailable("\(error)")
        }
    }
}

/// The pictures that were clicked last, some for each camera: somebody who takes a while for the next click, or for a name,
/// means the same one, also when the ring has let it go.
struct ClickedFrames {
    /// For each camera. A picture of 1920 x 1080 has 3 MB.
    static let kept = 4

    private var held: [CameraID: [(time: MediaTime, frame: VideoFrame)]] = [:]

    func frame(of camera: CameraID, at time: MediaTime) -> VideoFrame? {
        held[camera]?.last { $0.time == time }?.frame
    }

    /// - Parameter time: As the page named it; the frame's own may lie beside it.
    mutating func keep(_ frame: VideoFrame, of camera: CameraID, at time: MediaTime) {
        held[camera, default: []].removeAll { $0.time == time }
        held[camera, default: []].append((time, frame))
        if let count = held[camera]?.count, count > Self.kept { held[camera]?.removeFirst() }
    }
}
