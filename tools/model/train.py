"""Trains `compact` on a pack, on two cores of a CPU or on one large GPU by the same code; goes on where it stopped.

    python -m tools.model.train --pack FILE --out DIR --minutes 8 [--planned 16]

`--minutes` is the wall time of this call, with loading and the last look at the held-out scenes; `--planned` the minutes
of all calls together, over which the learning rate falls (default: this call ends it). State goes to DIR in four files
of some 10 MB each (weights, their average, the optimiser's two moments), with the curves and sheets of sample masks.
SIGTERM saves and stops. On a GPU the backbone trains, too, at a lower rate, and is held near its ImageNet features, so
that its classifier still names what it sees.
"""

import argparse
import copy
import json
import math
import pathlib
import signal
import time

import numpy as np
import torch
import torch.nn.functional as F
from torch.utils.data import DataLoader, IterableDataset, get_worker_info

from .atlas import Atlas, Tables
from .network import Compact, Shape
from .plan import KINDS, plan
from .progress import draw_curves, draw_sheet, held_out, part, validate
from .sampler import Sampler
from .steps import forward

PEAK_RATE, BACKBONE_RATE, WEIGHT_DECAY, AVERAGE = 1.6e-3, 0.1, 0.02, 0.998
VIEWS = (2, 5, 2, 8)  # of the batches, in turn
OWN_PREVIOUS = 0.5  # share of the previous masks in clips that are the network's own
OWN_FROM = 0.2  # of the training, until which it does not see its own masks
FILES = ("weights", "average", "momentum", "variance")


class Plans(IterableDataset):
    """Endless plans of `crops` crops each, views as in VIEWS."""

    def __init__(self, pack: str, crops: int, seed: int):
        self.pack, self.crops, self.seed = pack, crops, seed

    def __iter__(self):
        worker = get_worker_info()
        number, workers = (worker.id, worker.num_workers) if worker else (0, 1)
        tables, rng, turn = Tables(self.pack), np.random.default_rng([self.seed, number]), number
        while True:
            views = VIEWS[turn % len(VIEWS)]
            yield plan(rng, tables, views, max(1, self.crops // views))
            turn += workers


def as_it_is(made):
    """No conversion of a plan on its way from a loading process."""
    return made


class Clock:
    """Seconds spent making batches and training on them: the device's, or of the processor on a CPU."""

    def __init__(self, device):
        self.cuda, self.marks, self.spent = device.type == "cuda", [], [0.0, 0.0]

    def mark(self) -> None:
        if self.cuda:
            event = torch.cuda.Event(enable_timing=True)
            event.record()
            self.marks.append(event)
        else:
            self.marks.append(time.process_time())

    def share(self) -> float:
        """The share of making batches since the last call; marks come in threes (start, made, trained)."""
        if self.cuda:
            torch.cuda.synchronize()
        spent = [0.0, 0.0]
        for start, made, done in zip(*(self.marks[i::3] for i in range(3))):
            for index, (one, two) in enumerate(((start, made), (made, done))):
                spent[index] += one.elapsed_time(two) if self.cuda else two - one
        self.marks = []
        return spent[0] / max(sum(spent), 1e-9)


def rate(share: float) -> float:
    """Learning rate at the given share (0..1) of the planned time: warm-up, then cosine to 2 %."""
    return PEAK_RATE * min(1.0, share / 0.02 + 0.02) * (0.02 + 0.98 * 0.5 * (1 + math.cos(math.pi * min(1.0, share))))


def standardise(model: Compact, image) -> None:
    """Sets the constants of the taps from pictures."""
    for norm, tap in zip(model.standardise, model.backbone(image)):
        norm.mean.copy_(tap.mean((0, 2, 3), keepdim=True))
        norm.scale.copy_(tap.var((0, 2, 3), keepdim=True).clamp_min(1e-4).rsqrt())


def optimiser_of(model: Compact, with_backbone: bool, cuda: bool):
    groups = []
    for inner in (False, True) if with_backbone else (False,):
        own = [p for name, p in model.named_parameters() if name.startswith("backbone.") == inner]
        for matrix in (True, False):
            groups.append(
                {
                    "params": [p for p in own if (p.dim() > 1) == matrix],
                    "weight_decay": WEIGHT_DECAY if matrix and not inner else 0.0,
                    "factor": BACKBONE_RATE if inner else 1.0,
                }
            )
    return torch.optim.AdamW(groups, PEAK_RATE, betas=(0.9, 0.98), fused=cuda)


def save(out: pathlib.Path, model, average, optimiser, about: dict) -> None:
    """Writes the four files of the state. fp16 and bf16 lose nothing that a step of training would not drown."""
    moments = {name: optimiser.state.get(p, {}) for name, p in model.named_parameters()}
    parts = {
        "weights": {name: value.half() for name, value in model.state_dict().items()},
        "average": {name: value.half() for name, value in average.state_dict().items()},
        "momentum": {name: one["exp_avg"].bfloat16() for name, one in moments.items() if "exp_avg" in one},
        "variance": {name: one["exp_avg_sq"].bfloat16() for name, one in moments.items() if "exp_avg_sq" in one},
    }
    for name, values in parts.items():
        values = {key: value.contiguous().cpu() for key, value in values.items()}
        torch.save({"about": about, "values": values}, out / f"{name}.new")
        (out / f"{name}.new").replace(out / f"{name}.pt")


def load(out: pathlib.Path, model, average, optimiser) -> dict:
    """Takes up the state in a folder and returns what `save` was told about it. Without the moments (they need not
    travel) the optimiser starts afresh."""
    stored = {}
    for name in FILES:
        if (out / f"{name}.pt").exists():
            stored[name] = torch.load(out / f"{name}.pt", map_location="cpu", weights_only=True)
    about = stored["weights"]["about"]
    model.load_state_dict(stored["weights"]["values"])
    average.load_state_dict(stored["average" if "average" in stored else "weights"]["values"])
    if "momentum" in stored and "variance" in stored and optimiser is not None:
        for name, parameter in model.named_parameters():
            if name in stored["momentum"]["values"]:
                optimiser.state[parameter] = {
                    "step": torch.tensor(float(about["step"]), device=parameter.device if optimiser.defaults["fused"] else "cpu"),
                    "exp_avg": stored["momentum"]["values"][name].float().to(parameter.device).clone(memory_format=torch.preserve_format),
                    "exp_avg_sq": stored["variance"]["values"][name].float().to(parameter.device).clone(memory_format=torch.preserve_format),
                }
    return about


def main() -> None:
    began = time.time()
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--pack", required=True)
    parser.add_argument("--out", required=True)
    parser.add_argument("--minutes", type=float, required=True)
    parser.add_argument("--planned", type=float, help="minutes of training of all calls together")
    parser.add_argument("--crops", type=int, help="a step; default 320 on a GPU, 24 on a CPU")
    parser.add_argument("--held", type=int, help="held-out scenes of each kind; default 192 or 6")
    parser.add_argument("--side", type=int, default=256, choices=(256, 320))
    parser.add_argument("--pointer", action="store_true", help="a token for the whole object in the memory")
    parser.add_argument("--fine", action="store_true", help="attention at stride 8 in the decoder")
    parser.add_argument("--backbone", choices=("auto", "yes", "no"), default="auto", help="train it, too")
    parser.add_argument("--compile", choices=("auto", "no", "backbone", "all"), default="auto")
    parser.add_argument("--workers", type=int, help="processes that plan scenes; default 8 beside a GPU, 0 without")
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--seed", type=int, default=1)
    args = parser.parse_args()
    cuda = torch.cuda.is_available()
    device = torch.device("cuda" if cuda else "cpu")
    torch.set_num_threads(args.threads)
    torch.manual_seed(args.seed)
    torch.backends.cudnn.benchmark = True
    torch.backends.cuda.matmul.allow_tf32 = torch.backends.cudnn.allow_tf32 = True
    out = pathlib.Path(args.out)
    out.mkdir(parents=True, exist_ok=True)
    crops = args.crops or (320 if cuda else 24)
    with_backbone = args.backbone == "yes" or (args.backbone == "auto" and cuda)

    atlas = Atlas(args.pack, device, 16 if cuda else args.threads)
    model = Compact(Shape(args.side, args.pointer, args.fine)).to(device)
    model.backbone.load_state_dict(atlas.backbone)
    model = model.to(memory_format=torch.channels_last)
    model.backbone.requires_grad_(with_backbone)
    average = copy.deepcopy(model).eval()
    frozen = copy.deepcopy(model.backbone).eval() if with_backbone else None
    optimiser = optimiser_of(model, with_backbone, cuda)
    sampler = Sampler(atlas, args.side, args.seed)
    about = {"step": 0, "crops": 0, "trained": 0.0, "side": args.side, "pointer": args.pointer, "fine": args.fine}
    curves = []
    if (out / "weights.pt").exists():
        about = load(out, model, average, optimiser)
        if (about["side"], about["pointer"], about["fine"]) != (args.side, args.pointer, args.fine):
            raise SystemExit("train: the state in --out is of another shape of network")
        curves = json.loads((out / "curves.json").read_text()) if (out / "curves.json").exists() else []
    workers = args.workers if args.workers is not None else 8 if cuda else 0
    source = Plans(args.pack, crops, args.seed * 7919 + about["step"])
    plans = iter(
        DataLoader(source, batch_size=None, num_workers=workers, prefetch_factor=4 if workers else None, collate_fn=as_it_is)
    )
    quick = cuda or (torch.ops.mkldnn._is_mkldnn_bf16_supported() and torch.cpu._is_amx_tile_supported())
    check = held_out(Sampler(atlas, args.side, 99), Tables(args.pack, held_out=True), args.held or (192 if cuda else 6))
    if about["step"] == 0:
        with torch.no_grad():
            standardise(model, sampler.batch(next(plans))["image"].contiguous(memory_format=torch.channels_last))
        average.load_state_dict(model.state_dict())
    mode = ("backbone" if cuda else "no") if args.compile == "auto" else args.compile
    if mode != "no":
        torch._dynamo.config.suppress_errors = True  # slower is better than stopped
        model.backbone.compile()
        if mode == "all":
            model.decoder.compile(dynamic=True)
            model.memory_attention.compile(dynamic=True)

    reserve = 40 if cuda else 0.12 * args.minutes * 60  # for the last look at the held-out scenes
    start = last = time.time()
    deadline = began + args.minutes * 60 - reserve
    planned = args.planned * 60 if args.planned else about["trained"] + deadline - start
    print(f"train: ready after {start - began:.0f} s on {device}, {crops} crops a step, {sum(p.numel() for p in model.parameters()) / 1e6:.2f} M "
          f"parameters, step {about['step']}, {about['trained'] / 60:.1f} of {planned / 60:.1f} minutes trained", flush=True)  # fmt: skip
    clock, recent, stopped = Clock(device), {}, []
    signal.signal(signal.SIGTERM, lambda *_: stopped.append(True))
    every = 100 if cuda else 10
    since = (start, about["crops"])
    looked = start

    def look() -> None:
        with torch.autocast(device.type, torch.bfloat16, enabled=quick):
            figures = validate(average, check)
        curves.append({name: about[name] for name in ("step", "crops")} | {"minutes": about["trained"] / 60} | figures)
        print("held out: " + ", ".join(f"{name} {value:.3f}" for name, value in figures.items()), flush=True)

    while time.time() < deadline and about["trained"] < planned and not stopped:
        share = about["trained"] / planned
        clock.mark()
        batch = sampler.batch(next(plans))
        clock.mark()
        n = len(batch["memory_mask"])
        clip, able = len(batch["target"]) > 2 * n, share > OWN_FROM
        for group in optimiser.param_groups:
            group["lr"] = rate(share) * group["factor"]
        with torch.autocast(device.type, torch.bfloat16, enabled=quick):
            loss, measured, _, taps = forward(model, batch, max(1, n // 3), able, OWN_PREVIOUS if clip and able else 0.0, with_backbone)
            if with_backbone:
                kept = len(batch["target"]) // 4
                with torch.no_grad():
                    wanted = frozen(batch["image"][:kept].contiguous(memory_format=torch.channels_last))[-1].float()
                loss = loss + 0.5 * F.mse_loss(taps[-1][:kept].float(), wanted) / wanted.var().clamp_min(1e-6)
        optimiser.zero_grad(set_to_none=True)
        loss.backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), 2.0)
        optimiser.step()
        about["step"] += 1
        about["crops"] += len(batch["target"])
        keep = min(AVERAGE, (1 + about["step"]) / (20 + about["step"]))
        with torch.no_grad():
            torch._foreach_lerp_(list(average.parameters()), list(model.parameters()), 1 - keep)
        clock.mark()
        if clip:
            measured["followed"] = measured.pop("again")
        else:
            for number, kind in enumerate(KINDS):
                rows = (batch["what"] == number).nonzero()[:, 0].to(device)
                measured[kind] = measured["click"][rows]
        for name, value in {"loss": loss.detach()[None], **measured}.items():
            recent.setdefault(name, []).append(value.detach())
        now = time.time()
        about["trained"], last = about["trained"] + now - last, now
        if about["step"] % every == 0:
            means = {name: torch.cat(values).float().mean().item() for name, values in recent.items() if sum(map(len, values))}
            making = clock.share()
            now = time.time()
            means |= {"step": about["step"], "crops": about["crops"], "minutes": about["trained"] / 60, "making": making}
            means["crops_per_s"] = (about["crops"] - since[1]) / (now - since[0])
            since, recent = (now, about["crops"]), {}
            curves.append(means)
            print("train: " + ", ".join(f"{name} {value:.3f}" for name, value in means.items()), flush=True)
        if now - looked > (90 if cuda else 600):
            look()
            save(out, model, average, optimiser, about)
            (out / "curves.json").write_text(json.dumps(curves))
            looked = last = time.time()
    save(out, model, average, optimiser, about)
    look()
    (out / "curves.json").write_text(json.dumps(curves))
    draw_curves(curves, out / "curves.png")
    stills = [part(check[name], slice(0, 4 if cuda else 3)) for name in ("cartons", "photos", "likes", "liquids") if name in check]
    clips = [part(check[name], slice(0, 4 if cuda else 3)) for name in ("forward", "backward", "moving") if name in check]
    for name, parts in (("stills", stills), ("clips", clips)):
        sheet = {}
        for key in parts[0]:
            counts = [len(one["memory_mask"]) for one in parts]
            views = [len(one["target"]) // count for one, count in zip(parts, counts)]
            if len(parts[0][key]) == counts[0]:
                sheet[key] = torch.cat([one[key] for one in parts])
            else:
                shaped = [one[key].view(v, c, *one[key].shape[1:]) for one, v, c in zip(parts, views, counts)]
                sheet[key] = torch.cat(shaped, 1).flatten(0, 1)
        draw_sheet(average, sheet, out / f"sheet_{name}.png")
    print(f"train: step {about['step']}, {about['crops']} crops, {about['trained'] / 60:.1f} minutes; {time.time() - began:.0f} s in all", flush=True)


if __name__ == "__main__":
    main()
