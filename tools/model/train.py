"""Trains `compact`; stops and resumes by the same command.

    python -m tools.model.train --cache DIR --coco DIR --ccp DIR --minutes 90

SIGTERM saves and stops. State, curves and sheets of sample masks go to DIR/run. The learning rate follows the share of
`--minutes` already trained (warm-up, then cosine to 2 %), so a run that was stopped goes on where it was. `--from` starts
from exported graphs instead of from nothing, with a lower rate and, from the first step on, the network's own masks.
"""

import argparse
import copy
import json
import math
import os
import pathlib
import random
import signal
import time

import torch

from .import_graphs import import_graphs
from .loader import Groups, loader
from .network import Compact
from .progress import draw_curves, draw_sheet, validate
from .steps import fetch, forward

PEAK_RATE, WARM_PEAK_RATE, WEIGHT_DECAY, AVERAGE = 1.6e-3, 7e-4, 0.02, 0.998
PAIRS, CLIP_VIEWS = 2, 5
REPEATED, KEPT_BATCHES = 0.4, 48  # share of steps that take an earlier batch once more; batches kept for that
OWN_PREVIOUS = 0.5  # share of the previous masks in clips that are the network's own


def rate(share: float, peak: float) -> float:
    """Learning rate at the given share (0..1) of the planned time."""
    warm = min(1.0, share / 0.02)
    return peak * warm * (0.02 + 0.98 * 0.5 * (1 + math.cos(math.pi * min(1.0, share))))


def measure_standardisation(model: Compact, batches, count: int) -> None:
    """Sets the standardisation constants from the taps of the first batches."""
    sums = [[0.0, 0.0] for _ in model.standardise]
    for _ in range(count):
        for total, tap in zip(sums, next(batches)["taps"]):
            x = tap.double()
            total[0] = total[0] + x.mean((0, 2, 3)) / count
            total[1] = total[1] + (x * x).mean((0, 2, 3)) / count
    for norm, (mean, square) in zip(model.standardise, sums):
        norm.mean.copy_(mean.float()[None, :, None, None])
        norm.scale.copy_((square - mean * mean).clamp_min(1e-4).rsqrt().float()[None, :, None, None])


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    for name in ("--cache", "--coco", "--ccp"):
        parser.add_argument(name, required=True)
    parser.add_argument("--minutes", type=float, default=90, help="training time in all, over all calls")
    parser.add_argument("--groups", type=int, default=12, help="pairs of crops a step")
    parser.add_argument("--clips", type=int, default=6, help="clips of five views a step, every second step")
    parser.add_argument("--from", dest="start", help="folder of exported graphs to start from")
    parser.add_argument("--bf16", choices=("auto", "yes", "no"), default="auto")
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--loader-cores", type=int, nargs="+", help="a loading process on each, the trainer's core first")
    parser.add_argument("--seed", type=int, default=1)
    args = parser.parse_args()
    torch.set_num_threads(args.threads)
    torch.manual_seed(args.seed)
    run = pathlib.Path(args.cache) / "run"
    run.mkdir(parents=True, exist_ok=True)
    paths = {"cache": args.cache, "coco": args.coco, "ccp": args.ccp}
    model = (import_graphs(args.start).train() if args.start else Compact()).to(memory_format=torch.channels_last)
    peak = WARM_PEAK_RATE if args.start else PEAK_RATE
    quick = torch.ops.mkldnn._is_mkldnn_bf16_supported() and torch.cpu._is_amx_tile_supported()
    narrow = args.bf16 == "yes" or (args.bf16 == "auto" and quick)  # emulated bf16 takes twice the time of f32
    weights = [p for p in model.parameters() if p.dim() > 1]
    others = [p for p in model.parameters() if p.dim() <= 1]
    optimiser = torch.optim.AdamW(
        [{"params": weights, "weight_decay": WEIGHT_DECAY}, {"params": others, "weight_decay": 0.0}],
        PEAK_RATE,
        betas=(0.9, 0.98),
    )
    average, step, trained, curves = copy.deepcopy(model), 0, 0.0, []
    state = run / "state.pt"
    if state.exists():
        saved = torch.load(state, weights_only=True)
        model.load_state_dict(saved["model"])
        average.load_state_dict(saved["average"])
        optimiser.load_state_dict(saved["optimiser"])
        step, trained = saved["step"], saved["trained"]
        curves = json.loads((run / "curves.json").read_text()) if (run / "curves.json").exists() else []
    kinds = [(PAIRS, args.groups), (CLIP_VIEWS, args.clips)]
    batches = iter(loader(Groups(paths, kinds, args.seed * 7919 + step), cores=args.loader_cores))
    if step == 0 and not args.start:
        measure_standardisation(model, batches, 8)
    if step == 0:
        average.load_state_dict(model.state_dict())
    held_out = run / "held_out.pt"
    if not held_out.exists():
        source = iter(loader(Groups(paths, kinds, 99, held_out=True, keep_images=True), 1))
        torch.save([next(source) for _ in range(18)], held_out)
        del source
    held_out = torch.load(held_out, weights_only=True)

    def save() -> None:
        torch.save(
            {
                "model": model.state_dict(),
                "average": average.state_dict(),
                "optimiser": optimiser.state_dict(),
                "step": step,
                "trained": trained,
            },
            run / "state.new",
        )
        os.replace(run / "state.new", state)
        (run / "curves.json").write_text(json.dumps(curves))

    kept, draw = [], random.Random(args.seed + step)
    recent, last, since, saved_at = {}, time.time(), step, time.time()
    print(f"train: starts at step {step}, {trained / 60:.1f} of {args.minutes} minutes done", flush=True)
    stopped = []
    signal.signal(signal.SIGTERM, lambda *_: stopped.append(True))
    while trained < args.minutes * 60 and not stopped:
        if len(kept) > KEPT_BATCHES // 2 and draw.random() < REPEATED:  # making a batch takes half as long as a step
            fresh = kept.pop(draw.randrange(len(kept)))
        else:
            fresh = next(batches)
            kept = [*kept[1 - KEPT_BATCHES :], fresh]
        batch = fetch(fresh)
        for group in optimiser.param_groups:
            group["lr"] = rate(trained / 60 / args.minutes, peak)
        n = len(batch["memory_mask"])
        able = args.start is not None or trained > 0.25 * args.minutes * 60
        clip = len(batch["target"]) > PAIRS * n
        with torch.autocast("cpu", torch.bfloat16, enabled=narrow):
            loss, measured, _ = forward(model, batch, n // 3, able, OWN_PREVIOUS if clip and able else 0.0)
        optimiser.zero_grad(set_to_none=True)
        loss.backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), 2.0)
        optimiser.step()
        step += 1
        keep = min(AVERAGE, (1 + step) / (20 + step))
        with torch.no_grad():
            torch._foreach_lerp_(list(average.parameters()), list(model.parameters()), 1 - keep)
        if clip:
            measured["followed"] = measured.pop("again")
        for name, value in {"loss": loss.detach()[None], **measured}.items():
            recent.setdefault(name, []).append(float(value.mean()))
        now = time.time()
        trained, last = trained + now - last, now
        if step % 50 == 0:
            means = {name: sum(values) / len(values) for name, values in recent.items()}
            means |= {
                "step": step,
                "minutes": trained / 60,
                "steps_per_s": (step - since) / (now - saved_at + 1e-6),
            }
            print("train: " + ", ".join(f"{name} {value:.3f}" for name, value in means.items()), flush=True)
            curves.append(means)
            recent = {}
        if now - saved_at > 480 or trained >= args.minutes * 60:
            save()
            curves.append({"step": step, "minutes": trained / 60} | validate(average, held_out[:10]))
            print("held out: " + ", ".join(f"{name} {value:.3f}" for name, value in curves[-1].items()), flush=True)
            draw_curves(curves, run / "curves.png")
            draw_sheet(average, held_out[16], run / "sheet.png")
            draw_sheet(average, held_out[17], run / "sheet_clips.png")
            saved_at, since, last = time.time(), step, time.time()
    save()


if __name__ == "__main__":
    main()
