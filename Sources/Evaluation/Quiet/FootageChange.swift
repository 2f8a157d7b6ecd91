/// What cameras, weather and encoders do to a picture, drawn by chance from a seed: the same seed gives the same change.
///
/// A change is a chain of ffmpeg's filters and the options of its encoder. What happens in the scene stays what it was: speeds
/// change by at most a quarter, and nothing that could be taken for an incident is added.
struct FootageChange: Hashable, Sendable {
    /// In words, as in `mirrored, gamma 1.21, rain, 10 fps, CRF 29`.
    var words: [String] = []
    /// Inputs of ffmpeg's that the filters draw on, beside the film: insects and rain.
    var generatedInputs: [String] = []
    /// A filter graph from `[0:v]` to `[out]`.
    var filterGraph = ""
    /// Constant rate factor of x264: 18 is nearly lossless, 36 is poor.
    var rateFactor = 23
    var framesBetweenKeyFrames = 30

    /// - Parameter seed: Of this film's turn; see ``QuietEvaluation``.
    init(seed: UInt64) {
        var random = SplitMix64(state: seed)
        var steps: [String] = []
        func chance(_ probability: Double) -> Bool { Double.random(in: 0..<1, using: &random) < probability }
        func number(_ range: ClosedRange<Double>) -> Double {
            (Double.random(in: range, using: &random) * 1000).rounded() / 1000
        }
        func whole(_ range: ClosedRange<Int>) -> Int { Int.random(in: range, using: &random) }

        if chance(0.5) {
            words.append("mirrored")
            steps.append("hflip")
        }
        if chance(0.4) {
            // A part of the picture, as another lens or another place of the camera would show it.
            let part = number(0.7...0.95)
            let (left, top) = (number(0...1), number(0...1))
            words.append("cut to \(Int(part * 100)) %")
            steps.append("crop=w=iw*\(part):h=ih*\(part):x=(iw-ow)*\(left):y=(ih-oh)*\(top)")
        }
        if chance(0.4) {
            let speed = number(0.8...1.25)
            words.append("speed \(speed)")
            steps.append("setpts=PTS/\(speed)")
        }
        let heights = [240, 288, 360, 480, 540, 720]
        let height = heights[whole(0...heights.count - 1)]
        words.append("\(height) lines")
        steps.append("scale=w=-2:h=\(height):flags=bicubic")
        if chance(0.7) {
            let rates = [6, 8, 10, 12, 15, 20, 25]
            let rate = rates[whole(0...rates.count - 1)]
            words.append("\(rate) fps")
            steps.append("fps=\(rate)")
        }
        if chance(0.7) {
            let (gamma, contrast, colour) = (number(0.7...1.4), number(0.8...1.15), number(0.2...1.2))
            // An exposure that breathes by a few grey levels, as an automatic iris does.
            let (swing, period) = (number(0...0.02), number(4...20))
            words.append("gamma \(gamma), contrast \(contrast), colour \(colour), exposure ±\(swing)")
            steps.append(
                "eq=gamma=\(gamma):contrast=\(contrast):saturation=\(colour)"
                    + ":brightness='\(swing)*sin(2*PI*t/\(period))':eval=frame")
        }
        var stream = "[0:v]" + steps.joined(separator: ",") + ",format=yuv420p"
        if chance(0.25) {
            let (density, brightness) = (number(0.003...0.02), whole(40...110))
            words.append("rain")
            // A low picture of random specks, drawn out to streaks by its scaling.
            generatedInputs.append("color=black:s=320x24:r=15")
            stream +=
                "[dry];[\(generatedInputs.count):v]format=gray,geq=lum='if(gt(random(1),\(1 - density)),\(brightness),0)'"
                + ",format=yuv420p,lutyuv=u=128:v=128[fall];[fall][dry]scale2ref=flags=neighbor[rain][dry2];"
                + "[dry2][rain]blend=c0_mode=screen:c1_mode=normal:c2_mode=normal:shortest=1"
        }
        if chance(0.25) {
            let (width, speed, wave, pause) = (whole(6...40), number(60...300), number(20...90), whole(15...60))
            words.append("an insect before the lens")
            generatedInputs.append("color=gray:s=\(width)x\(max(4, width * 2 / 3)):r=15")
            stream +=
                "[clear];[\(generatedInputs.count):v]format=yuva420p,geq=lum=60:cb=128:cr=128"
                + ":a='if(lt(hypot((X-W/2)/(W/2),(Y-H/2)/(H/2)),1),200,0)',gblur=sigma=1[insect];"
                + "[clear][insect]overlay=x='mod(t*\(speed),W*1.6)-w':y='H/2+\(wave)*sin(t*3)+\(wave)*sin(t*0.7)'"
                + ":enable='lt(mod(t,\(pause)),6)':shortest=1"
        }
        if chance(0.8) {
            let noise = whole(1...14)
            words.append("noise \(noise)")
            stream += ",noise=alls=\(noise):allf=t"
        }
        filterGraph = stream + ",format=yuv420p[out]"
        rateFactor = whole(20...36)
        framesBetweenKeyFrames = whole(10...120)
        words.append("CRF \(rateFactor)")
    }

    /// ffmpeg's arguments for a film of at most `seconds` that begins at `startSeconds`.
    func arguments(from source: String, startSeconds: Double, seconds: Double, to target: String) -> [String] {
        ["-nostdin", "-v", "error", "-y", "-ss", "\(startSeconds)", "-t", "\(seconds)", "-i", source]
            + generatedInputs.flatMap { ["-f", "lavfi", "-i", $0] } + [
                "-filter_complex", filterGraph, "-map", "[out]", "-an", "-t", "\(seconds * 1.3)", "-c:v", "libx264",
                "-preset", "veryfast", "-threads", "1", "-crf", "\(rateFactor)", "-g", "\(framesBetweenKeyFrames)",
                target,
            ]
    }
}
