import Domain
import Foundation
import Testing

@testable import Evaluation

@Suite("Incident report")
struct IncidentReportTests {
    private func clip(_ name: String, hit: Bool?, falseAlarms: Int = 0, delay: Double? = nil) -> IncidentReport.Clip {
        IncidentReport.Clip(
            clip: name, expected: hit == nil ? "none" : "spill",
            detected: hit == true
                ? [
                    IncidentReport.Detected(
                        kind: "spill", startSeconds: 1.5, endSeconds: 3, region: Region(x: 1, y: 2, width: 3, height: 4)
                    )
                ] : [],
            isHit: hit, falseAlarms: falseAlarms, delaySeconds: delay)
    }

    @Test("totals: median and worst delay of the hits, false alarms of all")
    func totals() {
        let report = IncidentReport(
            clips: [
                clip("a", hit: true, delay: 0.4), clip("b", hit: true, falseAlarms: 1, delay: 1.4),
                clip("c", hit: false),
                clip("d", hit: nil, falseAlarms: 2), clip("e", hit: true, delay: -0.2),
                clip("f", hit: true, delay: 0.6),
            ], bytesKept: 50, bytesSeen: 200, cpuSeconds: 6, mediaSeconds: 24)
        #expect(report.total.incidents == 5 && report.total.hits == 4 && report.total.falseAlarms == 3)
        #expect(report.total.delayMedianSeconds == 0.5 && report.total.delayMaxSeconds == 1.4)
        #expect(report.total.cpuSecondsPerMediaSecond == 0.25)
    }

    @Test("the JSON has all keys, with null for what is unknown")
    func json() throws {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys]
        let report = IncidentReport(clips: [clip("a", hit: true, delay: 0.5), clip("b", hit: nil)], bytesSeen: 9)
        let text = String(decoding: try encoder.encode(report), as: UTF8.self)
        #expect(
            text == """
                {"clips":[{"clip":"a","delay_s":0.5,"detected":[{"end_s":3,"kind":"spill","region":[1,2,3,4],"start_s":1.5}],\
                "expected":"spill","false_alarms":0,"hit":true},{"clip":"b","delay_s":null,"detected":[],"expected":"none",\
                "false_alarms":0,"hit":null}],"total":{"bytes_kept":0,"bytes_seen":9,"cpu_s_per_media_s":null,\
                "delay_max_s":0.5,"delay_median_s":0.5,"false_alarms":0,"hits":1,"incidents":1}}
                """)
    }

    @Test("kept bytes begin at a key frame and count each packet once")
    func keptBytes() {
        let packets = (0..<100).map {
            KeptBytes.PacketSize(seconds: Double($0) / 10, bytes: 10, isKeyFrame: $0 % 20 == 0)
        }
        #expect(KeptBytes.count(packets, spans: []) == 0)
        // From the key frame at 2 s to 4 s.
        #expect(KeptBytes.count(packets, spans: [3.1...4.0]) == 21 * 10)
        #expect(KeptBytes.count(packets, spans: [3.1...4.0, 3.5...4.5]) == 26 * 10)
        #expect(KeptBytes.count(packets, spans: [(-5.0)...20.0]) == 1000)
    }
}
