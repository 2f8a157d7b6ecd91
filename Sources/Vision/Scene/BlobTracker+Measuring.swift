/// What each track looks like now, what follows from it, and what came to rest.
extension BlobTracker {
    func measure(_ core: GateCore, tolerance: Float) {
        for index in measures.indices { measures[index] = BlobMeasure() }
        guard let before = past.first?.labels.pixels else { return }
        let luma = core.picture.luma.pixels, background = core.background.mean.pixels, moving = core.moving.pixels
        markResting()
        for index in core.kept {
            for run in core.components.runs[core.components.list[index].runs] {
                let row = Int(run.row), start = row * width
                for x in Int(run.start)..<Int(run.end) {
                    let pixel = start &+ x
                    let label = labels.pixels[pixel]
                    let owner = layer.owner.pixels[pixel]
                    if owner != label, isResting[Int(owner)],
                        !layer.isVisible(pixel, luma: luma[pixel], tolerance: tolerance)
                    {
                        measures[Int(owner)].hidden += 1
                        measures[Int(owner)].addPixel(x: x, row: row)
                        if before[pixel] == owner { measures[Int(owner)].contained += 1 }
                    }
                    guard label != 0 else { continue }
                    measures[Int(label)].addPixel(x: x, row: row)
                    if moving[pixel] != 0 { measures[Int(label)].addMoving(x: x, row: row) }
                    if before[pixel] == label { measures[Int(label)].contained += 1 }
                    guard x > 1, row > 1, x < width &- 2, row < height &- 2 else { continue }
                    let isRim =
                        labels.pixels[pixel &- 2] != label || labels.pixels[pixel &+ 2] != label
                        || labels.pixels[pixel &- 2 &* width] != label || labels.pixels[pixel &+ 2 &* width] != label
                    measures[Int(label)].addLook(
                        picture: luma + pixel, background: background + pixel, width: width, isRim: isRim)
                }
            }
        }
    }

    func conclude(_ core: GateCore, seconds: Double) {
        for index in measures.indices { areas.pixels[index] = measures[index].area }
        let noise = core.pixelNoise * core.pixelNoise
        for index in tracks.indices {
            let measure = measures[Int(tracks[index].label)]
            // Hidden for the most part and nothing else: a memory, not a sight.
            guard measure.area - measure.hidden >= max(6, core.minArea / 2) else {
                tracks[index].isSeen = false
                if measure.hidden > 0, tracks[index].restingSince != nil { tracks[index].lastSeenSeconds = seconds }
                continue
            }
            tracks[index].isSeen = true
            let pastArea = past.first?.areas.pixels[Int(tracks[index].label)] ?? 0
            let isNew = tracks[index].bornSeconds == seconds
            var cues = measure.cues(pastArea: isNew ? 0 : pastArea, noise: noise)
            // What moves has left one place for another: its outline says nothing.
            if cues.movingFraction < 0.2 {
                cues.outlineContrast = outlines.contrast(
                    of: tracks[index].label, box: measure.box, center: measure.center, labels: labels, core)
            }
            tracks[index].follow(measure, cues: cues, seconds: seconds, isNew: isNew)
            if tracks[index].id == nil, tracks[index].deservesID(minArea: Double(core.minArea), seconds: seconds) {
                tracks[index].id = ids.next()
            }
        }
        for index in tracks.indices.reversed() {
            let track = tracks[index]
            let lost = seconds - track.lastSeenSeconds
            let absorbed = track.isSeen && seconds - track.steadySince >= gateSettings.absorbSeconds
            if absorbed { core.absorb(labels: labels.pixels, label: track.label) }
            let patience = track.id == nil ? 0.15 : (track.restingSince == nil ? settings.lostSeconds : 0.5)
            guard absorbed || lost > patience else { continue }
            if track.wasTold { ended.append(track) }
            erase(track.label)
            tracks.remove(at: index)
        }
        ended.sort { ($0.id?.rawValue ?? 0) < ($1.id?.rawValue ?? 0) }
    }

    func erase(_ label: UInt16) {
        layer.release(label)
        for index in 0..<labels.count where labels.pixels[index] == label { labels.pixels[index] = 0 }
        for entry in past {
            for index in 0..<entry.labels.count where entry.labels.pixels[index] == label {
                entry.labels.pixels[index] = 0
            }
        }
    }

    func markResting() {
        for label in isResting.indices { isResting[label] = false }
        for track in tracks where track.restingSince != nil { isResting[Int(track.label)] = true }
    }

    func settle(_ core: GateCore) {
        markResting()
        let settleFrames = UInt16(max(2, min(200, settings.settleSeconds / core.frameSeconds)))
        let luma = core.picture.luma.pixels
        for index in core.kept {
            for run in core.components.runs[core.components.list[index].runs] {
                let start = Int(run.row) * width
                for pixel in start + Int(run.start)..<start + Int(run.end) where labels.pixels[pixel] != 0 {
                    // What hides something at rest gets its pixels late, what was left by something mobile at once.
                    let hides = isResting[Int(layer.owner.pixels[pixel])]
                    layer.settle(
                        pixel, label: labels.pixels[pixel], luma: luma[pixel], settleFrames: settleFrames,
                        takeOverFrames: hides ? 8 * settleFrames : settleFrames)
                }
            }
        }
    }
}
