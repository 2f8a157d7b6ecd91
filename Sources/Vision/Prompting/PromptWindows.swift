import Domain

/// Chooses the windows in which a prompt is looked at.
enum PromptWindows {
    /// Sides of the windows around a first click, as parts of the frame's longer side: the object's size is unknown, so
    /// several compete by the network's own estimate.
    static let clickSides = [1.0, 0.55, 0.3, 0.165]
    /// Side of a window over the longer side of what it must show: to look at a known object, and to find it again in
    /// the next frame.
    static let lookFactor = 2.0
    static let followFactor = 1.8
    /// The same in the first frames and after a loss, when the object's motion isn't known yet.
    static let firstFactor = 2.5
    static let firstFrames = 2
    /// How much larger the window is for each pixel that the object is expected to have moved.
    static let speedAllowance = 2.0
    /// A hint farther than this from the expected place, in parts of the object's size, is looked at in a window of its own.
    static let hintDistance = 0.35
    /// The same for the windows that search the whole frame for a lost object.
    static let scanFactor = 4.0
    /// How much farther than they lie apart several clicks are looked at.
    static let spreadFactor = 1.3

    static func windows(for prompt: Prompt, in frame: FrameSize) -> [CropWindow] {
        if let mask = prompt.mask, !mask.isEmpty {
            return [look(at: [mask.boundingRegion], clicks: prompt.positive, in: frame)]
        }
        if let box = prompt.box { return [look(at: [box.clamped(to: frame)], clicks: prompt.positive, in: frame)] }
        guard let bounds = bounds(prompt.positive) else { return [] }
        let spread = Double(max(bounds.width, bounds.height)) * spreadFactor
        let longer = Double(max(frame.width, frame.height))
        var windows: [CropWindow] = []
        for part in clickSides {
            let window = CropWindow(around: bounds.center, side: max(spread, part * longer), in: frame)
            if !windows.contains(window) { windows.append(window) }
        }
        return windows
    }

    /// The window that shows the regions and clicks with some space around them.
    static func look(at regions: [Region], clicks: [Point], in frame: FrameSize) -> CropWindow {
        let all = regions.reduce(bounds(clicks) ?? Region(x: 0, y: 0, width: 0, height: 0)) { $0.union($1) }
        return CropWindow(around: all.center, side: Double(max(all.width, all.height)) * lookFactor, in: frame)
    }

    /// One of overlapping windows that cover the frame one after the other, another one with each frame in which an
    /// object of `extent` pixels is lost.
    static func scan(lostFrames: Int, extent: Double, in frame: FrameSize) -> CropWindow {
        let longer = Double(max(frame.width, frame.height))
        let side = max(1, min(extent * scanFactor, 1.1 * longer))
        let columns = max(1, Int(clamping: (Double(frame.width) / (side * 0.6)).rounded(.up)))
        let rows = max(1, Int(clamping: (Double(frame.height) / (side * 0.6)).rounded(.up)))
        let count = columns * rows
        // A stride that shares no divisor with the number of windows visits them all, far apart from one to the next.
        let cell = lostFrames * (count % 7 == 0 ? 1 : 7) % count
        let centre = Point(
            x: (Double(cell % columns) + 0.5) / Double(columns) * Double(frame.width),
            y: (Double(cell / columns) + 0.5) / Double(rows) * Double(frame.height))
        return CropWindow(around: centre, side: side, in: frame)
    }

    private static func bounds(_ clicks: [Point]) -> Region? {
        guard !clicks.isEmpty else { return nil }
        return clicks.reduce(Region(x: 0, y: 0, width: 0, height: 0)) { region, click in
            region.union(Region(x: Int(clamping: click.x), y: Int(clamping: click.y), width: 1, height: 1))
        }
    }
}

/// The square part of a frame that the network looks at, in whole pixels; may reach outside the frame.
struct CropWindow: Hashable, Sendable {
    /// Pixels of the frame; below it a crop shows nothing but blur.
    static let smallestSide = 24.0

    var x: Int
    var y: Int
    var side: Int

    var region: Region { Region(x: x, y: y, width: side, height: side) }

    /// A window of about `side` pixels around `centre`, moved so that it shows as much of the frame as it can.
    init(around centre: Point, side: Double, in frame: FrameSize) {
        let longer = Double(max(frame.width, frame.height))
        let wanted = max(Self.smallestSide, min(side.isFinite ? side : longer, 1.1 * longer))
        // Sizes on a ladder of some 3 %: scaling tables for them are found again instead of made anew at each step.
        let step = max(1, Int(clamping: wanted / 32))
        self.side = (Int(clamping: wanted.rounded()) + step - 1) / step * step
        x = Self.origin(centre.x, self.side, frame.width)
        y = Self.origin(centre.y, self.side, frame.height)
    }

    private static func origin(_ centre: Double, _ side: Int, _ length: Int) -> Int {
        guard side < length, centre.isFinite else { return (length - side) / 2 }
        let origin = Int(clamping: (min(max(centre, 0), Double(length)) - Double(side) / 2).rounded())
        return min(max(origin, 0), length - side)
    }
}
