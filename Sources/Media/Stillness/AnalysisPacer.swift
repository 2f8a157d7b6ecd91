import Domain

/// Whether a camera's packets are decoded as they come, or only watched.
public enum AnalysisPace: Hashable, Sendable {
    /// Why all of them are decoded.
    public enum Reason: String, Hashable, Sendable, CaseIterable {
        /// It is configured so.
        case configured
        /// The scene, or what its packets are like, is not known yet.
        case learning
        /// Somebody looks, or something is followed.
        case watched
        /// Something happens, or did a moment ago.
        case activity
        /// From one key frame to the next is too long to look at nothing else.
        case keyFramesTooRare = "key_frames_too_rare"
        /// Nothing lies between key frames.
        case keyFramesOnly = "key_frames_only"
        /// The encoder makes all packets the same size.
        case constantSizes = "constant_sizes"
        /// What happened did not show in the sizes.
        case sizesSayLittle = "sizes_say_little"
        /// Key frames alone look different from what the scene looks like.
        case keyFramesDiffer = "key_frames_differ"
    }

    /// All frames are decoded.
    case full(Reason)
    /// Nothing happens: now and then a key frame is decoded, and packets in between are only measured.
    case still
}

/// What the analysis says of a frame that it was shown.
public enum SceneVerdict: Hashable, Sendable {
    /// Nothing is in front of the background, and nothing is waited for.
    case quiet
    case busy
}

/// When a still scene is looked at how closely.
struct StillnessPolicy: Hashable, Sendable {
    /// All is decoded for so long after the start, in seconds: the usual view and the usual sizes are learned.
    var learnSeconds = 20.0
    /// How long nothing must happen before packets are left undecoded, in seconds.
    var quietSeconds = 5.0
    /// Time from one key frame that is looked at to the next, about, in seconds: as late is noticed what doesn't show in
    /// the sizes of packets.
    var lookSeconds = 4.0
    /// So much before what woke it is decoded at least, in seconds: what begins needs frames to compare with.
    var contextSeconds = 2.0
    /// A key frame is looked at when nothing surprised for so long after it, in seconds: what begins right behind it needs
    /// frames before it.
    var lookDelaySeconds = 0.8
    /// With key frames that are farther apart all is decoded, in seconds: to catch up would take too long.
    var maxKeyFrameSeconds = 8.0
    /// With fewer frames from one key frame to the next all is decoded.
    var fewestFramesPerKeyFrame = 4
    /// After so many events within `doubtSeconds` that did not show in the sizes, or looks that found nothing twice, all
    /// is decoded for as long.
    var maxFailures = 3
    var doubtSeconds = 1800.0
    /// How long after it was woken the scene must have shown why, in seconds.
    var proofSeconds = 3.0
}

/// Decides for each packet of a camera whether it is decoded: pure, packets and verdicts in, decisions out.
///
/// While the scene is still, packets are held back; a key frame every ``StillnessPolicy/lookSeconds`` is looked at alone.
/// A packet of a surprising size, a look that shows something, or somebody who watches wakes it: then what was held back is
/// decoded from a key frame before, and all that follows, until nothing has happened for
/// ``StillnessPolicy/quietSeconds``. Where sizes or key frames turn out to be of no use it stays awake, for some time or for
/// good.
struct AnalysisPacer {
    /// What becomes of a packet.
    enum Step: Equatable {
        case decode
        /// It is kept, undecoded.
        case hold
        /// As `hold`; and the key frame that is shown at this time (1/90,000 s) is decoded alone and looked at.
        case look(at: Int64)
        /// What is held, this packet included, is decoded: from the key frame shown at this time on; nil: all of it.
        case resume(from: Int64?)
    }

    private enum State {
        /// All is decoded. When nothing has happened: since then.
        case full(quietSince: Int64?)
        /// Nothing but looks.
        case still(Span)
    }

    /// A stretch in which nothing happens.
    private struct Span {
        /// Up to here the analysis has seen the scene.
        var seen: Int64
        /// The key frames that are held.
        var keyFrames: [Int64] = []
    }

    /// What was believed to happen when it was woken, until the scene shows whether it did.
    private enum Expectation {
        case surprise(until: Int64)
        case look(until: Int64)
    }

    private let policy: StillnessPolicy
    private let isContinuous: Bool
    private var sizes = PacketSizeWatch()
    private var state = State.full(quietSince: nil)
    private var isWatched = false
    private var expectation: Expectation?
    /// Times of events that only a look found, and of looks that found nothing.
    private var missed: [Int64] = []
    private var vain: [Int64] = []
    private var doubt: (reason: AnalysisPace.Reason, until: Int64)?
    private var began: Int64?
    private var newest: Int64 = 0
    private var lastKeyFrame: Int64?
    /// From one key frame to the next: the largest of the last two.
    private var keyFrameSteps: (last: Int64, before: Int64) = (0, 0)
    private var framesSinceKeyFrame = 0
    private var framesPerKeyFrame = Int.max

    /// - Parameter isContinuous: Never holds anything back.
    init(policy: StillnessPolicy = StillnessPolicy(), isContinuous: Bool = false) {
        self.policy = policy
        self.isContinuous = isContinuous
    }

    /// What it does, and why.
    var pace: AnalysisPace {
        if case .still = state { return .still }
        return .full(reasonForAll ?? .activity)
    }

    /// Another stream begins, or packets were left out.
    mutating func restart() {
        sizes.restart()
        state = .full(quietSince: nil)
        expectation = nil
        began = nil
        lastKeyFrame = nil
        keyFrameSteps = (0, 0)
        framesSinceKeyFrame = 0
        framesPerKeyFrame = .max
        doubt = nil
        missed.removeAll()
        vain.removeAll()
    }

    // MARK: - Packets

    /// Takes the next packet, in the order of decoding.
    /// - Parameter isWatched: Whether somebody looks at the camera, or it follows something.
    mutating func take(_ packet: PacketFacts, isWatched: Bool) -> Step {
        guard !isContinuous else { return .decode }
        self.isWatched = isWatched
        newest = max(newest, packet.pts)
        began = began ?? packet.pts
        measureKeyFrames(packet)
        forgetFailures()
        switch state {
        case .full(let quietSince): return decode(packet, quietSince: quietSince)
        case .still(let span): return hold(packet, span)
        }
    }

    private mutating func decode(_ packet: PacketFacts, quietSince: Int64?) -> Step {
        let surprise = sizes.take(packet, learns: quietSince != nil)
        guard let quietSince else { return .decode }
        if surprise != nil {
            state = .full(quietSince: newest)
            return .decode
        }
        guard seconds(newest - quietSince) >= policy.quietSeconds, reasonForAll == nil else { return .decode }
        settle()
        var span = Span(seen: newest)
        if packet.isKeyFrame { span.keyFrames.append(packet.pts) }
        state = .still(span)
        return .hold
    }

    private mutating func hold(_ packet: PacketFacts, _ before: Span) -> Step {
        var span = before
        if packet.isKeyFrame { span.keyFrames.append(packet.pts) }
        let surprise = sizes.take(packet, learns: true)
        if reasonForAll != nil { return wake(from: isWatched ? span.keyFrames.last : nil) }
        if let surprise {
            expectation = .surprise(until: packet.pts + ticks(policy.proofSeconds))
            return wake(from: span.keyFrames.last { $0 <= surprise.since - ticks(policy.contextSeconds) })
        }
        state = .still(span)
        if let key = span.keyFrames.last(where: { $0 <= packet.pts - ticks(policy.lookDelaySeconds) }),
            key - span.seen >= ticks(policy.lookSeconds) - keyFrameSteps.last / 2
        {
            return .look(at: key)
        }
        return .hold
    }

    private mutating func wake(from key: Int64?) -> Step {
        state = .full(quietSince: nil)
        return .resume(from: key)
    }

    // MARK: - What the scene says

    /// What the analysis says of a frame that it was shown, while all is decoded.
    mutating func note(_ verdict: SceneVerdict) {
        guard case .full(let quietSince) = state else { return }
        switch verdict {
        case .quiet: state = .full(quietSince: quietSince ?? newest)
        case .busy:
            state = .full(quietSince: nil)
            confirm()
        }
    }

    /// What a look at the key frame of this time found.
    /// - Returns: Whether what is held is decoded now, all of it.
    mutating func note(_ verdict: SceneVerdict, ofLookAt key: Int64) -> Bool {
        guard case .still(var span) = state else { return false }
        switch verdict {
        case .quiet:
            span.seen = key
            span.keyFrames.removeAll { $0 <= key }
            state = .still(span)
            return false
        case .busy:
            expectation = .look(until: newest + ticks(policy.proofSeconds))
            state = .full(quietSince: nil)
            return true
        }
    }

    /// Something does happen.
    private mutating func confirm() {
        switch expectation {
        case .surprise(let until) where newest <= until: sizes.lowerTolerance()
        case .look(let until) where newest <= until:
            sizes.lowerTolerance()
            missed.append(newest)
            if missed.count >= policy.maxFailures { doubtFor(.sizesSayLittle) }
        case nil, .surprise, .look: return
        }
        expectation = nil
    }

    /// It is still again: what was expected and never came was none.
    private mutating func settle() {
        switch expectation {
        case .surprise: sizes.raiseTolerance()
        case .look:
            vain.append(newest)
            if vain.count >= policy.maxFailures { doubtFor(.keyFramesDiffer) }
        case nil: break
        }
        expectation = nil
    }

    private mutating func doubtFor(_ reason: AnalysisPace.Reason) {
        doubt = (reason, newest + ticks(policy.doubtSeconds))
        missed.removeAll()
        vain.removeAll()
    }

    private mutating func forgetFailures() {
        let oldest = newest - ticks(policy.doubtSeconds)
        missed.removeAll { $0 < oldest }
        vain.removeAll { $0 < oldest }
        if let until = doubt?.until, newest >= until { doubt = nil }
    }

    // MARK: - What it can't do without

    /// Why nothing may be held back; nil when it may.
    private var reasonForAll: AnalysisPace.Reason? {
        if isContinuous { return .configured }
        if isWatched { return .watched }
        if let reason = unsuitable { return reason }
        guard let began, seconds(newest - began) >= policy.learnSeconds, sizes.isReady else { return .learning }
        return nil
    }

    private var unsuitable: AnalysisPace.Reason? {
        if let reason = doubt?.reason { return reason }
        if framesPerKeyFrame < policy.fewestFramesPerKeyFrame { return .keyFramesOnly }
        let open = newest - (lastKeyFrame ?? newest)
        if seconds(max(open, keyFrameSteps.last, keyFrameSteps.before)) > policy.maxKeyFrameSeconds {
            return .keyFramesTooRare
        }
        return sizes.isControlled ? .constantSizes : nil
    }

    private mutating func measureKeyFrames(_ packet: PacketFacts) {
        framesSinceKeyFrame += 1
        guard packet.isKeyFrame else { return }
        if let lastKeyFrame {
            keyFrameSteps = (max(0, packet.pts - lastKeyFrame), keyFrameSteps.last)
            framesPerKeyFrame = framesSinceKeyFrame
        }
        lastKeyFrame = packet.pts
        framesSinceKeyFrame = 0
    }

    private func seconds(_ ticks: Int64) -> Double { Double(ticks) / MediaTime.unitsPerSecond }

    private func ticks(_ seconds: Double) -> Int64 { Ticks.count(ofSeconds: seconds) }
}
