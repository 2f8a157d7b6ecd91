import Domain

extension IncidentKind {
    /// Kinds that can be one physical event, so that their signs become one incident. Nil: a story of its own, which must
    /// not disappear in another one's: that somebody was there must not hide a fall, nor a fall that somebody lies there.
    var mergeFamily: Int? {
        switch self {
        case .fallingObject, .toppledStack, .spill, .objectLeft, .objectRemoved, .markedObjectMoved: 1
        case .zoneEntry, .lineCrossing, .dwell, .nearMiss, .personDown, .cameraTampered, .combination, .manual: nil
        }
    }
}
