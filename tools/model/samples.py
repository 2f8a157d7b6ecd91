"""From a scene to training crops: window, warp to 256 x 256, camera faults, prompts."""

import cv2
import numpy as np

from .prompts import SIDE, difference, draw_click, drifted, inner_point, perturbed, pointing
from .scenes import random_scene

CROP = 256
OUTSIDE = (127, 127, 127)


def crop(image, mask, centre, side):
    """Warps the square of `side` around `centre` (x, y) to CROP. Returns (RGB [256,256,3], mask [128,128], the mask's
    area that lies outside as a part of the crop's area)."""
    scale = CROP / side
    matrix = np.float32([[scale, 0, CROP / 2 - scale * centre[0]], [0, scale, CROP / 2 - scale * centre[1]]])
    if scale < 0.7:  # enough against aliasing, and far cheaper than area averaging over the whole picture
        image = cv2.GaussianBlur(image, (0, 0), 0.45 / scale)
    view = cv2.warpAffine(image, matrix, (CROP, CROP), flags=cv2.INTER_LINEAR, borderValue=OUTSIDE)
    inside = cv2.resize(
        cv2.warpAffine(mask, matrix, (CROP, CROP), flags=cv2.INTER_LINEAR), (SIDE, SIDE), interpolation=cv2.INTER_AREA
    )
    total = float(mask.sum()) * scale * scale / (CROP * CROP)
    return view, inside, max(0.0, total - float(inside.mean()))


def keep_within(centre, side, shape):
    """Moves the window's centre so that it shows as much of the picture [h, w, …] as it can; the rule of the host,
    too."""
    size = np.array(shape[1::-1], np.float64)
    return np.where(side >= size, size / 2, np.clip(centre, side / 2, np.maximum(size - side / 2, side / 2)))


def faults(rng, view):
    """What cameras do: exposure, white balance, grey, blur, noise, low resolution, compression. uint8 [256,256,3] ->
    the same."""
    out = view
    if rng.random() < 0.8:
        table = np.arange(256, dtype=np.float32)[:, None] / 255
        gain = np.exp(rng.normal(0, 0.12)) * np.exp(rng.normal(0, 0.06, 3))
        table = np.clip(table ** np.exp(rng.normal(0, 0.25)) * gain + rng.normal(0, 0.04), 0, 1) * 255
        out = cv2.LUT(out, table.astype(np.uint8)[None].reshape(1, 256, 3))
    elif rng.random() < 0.25:
        out = cv2.cvtColor(cv2.cvtColor(out, cv2.COLOR_RGB2GRAY), cv2.COLOR_GRAY2RGB)
    if rng.random() < 0.12:
        out = np.ascontiguousarray(out[..., rng.permutation(3)])
    if rng.random() < 0.25:
        small = int(CROP * rng.uniform(0.25, 0.8))
        out = cv2.resize(
            cv2.resize(out, (small, small), interpolation=cv2.INTER_AREA), (CROP, CROP), interpolation=cv2.INTER_LINEAR
        )
    if rng.random() < 0.12:
        length = int(rng.integers(3, 14))
        kernel = np.zeros((length, length), np.float32)
        angle = rng.uniform(0, np.pi)
        half = length / 2 * np.array([np.cos(angle), np.sin(angle)])
        start, end = np.round(length / 2 - half).astype(int), np.round(length / 2 + half).astype(int)
        cv2.line(kernel, [int(v) for v in start], [int(v) for v in end], 1)
        out = cv2.filter2D(out, -1, kernel / max(kernel.sum(), 1))
    if rng.random() < 0.3:
        noise = rng.integers(-8, 9, (CROP, CROP, 1 if rng.random() < 0.5 else 3), dtype=np.int16)
        out = np.clip(out + noise * rng.integers(1, 3, dtype=np.int16), 0, 255).astype(np.uint8)
    if rng.random() < 0.4:
        out = cv2.imdecode(
            cv2.imencode(".jpg", out, [cv2.IMWRITE_JPEG_QUALITY, int(rng.integers(15, 90))])[1], cv2.IMREAD_COLOR
        )
    return np.ascontiguousarray(out)


def expose(rng, image):
    """Brings a very dark picture (renders) to a usual brightness."""
    level = image.mean()
    if level < 60:
        image = cv2.convertScaleAbs(image, alpha=min(4.0, rng.uniform(60, 110) / max(level, 8)))
    return image


def box_of(mask):
    """(centre [2], longer side) of the mask's bounding box in pixels, or None when there is too little of it."""
    columns, rows = np.nonzero(mask.max(0) > 0.5)[0], np.nonzero(mask.max(1) > 0.5)[0]
    if len(columns) < 3 or len(rows) < 3 or mask.sum() < 40:
        return None
    centre = np.array([columns[0] + columns[-1] + 1, rows[0] + rows[-1] + 1]) / 2
    return centre, max(columns[-1] - columns[0], rows[-1] - rows[0]) + 1


def group(rng, library, views: int = 2):
    """One training group: view 0 (pointed at) and later views (found again). A dict of arrays: image uint8
    [views,256,256,3], target uint8 [views,128,128], outside f32 [views], present f32 [views], prompts uint8
    [views,5,128,128] (in later views the previous mask of a tracker that works more or less), way f32 [views,3]: where
    the previous view's crop lies in this one's (scale and offset in crop sides, with the tracker's guess of the motion),
    memory_mask uint8 [128,128], has_memory f32 [views]."""
    while True:
        scene = random_scene(rng, library, views)
        image, mask = scene.view(0)
        found = box_of(mask)
        if found is not None:
            break
    centre, extent = found
    side = extent * (np.exp(rng.uniform(np.log(1.2), np.log(6))) if rng.random() < 0.88 else rng.uniform(0.5, 1.2))
    if views > 2 and rng.random() < 0.7:
        side = extent * rng.uniform(1.5, 2.2)
    side = max(min(side, 1.1 * max(image.shape[:2])), 20)
    if rng.random() < 0.5:
        click = np.array(inner_point(rng, mask > 0.5, rng.random() < 0.5))
        middle = click + rng.normal(0, 0.01, 2) * side
    else:
        middle, click = centre + rng.uniform(-0.5, 0.5, 2) * max(side - 0.7 * extent, 0.15 * extent), None
    if views > 2:
        middle = centre + rng.normal(0, 0.05, 2) * extent
    if rng.random() < 0.75:
        middle = keep_within(middle, side, image.shape)
    image = expose(rng, image)
    view, target, outside = crop(image, mask, middle, side)
    if (target > 0.5).any() and (click is None or rng.random() < 0.3):
        click = np.array(inner_point(rng, target > 0.5, rng.random() < 0.5))
    else:
        click = (click - middle) * SIDE / side + SIDE / 2 if click is not None else np.array([64.0, 64.0])
    prompts = pointing(rng, target, click)
    if rng.random() < 0.12:
        prompts[4] = difference(rng, target)
    seen = [(faults(rng, view), target, outside, prompts, np.zeros(3), 0)]
    window = (middle, side, centre, extent)
    lighting = rng.integers(1 << 30)
    for index in range(1, views):
        last = index == views - 1
        found, window = _later(rng, library, scene, target, index, window, last, lighting, views)
        seen.append(found)
    kept = perturbed(rng, target, 0.6) if rng.random() < 0.35 else target
    columns = [np.stack(column) for column in zip(*seen)]
    return {
        "image": columns[0],
        "target": _bytes(columns[1]),
        "outside": np.float32(columns[2]),
        "present": np.float32([one.mean() > 0.0015 for one in columns[1]]),
        "prompts": _bytes(columns[3]),
        "way": np.float32(columns[4]),
        "memory_mask": _bytes(kept),
        "has_memory": np.float32(columns[5]),
    }


def _later(rng, library, scene, first_target, index, window, last, lighting, views):
    """A later view: ((image, target, outside, prompts, way, has_memory), its window)."""
    prompts = np.zeros((5, SIDE, SIDE), np.float32)
    gone = last and rng.random() < (0.12 if views == 2 else 0.06)
    seen = scene.view(index, absent=True) if gone else scene.view(index)
    before, before_side, before_centre, before_extent = window
    if seen is None and gone:
        stray = random_scene(rng, library).view(0)
        image, mask = stray[0], np.zeros(stray[0].shape[:2], np.float32)
        size = min(image.shape[:2])
        view, target, outside = crop(
            expose(rng, image), mask, rng.uniform(0.2, 0.8, 2) * image.shape[1::-1], size * rng.uniform(0.2, 1)
        )
        if rng.random() < 0.7:
            prompts[3] = perturbed(rng, first_target, 1.2)
        return (faults(rng, view), target, outside, prompts, np.float32([1, 0, 0]), 1), window
    image, mask = seen
    found = box_of(mask)
    centre, extent = found if found is not None else (before_centre, before_extent)
    if views > 2 and rng.random() < 0.75:
        side = before_extent * rng.uniform(1.5, 2.8)  # as the host does
    else:
        side = extent * np.exp(rng.uniform(np.log(1.4), np.log(4.5)))
    side = max(20, min(1.1 * max(image.shape[:2]), side))
    spread = min(0.5 * side, abs(0.5 * side - 0.25 * extent))
    if views > 2 and rng.random() < 0.75:
        guess = before_centre + (centre - before_centre) * (rng.uniform(0.3, 1.15) if rng.random() < 0.6 else 0)
        middle = guess + rng.normal(0, 0.04, 2) * extent
        if np.abs(centre - middle).max() > 0.55 * side:  # out of sight: nothing to learn from
            guess = middle = centre + rng.normal(0, 0.1, 2) * extent
    else:
        middle = centre + (rng.normal(0, 0.2, 2) * extent if rng.random() < 0.7 else rng.uniform(-1, 1, 2) * spread)
        guess = centre + rng.normal(0, 0.1, 2) * extent
    if rng.random() < 0.75:
        middle = keep_within(middle, side, image.shape)
    alike = np.random.default_rng(lighting) if views > 2 and rng.random() < 0.7 else rng
    view, target, outside = crop(expose(alike, image), mask, middle, side)
    draw = rng.random()
    if draw < 0.62 or scene.twins:
        earlier = drifted(rng, target) if draw < 0.27 else target
        prompts[3] = perturbed(rng, earlier, rng.choice([0.4, 0.8, 1.6]))
    elif draw < 0.68 and (target > 0.5).any():
        draw_click(prompts[0], *inner_point(rng, target > 0.5, rng.random() < 0.5))
    if rng.random() < 0.12:
        prompts[4] = difference(rng, target)
    alone = views == 2 and prompts[3].any() and rng.random() < 0.1
    # a point p (in crop sides from the middle) of this view lies at scale * p + offset of the view before
    moved = guess - before_centre
    way = np.float32([side / before_side, *((middle - moved - before) / before_side)])
    window = (middle, side, centre, extent)
    return (faults(alike, view), target, outside, prompts, way, 0 if alone else 1), window


def _bytes(x):
    return (x.clip(0, 1) * 255 + 0.5).astype(np.uint8)
