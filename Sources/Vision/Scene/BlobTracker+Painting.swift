/// Gives the pixels of blobs to tracks.
extension BlobTracker {
    /// Gives a blob's pixels to the tracks that share it, or to a new one.
    func paint(_ core: GateCore, _ blob: Int, tolerance: Float, seconds: Double) {
        let candidate = blobs[blob], share = shares[blob]
        let component = core.components.list[core.kept[blob]]
        let runs = core.components.runs[component.runs]
        if share.isEmpty {
            guard let label = newTrack(candidate.box, seconds: seconds) else { return }
            return fill(runs, label)
        }
        let atRest = share.allSatisfy { tracks[$0].restingSince.map { seconds - $0 > 1 } ?? false }
        if share.count == 1, !atRest { return fill(runs, tracks[share[0]].label) }
        active.removeAll(keepingCapacity: true)
        let someMove = share.contains { tracks[$0].restingSince == nil }
        for index in share where !someMove || tracks[index].restingSince == nil {
            let track = tracks[index]
            active.append(ActiveTrack(index, track.predictedBox(after: seconds - track.lastSeenSeconds)))
        }
        var intruder: UInt16?
        if atRest { intruder = intruderLabel(core, runs, candidate, share, tolerance: tolerance, seconds: seconds) }
        let luma = core.picture.luma.pixels
        for run in runs {
            let start = Int(run.row) * width
            for x in Int(run.start)..<Int(run.end) {
                let pixel = start &+ x
                let owner = layer.owner.pixels[pixel]
                if owner != 0, share.contains(where: { tracks[$0].label == owner }),
                    layer.isVisible(pixel, luma: luma[pixel], tolerance: tolerance)
                {
                    labels.pixels[pixel] = owner
                    continue
                }
                if let intruder {
                    labels.pixels[pixel] = intruder
                    continue
                }
                var best = active[0].track
                var bestDistance = Double.infinity
                for part in active {
                    let dx = (Double(x) - part.x) / part.halfWidth, dy = (Double(run.row) - part.y) / part.halfHeight
                    let distance = dx * dx + dy * dy
                    if distance < bestDistance {
                        bestDistance = distance
                        best = part.track
                    }
                }
                labels.pixels[pixel] = tracks[best].label
            }
        }
    }

    func fill(_ runs: ArraySlice<Run>, _ label: UInt16) {
        for run in runs {
            let row = labels.pixels + Int(run.row) * width
            for x in Int(run.start)..<Int(run.end) { row[x] = label }
        }
    }

    /// Something large that moves in front of things at rest, without having been seen before, gets a track of its own.
    func intruderLabel(
        _ core: GateCore, _ runs: ArraySlice<Run>, _ candidate: Association.Candidate, _ share: [Int], tolerance: Float,
        seconds: Double
    ) -> UInt16? {
        let luma = core.picture.luma.pixels
        var visible = 0, active = 0, moving = 0
        var box = Box(left: .max, top: .max, right: -1, bottom: -1)
        for run in runs {
            let start = Int(run.row) * width
            for x in Int(run.start)..<Int(run.end) {
                let pixel = start &+ x
                let owner = layer.owner.pixels[pixel]
                if owner != 0, layer.isVisible(pixel, luma: luma[pixel], tolerance: tolerance) {
                    visible += 1
                } else {
                    active += 1
                    moving += Int(core.moving.pixels[pixel])
                    box.left = min(box.left, x)
                    box.right = max(box.right, x)
                    box.top = min(box.top, Int(run.row))
                    box.bottom = max(box.bottom, Int(run.row))
                }
            }
        }
        let resting = share.reduce(0.0) { $0 + tracks[$1].area }
        guard active > 2 * core.minArea, Double(active) > 0.4 * resting, Double(visible) > 0.75 * resting,
            Double(moving) > 0.35 * Double(active)
        else { return nil }
        return newTrack(box, seconds: seconds)
    }

    func newTrack(_ box: Box, seconds: Double) -> UInt16? {
        guard tracks.count < settings.maxTracks else { return nil }
        let used = Set(tracks.map(\.label))
        guard let label = (1...UInt16(settings.maxTracks)).first(where: { !used.contains($0) }) else { return nil }
        tracks.append(BlobTrack(label: label, box: box, seconds: seconds))
        return label
    }
}
