"""Progress of training as figures and pictures."""

import cv2
import numpy as np
import torch

from .steps import fetch, forward


@torch.no_grad()
def validate(model, batches) -> dict:
    """Mean IoU (of the candidate ranked first) on the held-out groups: first prompt, after one correction, found again
    (in pairs of views; in clips with the network's own masks); the error of the predicted IoU; and the share of right
    presence decisions."""
    found, errors, seen = {}, [], []
    for batch in batches:
        batch = fetch(batch)
        n = len(batch["memory_mask"])
        views = len(batch["target"]) // n
        _, measured, (first, later) = forward(model, batch, n // 3, views > 2, 1.0 if views > 2 else 0.0)
        there = {
            "click": batch["present"][:n] > 0,
            "again": batch["present"][n:] > 0,
            "corrected": batch["present"][: n // 3] > 0,
        }
        for name, value in measured.items():
            key = "followed" if views > 2 and name == "again" else name
            found.setdefault(key, []).append(value[there[name]])
        errors.append((first[1].sigmoid().max(1).values - measured["click"]).abs())
        guess = torch.cat([out[2][-n:, 0] for out in later]) > 0
        seen.append((guess == there["again"]).float())
    out = {"held_" + name: float(torch.cat(values).mean()) for name, values in found.items()}
    return out | {"held_quality_error": float(torch.cat(errors).mean()), "held_presence": float(torch.cat(seen).mean())}


@torch.no_grad()
def draw_sheet(model, batch, path) -> None:
    """One column a group, one row a view: the first with its prompts, then those where it must be found again with the
    previous mask they came with (blue); truth red, guess green."""
    images, data = batch["image"].numpy(), fetch(batch)
    n = len(data["memory_mask"])
    views = len(data["target"]) // n
    _, _, (first, later) = forward(model, data, n // 3, views > 2, 1.0 if views > 2 else 0.0)
    tiles = []
    for view, outputs in enumerate((first, *later)):
        for index in range(n):
            tile = images[view * n + index].copy()
            masks, quality, present = (x[-n:][index] for x in outputs)
            best = int(quality.argmax())
            prompts = data["prompts"][view * n + index].numpy()
            for mask, colour in (
                (data["target"][view * n + index].numpy() > 0.5, (255, 0, 0)),
                (masks[best].numpy() > 0, (0, 255, 0)),
            ):
                big = cv2.resize(mask.astype(np.uint8), (256, 256), interpolation=cv2.INTER_NEAREST)
                cv2.drawContours(tile, cv2.findContours(big, cv2.RETR_LIST, cv2.CHAIN_APPROX_NONE)[0], -1, colour, 2)
            for channel, colour in ((0, (255, 255, 0)), (1, (255, 0, 255))):
                tile[cv2.resize(prompts[channel], (256, 256)) > 0.5] = colour
            shade = cv2.resize(np.maximum(prompts[3], prompts[2]), (256, 256))[..., None]
            tile = (tile * (1 - 0.35 * shade) + np.array([0, 0, 255]) * 0.35 * shade).astype(np.uint8)
            text = f"{quality[best].sigmoid():.2f} p{present[0].sigmoid():.2f}"
            cv2.putText(tile, text, (4, 250), cv2.FONT_HERSHEY_SIMPLEX, 0.6, (255, 255, 255), 2)
            tiles.append(cv2.resize(tile, (200, 200), interpolation=cv2.INTER_AREA))
    across = n if views > 2 else (n + 1) // 2
    rows = [np.hstack(tiles[start : start + across]) for start in range(0, len(tiles), across)]
    cv2.imwrite(str(path), np.vstack(rows)[..., ::-1])


def draw_curves(curves, path, size=(900, 500)) -> None:
    """IoU figures over the minutes of training."""
    picture = np.full((size[1], size[0], 3), 255, np.uint8)
    longest = max(point["minutes"] for point in curves) + 1e-6
    names = ["click", "corrected", "again", "held_click", "held_corrected", "held_again", "held_followed"]
    for number, name in enumerate(names):
        colour = [(200, 160, 60), (90, 200, 90), (90, 90, 220), (40, 40, 40)][number % 3 if number < 6 else 3]
        points = [
            (int(p["minutes"] / longest * (size[0] - 40)) + 30, int((1 - p[name]) * (size[1] - 40)) + 20)
            for p in curves
            if name in p
        ]
        if len(points) > 1:
            cv2.polylines(picture, [np.array(points)], False, colour, 3 if number > 2 else 1, cv2.LINE_AA)
        cv2.putText(
            picture,
            name,
            (size[0] - 190, size[1] - 150 + 22 * number),
            cv2.FONT_HERSHEY_SIMPLEX,
            0.5,
            colour,
            2 if number > 2 else 1,
        )
    for tenth in range(0, 11):
        y = int((1 - tenth / 10) * (size[1] - 40)) + 20
        cv2.putText(picture, f"{tenth / 10:.1f}", (2, y), cv2.FONT_HERSHEY_SIMPLEX, 0.35, (0, 0, 0), 1)
        cv2.line(picture, (30, y), (size[0], y), (225, 225, 225), 1)
    cv2.putText(
        picture, f"{longest:.0f} min", (size[0] - 80, size[1] - 4), cv2.FONT_HERSHEY_SIMPLEX, 0.45, (0, 0, 0), 1
    )
    cv2.imwrite(str(path), picture)
