"""Runs a clip of 30 frames through the reference's own video predictor and records what it says, frame by frame, for
the program's tests to compare with.

    python -m tools.export.parity --model mini_sam2 --out Tests/VisionTests/Published/Recorded/mini_sam2 --seed 3

Exports the network to the folder as well. `parity.json` lists what was asked and answered, `parity.bin` holds the mask
logits as little-endian float32, `../clip.rgb` the frames.
"""

import argparse
import json
import pathlib

import numpy as np
import torch

from . import clip, export, reference, sharpen

FRAMES = 30


class Recorder:
    """Asks the predictor for one object and notes each answer."""

    def __init__(self, model, images):
        import sam2.sam2_video_predictor as predictor

        self.model, self.steps, self.logits, self.heard = model, [], [], None
        predictor.tqdm = lambda frames, **_: frames
        predictor.load_video_frames = lambda **_: (images, clip.HEIGHT, clip.WIDTH)
        self.listen()

    def listen(self) -> None:
        """Notes which of the decoder's masks counts; the predictor keeps only the mask itself."""
        decoder = self.model.sam_mask_decoder
        forward, predict = decoder.forward, decoder.predict_masks
        raw = {}

        def predicted(**given):
            raw["masks"], raw["iou"], *rest = predict(**given)
            return raw["masks"], raw["iou"], *rest

        def heard(**given):
            answer = forward(**given)
            best = 1 + int(raw["iou"][0, 1:].argmax())
            is_single = not given["multimask_output"] and torch.equal(answer[0][0, 0], raw["masks"][0, 0])
            chosen = 0 if is_single else best
            self.heard = {"chosen": chosen, "iou": float(raw["iou"][0, chosen])}
            return answer

        decoder.forward, decoder.predict_masks = heard, predicted

    def begin(self, name: str) -> None:
        self.object, self.state = name, self.model.init_state(video_path="made up")

    def prompt(self, frame: int, points=(), labels=(), box=None, mask=None) -> None:
        step = {
            "kind": "prompt",
            "frame": frame,
            "points": [list(map(float, p)) for p in points],
            "labels": list(labels),
        }
        if mask is not None:
            rows = [
                [int(row), int(np.nonzero(line)[0][0]), int(line.sum())] for row, line in enumerate(mask) if line.any()
            ]
            step["mask"] = rows  # each row of it is one run
            self.model.add_new_mask(self.state, frame, 1, mask)
            self.heard = {"chosen": 0, "iou": 1.0}
        else:
            if box is not None:
                step["box"] = list(map(int, box))
            given = {"points": np.array(points, np.float32), "labels": np.array(labels, np.int32)} if points else {}
            self.model.add_new_points_or_box(self.state, frame, 1, box=box, **given)
        outputs = self.state["temp_output_dict_per_obj"][0]
        self.note(step, outputs["cond_frame_outputs"].get(frame) or outputs["non_cond_frame_outputs"].get(frame))

    def track(self, first: int, last: int) -> None:
        backwards = last < first
        for frame, _, _ in self.model.propagate_in_video(
            self.state, start_frame_idx=first, max_frame_num_to_track=abs(last - first), reverse=backwards
        ):
            out = self.state["output_dict_per_obj"][0]["non_cond_frame_outputs"][frame]
            self.note({"kind": "track", "frame": frame, "backwards": backwards}, out)

    def note(self, step: dict, out: dict) -> None:
        values = out["pred_masks"][0, 0].float().numpy()
        step |= self.heard | {
            "object": self.object,
            "score": float(out["object_score_logits"]),
            "logits": len(self.logits),
        }
        self.steps.append(step)
        self.logits.append(values)
        print(
            f"parity: {step['object']:5} {step['kind']:6} frame {step['frame']:2}: mask {step['chosen']}, IoU {step['iou']:.3f}, "
            f"score {step['score']:6.2f}, {int((values > 0).sum())} cells, logits {values.min():.1f} to {values.max():.1f}",
            flush=True,
        )


def record(model, scene: clip.Scene, out: pathlib.Path) -> None:
    """Clicks, a box, a mask, later corrections, an occlusion; forwards and backwards."""
    frames = [scene.frame(time) for time in range(FRAMES)]
    recorder = Recorder(model, torch.stack([clip.prepared(frame, model.image_size) for frame in frames]))
    recorder.begin("disc")
    recorder.prompt(0, [(16, 24)], [1])
    recorder.prompt(0, [(16, 24), (30, 24)], [1, 0])
    recorder.track(1, 10)
    recorder.prompt(10, [(38, 26)], [1])
    recorder.track(11, 29)
    recorder.begin("box")
    recorder.prompt(3, box=(66, 45, 89, 62))
    recorder.track(4, 7)
    recorder.track(2, 0)
    recorder.prompt(24, [(36, 47)], [1])
    recorder.track(25, 29)
    recorder.track(23, 22)
    recorder.begin("mask")
    recorder.prompt(5, mask=scene.visible(1, 5))
    recorder.track(6, 9)
    recorder.prompt(9, [(36, 26), (34, 30)], [1, 1])
    recorder.track(10, 11)

    np.concatenate(recorder.logits).astype("<f4").tofile(out / "parity.bin")
    text = {"frames": FRAMES, "width": clip.WIDTH, "height": clip.HEIGHT, "steps": recorder.steps}
    lines = json.dumps(text).replace('{"kind"', '\n{"kind"')
    (out / "parity.json").write_text(lines + "\n")
    (out.parent / "clip.rgb").write_bytes(np.stack(frames).tobytes())


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--model", required=True, choices=list(reference.MODELS))
    parser.add_argument("--checkpoint", help="a published one; without it the weights are random, and sharpened")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--out", required=True, type=pathlib.Path)
    args = parser.parse_args()
    torch.set_num_threads(1)
    model = reference.build(args.model, args.checkpoint, args.seed)
    if not args.checkpoint:
        sharpen.sharpen(model)
    export.export(
        model,
        args.model,
        {"seed": args.seed, "sharpened": True} if not args.checkpoint else {"checkpoint": args.checkpoint},
        args.out,
    )
    if not export.check(model, args.out):
        raise SystemExit("parity: a graph computes something else than the reference")
    record(model, clip.parity_scene(), args.out)


if __name__ == "__main__":
    main()
