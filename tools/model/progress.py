"""Progress of training as figures and pictures."""

import cv2
import numpy as np
import torch

from .plan import plan
from .steps import forward

# name: (kind of scenes, views, options)
HELD_OUT = {
    "cartons": ("photo", 2, {"only": "boxes"}),
    "photos": ("photo", 2, {}),
    "likes": ("composite", 2, {"likes": True}),
    "liquids": ("liquid", 2, {}),
    "forward": ("render", 6, {"direction": 1}),
    "backward": ("render", 6, {"direction": -1}),
    "moving": ("composite", 6, {}),
}


def held_out(sampler, tables, count: int, seed: int = 99) -> dict:
    """Batches of held-out material, always the same: `count` scenes of each name in HELD_OUT, a third for clips."""
    made = {}
    for name, (kind, views, options) in HELD_OUT.items():
        if kind == "render" and not len(tables.renders[0]) or options.get("only", "boxes") not in tables.sets:
            continue
        scenes = plan(
            np.random.default_rng(seed), tables, views, count if views == 2 else max(2, count // 3), [kind], **options
        )
        made[name] = sampler.batch(scenes)
    return made


def part(batch: dict, rows: slice) -> dict:
    """Some scenes of a batch."""
    n = len(batch["memory_mask"])
    views = len(batch["target"]) // n
    return {
        name: value[rows] if len(value) == n else value.view(views, n, *value.shape[1:])[:, rows].flatten(0, 1)
        for name, value in batch.items()
    }


def joined(batches: list) -> dict:
    """One batch of several with the same number of views."""
    counts = [len(one["memory_mask"]) for one in batches]
    views = len(batches[0]["target"]) // counts[0]
    sheet = {}
    for key, first in batches[0].items():
        if len(first) == counts[0]:
            sheet[key] = torch.cat([one[key] for one in batches])
        else:
            shaped = [one[key].view(views, n, *one[key].shape[1:]) for one, n in zip(batches, counts)]
            sheet[key] = torch.cat(shaped, 1).flatten(0, 1)
    return sheet


@torch.no_grad()
def validate(model, batches: dict) -> dict:
    """Mean IoU of the candidate ranked first on held-out scenes, by their name: at the first prompt, after one
    correction, found again later (in clips with the network's own masks and memory); and, over all, the error of the
    predicted IoU and the share of right presence decisions."""
    out, errors, seen = {}, [], []
    for name, whole in batches.items():
        found = {"click": [], "corrected": [], "again": []}
        for first in range(0, len(whole["memory_mask"]), 32):
            batch = part(whole, slice(first, first + 32))
            n = len(batch["memory_mask"])
            views = len(batch["target"]) // n
            _, measured, (pointed, later), _ = forward(model, batch, n, views > 2, 1.0 if views > 2 else 0.0)
            there = {"click": batch["present"][:n], "again": batch["present"][n:], "corrected": batch["present"][:n]}
            for key, value in measured.items():
                found[key].append(value[there[key] > 0])
            errors.append((pointed[1].float().sigmoid().max(1).values - measured["click"]).abs())
            guess = torch.cat([answer[2][-n:, 0] for answer in later]) > 0
            seen.append((guess == (batch["present"][n:] > 0)).float())
        kinds = ("click", "corrected", "again") if HELD_OUT[name][1] == 2 else ("again",)
        out |= {f"{name}_{key}": float(torch.cat(found[key]).mean()) for key in kinds}
    return out | {"quality_error": float(torch.cat(errors).mean()), "presence": float(torch.cat(seen).mean())}


@torch.no_grad()
def draw_sheet(model, batch: dict, path) -> None:
    """One column a scene, one row a view: the first with its prompts (clicks yellow and pink, box or earlier mask
    blue), then those where it must be found again; truth red, guess green; predicted IoU, presence, whether it is
    there."""
    n = len(batch["memory_mask"])
    views = len(batch["target"]) // n
    _, _, (first, later), _ = forward(model, batch, max(1, n // 3), views > 2, 1.0 if views > 2 else 0.0)
    side = batch["image"].shape[-1]
    rows = []
    for view, outputs in enumerate((first, *later)):
        masks, quality, present = (x[-n:].float().cpu() for x in outputs)
        tiles = []
        for index in range(n):
            at = view * n + index
            tile = np.ascontiguousarray(batch["image"][at].permute(1, 2, 0).cpu().numpy().astype(np.uint8))
            prompts = batch["prompts"][at].cpu().numpy()
            best = int(quality[index].argmax())
            shade = cv2.resize(np.maximum(prompts[3], prompts[2]), (side, side))[..., None]
            tile = (tile * (1 - 0.35 * shade) + np.array([0, 0, 255]) * 0.35 * shade).astype(np.uint8)
            for mask, colour in (
                (batch["target"][at].cpu().numpy() > 0.5, (255, 0, 0)),
                (masks[index, best].numpy() > 0, (0, 255, 0)),
            ):
                big = cv2.resize(mask.astype(np.uint8), (side, side), interpolation=cv2.INTER_NEAREST)
                cv2.drawContours(tile, cv2.findContours(big, cv2.RETR_LIST, cv2.CHAIN_APPROX_NONE)[0], -1, colour, 2)
            for channel, colour in ((0, (255, 255, 0)), (1, (255, 0, 255))):
                tile[cv2.resize(prompts[channel], (side, side)) > 0.5] = colour
            text = (
                f"{quality[index, best].sigmoid():.2f} p{present[index, 0].sigmoid():.2f}/{int(batch['present'][at])}"
            )
            cv2.putText(tile, text, (4, side - 6), cv2.FONT_HERSHEY_SIMPLEX, 0.6, (255, 255, 255), 2)
            tiles.append(cv2.resize(tile, (180, 180), interpolation=cv2.INTER_AREA))
        rows.append(np.hstack(tiles))
    cv2.imwrite(str(path), np.vstack(rows)[..., ::-1])


COLOURS = [(200, 160, 60), (90, 200, 90), (90, 90, 220), (40, 40, 40), (200, 60, 200), (60, 180, 220), (150, 110, 90)]


def draw_curves(curves, path, size=(1000, 560)) -> None:
    """IoU over the crops seen: on training batches thin, on held-out scenes thick."""
    picture = np.full((size[1], size[0], 3), 255, np.uint8)
    longest = max(point["crops"] for point in curves) + 1e-6
    names = [
        "click",
        "corrected",
        "again",
        "followed",
        *(f"{n}_{'click' if HELD_OUT[n][1] == 2 else 'again'}" for n in HELD_OUT),
    ]
    for number, name in enumerate(names):
        colour, thick = COLOURS[number % len(COLOURS)], 1 if number < 4 else 3
        points = [
            (int(p["crops"] / longest * (size[0] - 240)) + 30, int((1 - p[name]) * (size[1] - 40)) + 20)
            for p in curves
            if name in p
        ]
        if len(points) > 1:
            cv2.polylines(picture, [np.array(points)], False, colour, thick, cv2.LINE_AA)
        place = (size[0] - 200, size[1] - 260 + 21 * number)
        cv2.putText(picture, name, place, cv2.FONT_HERSHEY_SIMPLEX, 0.5, colour, 2 if thick > 1 else 1)
    for tenth in range(0, 11):
        y = int((1 - tenth / 10) * (size[1] - 40)) + 20
        cv2.putText(picture, f"{tenth / 10:.1f}", (2, y), cv2.FONT_HERSHEY_SIMPLEX, 0.35, (0, 0, 0), 1)
        cv2.line(picture, (30, y), (size[0], y), (225, 225, 225), 1)
    text = f"{longest:.0f} crops, {curves[-1]['minutes']:.1f} min"
    cv2.putText(picture, text, (30, size[1] - 4), cv2.FONT_HERSHEY_SIMPLEX, 0.45, (0, 0, 0), 1)
    cv2.imwrite(str(path), picture)
