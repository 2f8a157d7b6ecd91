import Foundation
import Testing

@testable import Media

@Suite("Parameter sets")
struct ParameterSetsTests {
    private let sequence = Data([0, 0, 0, 1, 0x67, 1, 2])
    private let picture = Data([0, 0, 1, 0x68, 3])
    private let otherPicture = Data([0, 0, 0, 1, 0x68, 4])
    private let otherSequence = Data([0, 0, 0, 1, 0x67, 9])

    @Test("a picture in several packets, each with a part of the sets, is no change again and again")
    func parts() {
        var sets = ParameterSets(sequence + picture, isHEVC: false)
        let changes = [picture, otherPicture, sequence + picture, otherPicture].map { sets.take($0) }
        #expect(changes == [false, true, false, false])
        #expect(sets.annexB == sequence + [0] + picture + otherPicture)
    }

    @Test("another sequence parameter set replaces all")
    func change() {
        var sets = ParameterSets(sequence + picture, isHEVC: false)
        let isChanged = sets.take(otherSequence + picture)
        #expect(isChanged)
        #expect(sets.annexB == otherSequence + [0] + picture)
    }
}
