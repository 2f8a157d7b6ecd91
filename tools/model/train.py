"""Trains `compact` on a pack, on two cores of a CPU or on one large GPU by the same code; goes on where it stopped.

    python -m tools.model.train --pack FILE --out DIR --minutes 8 [--planned 16]

`--minutes` is the wall time of this call, with loading and the last look at the held-out scenes; `--planned` the
minutes of training of all calls together, over which the learning rate falls (default: this call ends it). State
goes to DIR in four files of some 10 MB each (weights, their average, the optimiser's two moments), with the curves and
sheets of sample masks. SIGTERM saves and stops. On a GPU the backbone trains, too, at a lower rate, and is held near
its ImageNet features, so that its classifier still names what it sees.
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
import torch._dynamo
import torch.nn.functional as F
from torch.utils.data import DataLoader, IterableDataset, get_worker_info

from .atlas import Atlas, Tables
from .draw import sent
from .network import Compact, Shape
from .plan import KINDS, plan
from .progress import HELD_OUT, draw_curves, draw_sheet, held_out, joined, part, validate
from .sampler import Sampler
from .steps import forward

PEAK_RATE, BACKBONE_RATE, WEIGHT_DECAY, AVERAGE = 1.6e-3, 0.1, 0.02, 0.998
NEAR_IMAGENET = 0.5  # weight of the backbone's distance from where it started
VIEWS = (2, 5, 2, 8)  # of the batches, in turn
OWN_PREVIOUS = 0.5  # share of the previous masks in clips that are the network's own
ROUNDS = 3  # of corrections in pairs of views
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
                at = parameter.device if optimiser.defaults["fused"] else "cpu"
                optimiser.state[parameter] = {"step": torch.tensor(float(about["step"]), device=at)} | {
                    key: torch.empty_like(parameter).copy_(stored[part]["values"][name])  # laid out as the parameter is
                    for key, part in (("exp_avg", "momentum"), ("exp_avg_sq", "variance"))
                }
    return about


def parsed():
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
    parser.add_argument("--compile", choices=("auto", "no", "some", "all"), default="auto")
    parser.add_argument("--workers", type=int, help="processes that plan scenes; default 8 beside a GPU, 0 without")
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--seed", type=int, default=1)
    return parser.parse_args()


class Trainer:
    """One run: the network, its average, the optimiser, the sampler and the curves."""

    def __init__(self, args):
        self.args, self.cuda = args, torch.cuda.is_available()
        self.device = torch.device("cuda" if self.cuda else "cpu")
        self.out = pathlib.Path(args.out)
        self.out.mkdir(parents=True, exist_ok=True)
        self.crops = args.crops or (320 if self.cuda else 24)
        self.with_backbone = args.backbone == "yes" or (args.backbone == "auto" and self.cuda)
        self.narrow = self.cuda or (torch.ops.mkldnn._is_mkldnn_bf16_supported() and torch.cpu._is_amx_tile_supported())
        atlas = Atlas(args.pack, self.device, 16 if self.cuda else args.threads)
        model = Compact(Shape(args.side, args.pointer, args.fine)).to(self.device)
        model.backbone.load_state_dict(atlas.backbone)
        self.model = model.to(memory_format=torch.channels_last)
        self.model.backbone.requires_grad_(self.with_backbone)
        self.frozen = copy.deepcopy(model.backbone).eval() if self.with_backbone else None
        self.average = copy.deepcopy(model).eval()
        self.optimiser = optimiser_of(self.model, self.with_backbone, self.cuda)
        self.sampler = Sampler(atlas, args.side, args.seed)
        shape = {"side": args.side, "pointer": args.pointer, "fine": args.fine}
        self.about, self.curves = {"step": 0, "crops": 0, "trained": 0.0} | shape, []
        if (self.out / "weights.pt").exists():
            self.about = load(self.out, self.model, self.average, self.optimiser)
            if any(self.about[name] != value for name, value in shape.items()):
                raise SystemExit("train: the state in --out is of another shape of network")
            if (self.out / "curves.json").exists():
                self.curves = json.loads((self.out / "curves.json").read_text())
        workers = args.workers if args.workers is not None else 8 if self.cuda else 0
        source = Plans(args.pack, self.crops, args.seed * 7919 + self.about["step"])
        ahead = 4 if workers else None
        self.plans = iter(DataLoader(source, None, num_workers=workers, prefetch_factor=ahead, collate_fn=as_it_is))
        held = args.held or (192 if self.cuda else 6)
        self.check = held_out(Sampler(atlas, args.side, 99), Tables(args.pack, held_out=True), held)
        if self.about["step"] == 0:
            with torch.no_grad():
                image = self.sampler.batch(next(self.plans))["image"]
                standardise(self.model, image.contiguous(memory_format=torch.channels_last))
            self.average.load_state_dict(self.model.state_dict())
        mode = ("some" if self.cuda else "no") if args.compile == "auto" else args.compile
        if mode != "no":  # what has most to gain: reading pixels takes a third of the time then
            torch._dynamo.config.suppress_errors = True  # slower is better than stopped
            self.model.backbone.compile()
            atlas.read = torch.compile(atlas.read, dynamic=True)
        if mode == "all":
            self.model.decoder.compile(dynamic=True)
            self.model.memory_attention.compile(dynamic=True)

    def step(self, batch: dict, share: float) -> dict:
        """Trains on a batch; `share` (0..1) of the planned time has passed. Returns what was measured, unread."""
        n = len(batch["memory_mask"])
        clip, able = len(batch["target"]) > 2 * n, share > OWN_FROM
        for group in self.optimiser.param_groups:
            group["lr"] = rate(share) * group["factor"]
        with torch.autocast(self.device.type, torch.bfloat16, enabled=self.narrow):
            previous = OWN_PREVIOUS if clip and able else 0.0
            rounds = 1 if clip else ROUNDS
            loss, measured, _, taps = forward(
                self.model, batch, max(1, n // 3), able, previous, self.with_backbone, rounds
            )
            if self.with_backbone:
                some = batch["image"][: len(batch["image"]) // 4].contiguous(memory_format=torch.channels_last)
                with torch.no_grad():
                    wanted = self.frozen(some)[-1].float()
                gap = F.mse_loss(taps[-1][: len(some)].float(), wanted)
                loss = loss + NEAR_IMAGENET * gap / wanted.var().clamp_min(1e-6)
        self.optimiser.zero_grad(set_to_none=True)
        loss.backward()
        torch.nn.utils.clip_grad_norm_(self.model.parameters(), 2.0)
        self.optimiser.step()
        self.about["step"] += 1
        self.about["crops"] += len(batch["target"])
        keep = min(AVERAGE, (1 + self.about["step"]) / (20 + self.about["step"]))
        with torch.no_grad():
            torch._foreach_lerp_(list(self.average.parameters()), list(self.model.parameters()), 1 - keep)
        if clip:
            measured["followed"] = measured.pop("again")
        else:
            for number, kind in enumerate(KINDS):
                measured[kind] = measured["click"][sent((batch["what"] == number).nonzero()[:, 0], self.device)]
        return {"loss": loss.detach()[None], **{name: value.detach() for name, value in measured.items()}}

    def note(self, recent: dict, clock: Clock, seconds: float, crops: int) -> bool:
        """Adds the means since the last time to the curves. False when the loss is no number any more."""
        means = {name: torch.cat(values) for name, values in recent.items()}
        means = {name: values.float().mean().item() for name, values in means.items() if len(values)}
        means |= {"step": self.about["step"], "crops": self.about["crops"], "minutes": self.about["trained"] / 60}
        means |= {"making": clock.share(), "crops_per_s": crops / seconds}
        print("train: " + ", ".join(f"{name} {value:.3f}" for name, value in means.items()), flush=True)
        if math.isfinite(means["loss"]):
            self.curves.append(means)
            return True
        return False

    def back(self) -> None:
        """Goes back to the last state that was saved."""
        if not (self.out / "weights.pt").exists():
            raise SystemExit("train: the loss is no number")
        print("train: the loss is no number; goes on from the last state", flush=True)
        self.optimiser.state.clear()
        stored = load(self.out, self.model, self.average, self.optimiser)
        self.about |= {name: stored[name] for name in ("step", "crops")}

    def look(self) -> None:
        """Saves, and measures the average on the held-out scenes."""
        save(self.out, self.model, self.average, self.optimiser, self.about)
        with torch.autocast(self.device.type, torch.bfloat16, enabled=self.narrow):
            figures = validate(self.average, self.check)
        place = {"step": self.about["step"], "crops": self.about["crops"], "minutes": self.about["trained"] / 60}
        self.curves.append(place | figures)
        (self.out / "curves.json").write_text(json.dumps(self.curves))
        print("held out: " + ", ".join(f"{name} {value:.3f}" for name, value in figures.items()), flush=True)

    def draw(self) -> None:
        """Writes the curves and the sheets of held-out scenes."""
        draw_curves(self.curves, self.out / "curves.png")
        for name, clips in (("stills", False), ("clips", True)):
            own = [key for key in self.check if (HELD_OUT[key][1] > 2) == clips]
            parts = [part(self.check[key], slice(0, 4 if self.cuda else 3)) for key in own]
            draw_sheet(self.average, joined(parts), self.out / f"sheet_{name}.png")


def main() -> None:
    began, args = time.time(), parsed()
    torch.set_num_threads(args.threads)
    torch.manual_seed(args.seed)
    torch.backends.cudnn.benchmark = True
    trainer = Trainer(args)
    about, cuda = trainer.about, trainer.cuda
    start = last = noted = looked = time.time()
    reserve = (
        min(40, 0.2 * args.minutes * 60) if cuda else 0.12 * args.minutes * 60
    )  # for the last look at the held-out scenes
    deadline = began + args.minutes * 60 - reserve
    planned = args.planned * 60 if args.planned else about["trained"] + deadline - start
    print(
        f"train: ready after {start - began:.0f} s on {trainer.device}, {trainer.crops} crops a step, "
        f"{sum(p.numel() for p in trainer.model.parameters()) / 1e6:.2f} M parameters, step {about['step']}, "
        f"{about['trained'] / 60:.1f} of {planned / 60:.1f} minutes trained",
        flush=True,
    )
    stopped: list = []
    signal.signal(signal.SIGTERM, lambda *_: stopped.append(True))
    clock, recent, crops = Clock(trainer.device), {}, about["crops"]
    while time.time() < deadline and about["trained"] < planned and not stopped:
        clock.mark()
        batch = trainer.sampler.batch(next(trainer.plans))
        clock.mark()
        for name, value in trainer.step(batch, about["trained"] / planned).items():
            recent.setdefault(name, []).append(value)
        clock.mark()
        now = time.time()
        about["trained"], last = about["trained"] + now - last, now
        if about["step"] % (100 if cuda else 10):
            continue
        if not trainer.note(recent, clock, now - noted, about["crops"] - crops):
            trainer.back()
        elif now - looked > (90 if cuda else 600):
            trainer.look()
            looked = time.time()
        noted, recent, crops, last = time.time(), {}, about["crops"], time.time()
    trainer.look()
    trainer.draw()
    print(f"train: step {about['step']}, {about['crops']} crops; {time.time() - began:.0f} s in all", flush=True)


if __name__ == "__main__":
    main()
