"""Prompt maps at half the crop's side: float32 [5, 128, 128] = positive clicks, negative clicks, box, previous mask,
difference from the background.
"""

import cv2
import numpy as np

SIDE = 128
SIGMA = 2.0
_YY, _XX = np.mgrid[0:SIDE, 0:SIDE].astype(np.float32)


def draw_click(channel, x: float, y: float) -> None:
    """Adds a click at (x, y), in pixels of the map, to `channel` [128, 128]: a gaussian of sigma 2, peak 1, by
    maximum."""
    np.maximum(channel, np.exp(-((_XX - x) ** 2 + (_YY - y) ** 2) / (2 * SIGMA**2)), out=channel)


def draw_box(channel, x0: float, y0: float, x1: float, y1: float) -> None:
    """Fills the box, in pixels of the map, with 1."""
    a, b = max(0, int(round(x0))), max(0, int(round(y0)))
    channel[b : max(b, int(round(y1))), a : max(a, int(round(x1)))] = 1


def inner_point(rng, inside, central: bool):
    """A point (x, y) of the boolean map: the one farthest from the edge, or a random one kept off the edge."""
    padded = cv2.copyMakeBorder(inside.astype(np.uint8), 1, 1, 1, 1, cv2.BORDER_CONSTANT, value=0)
    depth = cv2.distanceTransform(padded, cv2.DIST_L2, 3)[1:-1, 1:-1]
    if central:
        y, x = np.unravel_index(depth.argmax(), depth.shape)
        return float(x), float(y)
    ys, xs = np.nonzero(depth >= min(depth.max() * 0.35, 4))
    pick = rng.integers(len(ys))
    return float(xs[pick]), float(ys[pick])


def perturbed(rng, mask, strength: float = 1.0):
    """The mask [s, s] as a tracker or an unfinished selection would have it: shifted, scaled, turned, eaten or swollen,
    soft."""
    side = mask.shape[0]
    ys, xs = np.nonzero(mask > 0.5)
    if len(ys) == 0:
        return np.zeros_like(mask)
    extent = max(np.ptp(ys), np.ptp(xs), 4)
    centre = np.array([xs.mean(), ys.mean()])
    turn, grow = np.deg2rad(rng.normal(0, 7 * strength)), np.exp(rng.normal(0, 0.1 * strength, 2))
    linear = np.array([[np.cos(turn), -np.sin(turn)], [np.sin(turn), np.cos(turn)]]) @ np.diag(grow)
    shift = centre - linear @ centre + rng.normal(0, 0.08 * strength, 2) * extent
    out = cv2.warpAffine(mask, np.hstack([linear, shift[:, None]]), (side, side), flags=cv2.INTER_LINEAR)
    draw = rng.random()
    size = 1 + 2 * int(rng.integers(0, max(2, int(extent * 0.06))))
    kernel = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (size, size))
    if draw < 0.3:
        out = cv2.dilate(out, kernel)
    elif draw < 0.6:
        out = cv2.erode(out, kernel)
    elif draw < 0.75:
        noise = cv2.GaussianBlur(rng.normal(0, 1, (side, side)).astype(np.float32), (0, 0), max(2.0, extent * 0.08))
        out = out * (noise > noise.std() * rng.uniform(-1.2, -0.3))
    if rng.random() < 0.2 and strength >= 1:
        x, y, r = (
            centre[0] + rng.normal(0, 0.5) * extent,
            centre[1] + rng.normal(0, 0.5) * extent,
            extent * rng.uniform(0.1, 0.3),
        )
        cv2.circle(out, (int(x), int(y)), max(1, int(r)), float(rng.random() < 0.5), -1)
    return cv2.GaussianBlur(out, (0, 0), rng.uniform(0.4, 2.0))


def drifted(rng, mask):
    """The mask [s, s] as a tracker that has gone wrong would have it: a part is missing, or a neighbour was taken in.
    What the object really looks like can then only be known from the memory."""
    out = mask.copy()
    ys, xs = np.nonzero(mask > 0.5)
    if len(ys) == 0:
        return out
    extent = max(np.ptp(ys), np.ptp(xs), 4)
    angle = rng.uniform(0, 2 * np.pi)
    along = _XX * np.cos(angle) + _YY * np.sin(angle)
    inside = along[ys, xs]
    if rng.random() < 0.65:
        out[along > np.quantile(inside, rng.uniform(0.35, 0.85))] = 0
    if rng.random() < 0.5:
        x, y = (
            xs.mean() + np.cos(angle) * extent * rng.uniform(0.3, 0.8),
            ys.mean() + np.sin(angle) * extent * rng.uniform(0.3, 0.8),
        )
        axes = (int(extent * rng.uniform(0.1, 0.45)) + 1, int(extent * rng.uniform(0.1, 0.45)) + 1)
        cv2.ellipse(out, (int(x), int(y)), axes, rng.uniform(0, 180), 0, 360, 1.0, -1)
    return out


def pointing(rng, target, click):
    """Prompts [5, 128, 128] that point at `target` [128, 128]; `click` (x, y) is the first click. Some samples have
    more clicks, a box, or an earlier mask instead."""
    maps = np.zeros((5, SIDE, SIDE), np.float32)
    kind, inside = rng.random(), target > 0.5
    if not inside.any():
        draw_click(maps[0], *click)
        return maps
    if kind < 0.72 or kind >= 0.92:
        draw_click(maps[0], *click)
    if 0.55 <= kind < 0.72:
        for _ in range(rng.integers(0, 4)):
            draw_click(maps[0], *inner_point(rng, inside, False))
        ring = (cv2.dilate(inside.astype(np.uint8), np.ones((25, 25))) > 0) & ~(
            cv2.dilate(inside.astype(np.uint8), np.ones((5, 5))) > 0
        )
        if ring.any():
            for _ in range(rng.integers(0, 3)):
                draw_click(maps[1], *inner_point(rng, ring, False))
    elif 0.72 <= kind < 0.82:
        ys, xs = np.nonzero(inside)
        wide, high = np.ptp(xs) + 1, np.ptp(ys) + 1
        jitter = rng.normal(0, 0.06, 4) * (wide, high, wide, high)
        draw_box(
            maps[2], xs.min() + jitter[0], ys.min() + jitter[1], xs.max() + 1 + jitter[2], ys.max() + 1 + jitter[3]
        )
    elif kind >= 0.82:
        maps[3] = perturbed(rng, target, rng.choice([0.7, 1.2]))
    return maps


def difference(rng, target):
    """A plausible difference-from-background map of the target [128, 128]: incomplete, noisy, with other things that
    changed."""
    noise = cv2.GaussianBlur(rng.normal(0, 1, target.shape).astype(np.float32), (0, 0), rng.uniform(2, 8))
    noise /= noise.std() + 1e-6
    out = target * (noise > rng.uniform(-2.5, 0.3)) * rng.uniform(0.3, 1)
    out = np.maximum(out, (noise > rng.uniform(2.0, 3.5)) * rng.uniform(0.2, 1))
    if rng.random() < 0.4:
        size = int(rng.integers(8, 50))
        y, x = rng.integers(0, SIDE - size, 2)
        out[y : y + size, x : x + int(size * rng.uniform(0.5, 1))] = rng.uniform(0.3, 1)
    return cv2.GaussianBlur(out.astype(np.float32), (0, 0), rng.uniform(0.5, 2.5)).clip(0, 1)
