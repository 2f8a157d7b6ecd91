/// Which track keeps which of the blobs that show it.
extension BlobTracker {
    func candidate(_ core: GateCore, _ index: Int) -> Association.Candidate {
        let component = core.components.list[index]
        var moving = 0
        for run in core.components.runs[component.runs] {
            let row = core.moving.pixels + Int(run.row) * width
            for x in Int(run.start)..<Int(run.end) { moving &+= Int(row[x]) }
        }
        return Association.Candidate(
            box: component.box, area: Double(component.area), moving: Double(moving) / Double(max(1, component.area)))
    }

    func countOverlaps(_ core: GateCore, tolerance: Float) {
        let stride = settings.maxTracks + 1
        overlaps.removeAll(keepingCapacity: true)
        overlaps.append(contentsOf: repeatElement(0, count: core.kept.count * stride))
        for (blob, index) in core.kept.enumerated() {
            for run in core.components.runs[core.components.list[index].runs] {
                let start = Int(run.row) * width
                for pixel in start + Int(run.start)..<start + Int(run.end) {
                    let before = Int(labels.pixels[pixel])
                    overlaps[blob * stride + before] &+= 1
                    let owner = Int(layer.owner.pixels[pixel])
                    if owner != before,
                        layer.isVisible(pixel, luma: core.picture.luma.pixels[pixel], tolerance: tolerance)
                    {
                        overlaps[blob * stride + owner] &+= 1
                    }
                }
            }
        }
    }

    /// Decides which of its blobs a track keeps.
    func claim(_ index: Int, seconds: Double) {
        let linked = association.blobsOfTrack[index]
        guard let main = linked.first else { return }
        let track = tracks[index]
        shares[main].append(index)
        for other in linked.dropFirst() {
            // What others show too is theirs.
            guard association.tracksOfBlob[other].count == 1 else { continue }
            let gap = blobs[main].box.gap(blobs[other].box)
            let near = gap <= max(3, blobs[main].box.height / 8)
            let leftBehind =
                blobs[other].moving < 0.1 && blobs[main].moving > 0.3
                || (seconds - track.bornSeconds < 3 && gap >= 1 && blobs[main].moving > blobs[other].moving + 0.3
                    && Double(track.birthBox.intersection(blobs[other].box)) > 0.7 * Double(blobs[other].box.area))
            if near, !leftBehind { shares[other].append(index) }
        }
    }

    /// Tracks that meet in a blob: one that was hardly ever seen apart was a fragment of the largest, and ends.
    func dissolve(_ blob: Int, frameSeconds: Double) {
        guard shares[blob].count > 1 else {
            if let only = shares[blob].first { tracks[only].aloneSeconds += frameSeconds }
            return
        }
        guard let largest = shares[blob].max(by: { tracks[$0].area < tracks[$1].area }) else { return }
        var kept = 0
        for place in shares[blob].indices {
            let index = shares[blob][place]
            if index != largest, tracks[index].aloneSeconds < 0.5 {
                tracks[index].lastSeenSeconds = -.infinity
            } else {
                shares[blob][kept] = index
                kept += 1
            }
        }
        shares[blob].removeLast(shares[blob].count - kept)
    }
}
