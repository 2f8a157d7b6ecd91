"""Random training scenes. A scene gives views of one target object: `view(k)` -> (RGB uint8 [h,w,3], mask float32 0..1
[h,w]).

View 0 is where the object is pointed at or remembered, later views are where it must be found again: other moments of a
rendered scene, a composite whose layers move, a photo with something pasted in, a puddle that spreads.
`view(k, absent=True)` gives the place without the object, if the scene can (else None)."""

import cv2
import numpy as np

from .limbs import Limbs
from .liquids import Liquid
from .scene_builder import FRAMES
from .shapes import random_shape

CANVAS = 384


def warp_onto(canvas, mask, rgba, matrix, gain=1.0):
    """Pastes `rgba` through the 2 x 3 `matrix` onto `canvas` (changed in place) and takes what it covers out of `mask`.
    Returns (alpha float32 0..1 of the touched rectangle, the rectangle as a pair of slices), or None when it falls
    outside."""
    height, width = rgba.shape[:2]
    corners = matrix[:, :2] @ np.float32([[0, width, width, 0], [0, 0, height, height]]) + matrix[:, 2:]
    low = np.maximum(np.floor(corners.min(1)).astype(int), 0)
    high = np.minimum(np.ceil(corners.max(1)).astype(int) + 1, canvas.shape[1::-1])
    if (high - low).min() < 2:
        return None
    place = (slice(low[1], high[1]), slice(low[0], high[0]))
    moved = matrix.copy()
    moved[:, 2] -= low
    layer = cv2.warpAffine(
        rgba, moved, (int(high[0] - low[0]), int(high[1] - low[1])), flags=cv2.INTER_LINEAR, borderValue=0
    )
    alpha = layer[..., 3].astype(np.float32) * np.float32(1 / 255)
    colour = layer[..., :3] if gain == 1 else cv2.convertScaleAbs(layer[..., :3], alpha=gain)
    behind = 1 - alpha
    canvas[place] = cv2.blendLinear(np.ascontiguousarray(colour), np.ascontiguousarray(canvas[place]), alpha, behind)
    mask[place] *= behind
    return alpha, place


def affine(shape, centre, scale, degrees, flip):
    """The 2 x 3 matrix that puts the middle of a picture of `shape` at `centre`, scaled, turned, maybe mirrored."""
    height, width = shape[:2]
    turn = np.deg2rad(degrees)
    linear = (
        scale
        * np.array([[np.cos(turn), -np.sin(turn)], [np.sin(turn), np.cos(turn)]])
        @ np.diag([-1 if flip else 1, 1])
    )
    offset = np.asarray(centre) - linear @ np.array([width / 2, height / 2])
    return np.hstack([linear, offset[:, None]]).astype(np.float32)


def random_layer(rng, library):
    """A cut-out object or a textured random shape, RGBA."""
    if rng.random() < 0.72 and library.cutouts:
        return library.cutouts[rng.integers(len(library.cutouts))]
    return random_shape(rng, library.surfaces)


def random_background(rng, library):
    """RGB [CANVAS, CANVAS, 3]: a square cut of a photo, a rendered frame or a surface."""
    draw = rng.random()
    if draw < 0.5:
        pool = library.photos if rng.random() < 0.6 or not library.people else library.people
        image = pool[rng.integers(len(pool))][0]
    elif draw < 0.7 and library.renders:
        frames, first, _ = library.renders[rng.integers(len(library.renders))]
        image = frames[first + rng.integers(FRAMES)][..., :3]
    else:
        image = library.surfaces[rng.integers(len(library.surfaces))]
    side = int(min(image.shape[:2]) * rng.uniform(0.5, 1))
    y, x = rng.integers(0, image.shape[0] - side + 1), rng.integers(0, image.shape[1] - side + 1)
    square = cv2.resize(image[y : y + side, x : x + side], (CANVAS, CANVAS), interpolation=cv2.INTER_LINEAR)
    return np.ascontiguousarray(square[:, ::-1] if rng.random() < 0.5 else square)


def bend(rng, side: int):
    """A smooth displacement [side, side, 2] of at most one pixel, for things that are not rigid."""
    coarse = rng.normal(0, 1, (5, 5, 2)).astype(np.float32)
    field = cv2.resize(coarse, (side, side), interpolation=cv2.INTER_CUBIC)
    return field / (np.abs(field).max() + 1e-6)


def bent(image, field, amount: float):
    """The picture displaced by `field` times `amount` pixels."""
    height, width = image.shape[:2]
    field = cv2.resize(field, (width, height)) * np.float32(amount)
    grid = np.stack(np.meshgrid(np.arange(width), np.arange(height)), -1).astype(np.float32) + field
    return cv2.remap(image, grid[..., 0], grid[..., 1], cv2.INTER_LINEAR, borderMode=cv2.BORDER_CONSTANT)


class Composite:
    """Two to six layers over a background; one is the target; each moves, turns, grows and bends from view to view. In
    a clip of more than two views another thing may cross in front of the target, or the camera pan."""

    def __init__(self, rng, library, twins: bool = False, views: int = 2):
        self.rng, self.background = rng, random_background(rng, library)
        self.layers, self.twins = [], twins or rng.random() < (0.2 if views == 2 else 0.35)
        count = rng.integers(1, 6)
        target = random_layer(rng, library)
        size = np.exp(rng.uniform(np.log(0.12), np.log(0.75))) * CANVAS
        pace = 0.12 if views == 2 else rng.choice([0.08, 0.2, 0.4])
        for index in range(count + 1):
            same = index > 0 and self.twins and rng.random() < 0.7
            rgba = target if index == 0 or same else random_layer(rng, library)
            extent = size * (rng.uniform(0.85, 1.15) if same else 1 if index == 0 else np.exp(rng.uniform(-1, 0.6)))
            self.layers.append(
                {
                    "rgba": rgba,
                    "scale": extent / max(rgba.shape[:2]),
                    "centre": rng.uniform(0.15, 0.85, 2) * CANVAS,
                    "degrees": rng.normal(0, 15),
                    "flip": rng.random() < 0.5,
                    "gain": rng.uniform(0.7, 1.2),
                    "motion": rng.normal(0, pace, 2) * extent,
                    "turn": rng.normal(0, 7),
                    "growth": np.exp(rng.normal(0, 0.08)),
                    "bend": (bend(rng, 64), rng.uniform(0.01, 0.07)) if rng.random() < 0.4 else None,
                    "limbs": Limbs(rng, rgba) if rng.random() < (0.6 if index == 0 else 0.3) else None,
                    "target": index == 0,
                }
            )
        below = rng.random() < 0.6
        self.layers.sort(key=lambda layer: layer["target"] if below else rng.random())
        self.pan = rng.normal(0, 0.03, 2) * CANVAS if views > 2 and rng.random() < 0.4 else np.zeros(2)
        aimed = next(layer for layer in self.layers if layer["target"])
        if views > 2 and rng.random() < 0.4:  # stays where it can be seen
            aimed["centre"] = np.clip(aimed["centre"], 0.3 * CANVAS, 0.7 * CANVAS)
        if views > 2 and rng.random() < 0.35:  # something crosses, hiding it in one view
            rgba = target if self.twins and rng.random() < 0.4 else random_layer(rng, library)
            when, extent = rng.integers(1, views), size * np.exp(rng.uniform(-0.4, 0.5))
            way = rng.normal(0, 1, 2)
            way = way / np.hypot(*way) * (size + extent) * rng.uniform(0.5, 0.9)
            self.layers.append(
                aimed | {"rgba": rgba, "scale": extent / max(rgba.shape[:2]), "target": False, "motion": way,
                         "centre": aimed["centre"] + aimed["motion"] * when - way * when, "bend": None, "limbs": None}
            )  # fmt: skip

    def view(self, index: int, absent: bool = False):
        rng, canvas = self.rng, self.background.copy()
        if self.pan.any():
            shift = np.float32([[1, 0, self.pan[0] * index], [0, 1, self.pan[1] * index]])
            canvas = cv2.warpAffine(canvas, shift, (CANVAS, CANVAS), borderMode=cv2.BORDER_REFLECT)
        target = np.zeros((CANVAS, CANVAS), np.float32)
        for layer in self.layers:
            if layer["target"] and absent:
                continue
            rgba = layer["rgba"]
            if layer["limbs"]:
                rgba = layer["limbs"].moved(rgba, index)
            if layer["bend"] and index:
                rgba = bent(rgba, layer["bend"][0], layer["bend"][1] * index * max(rgba.shape[:2]))
            shake = rng.normal(0, 1, 2) * (index > 0)
            matrix = affine(
                rgba.shape,
                layer["centre"] + layer["motion"] * index + self.pan * index,
                layer["scale"] * layer["growth"] ** index * (1 + 0.03 * shake[0]),
                layer["degrees"] + layer["turn"] * index + 3 * shake[1],
                layer["flip"],
            )
            pasted = warp_onto(canvas, target, rgba, matrix, layer["gain"])
            if layer["target"] and pasted is not None:
                alpha, place = pasted
                target[place] = np.maximum(target[place], alpha)
        return canvas, target


class Photo:
    """A real photo with its own object; something may be pasted over or beside it, differently in each view."""

    def __init__(self, rng, library, people: bool, views: int = 2):
        self.rng, self.library, self.twins = rng, library, False
        self.bend = (bend(rng, 64), rng.uniform(0.005, 0.03)) if rng.random() < 0.5 else None
        self.turn, self.stretch, self.shear = rng.normal(0, 6), rng.normal(0, 0.05, 2), rng.normal(0, 0.05)
        pool = library.people if people else library.photos
        self.image, labels = pool[rng.integers(len(pool))]
        self.mask = labels > 0
        if people and views == 2 and rng.random() < 0.12:  # a garment; in a clip it would say that a part is an object of its own
            parts = [part for part in np.unique(labels) if part and (labels == part).sum() > 250]
            if parts:
                self.mask = labels == parts[rng.integers(len(parts))]

    def view(self, index: int, absent: bool = False):
        if absent:
            return None
        rng, image, mask = self.rng, self.image.copy(), self.mask.astype(np.float32)
        if index and self.bend:
            amount = self.bend[1] * index * max(image.shape[:2])
            image, mask = bent(image, self.bend[0], amount), bent(mask, self.bend[0], amount)
        if index:
            image, mask = self._seen_anew(index, image, mask)
        if rng.random() < 0.35:
            rgba = random_layer(rng, self.library)
            scale = np.exp(rng.uniform(np.log(0.1), np.log(0.5))) * max(image.shape[:2]) / max(rgba.shape[:2])
            centre = rng.uniform(0, 1, 2) * image.shape[1::-1]
            pasted, left = image.copy(), mask.copy()
            warp_onto(
                pasted, left, rgba, affine(rgba.shape, centre, scale, rng.normal(0, 15), False), rng.uniform(0.7, 1.2)
            )
            if left.sum() > 0.5 * mask.sum():
                image, mask = pasted, left
        return image, mask

    def _seen_anew(self, index: int, image, mask):
        """The photo turned, stretched and sheared a little, growing with the view, as by a camera that moved."""
        height, width = mask.shape
        turn, (wide, high) = np.deg2rad(self.turn * index), np.exp(self.stretch * index)
        linear = np.array([[np.cos(turn), -np.sin(turn)], [np.sin(turn), np.cos(turn)]]) @ np.diag([wide, high])
        linear[0, 1] += self.shear * index
        middle = np.array([width, height]) / 2
        matrix = np.hstack([linear, (middle - linear @ middle)[:, None]]).astype(np.float32)
        turned = cv2.warpAffine(image, matrix, (width, height), flags=cv2.INTER_LINEAR, borderValue=(127, 127, 127))
        return turned, cv2.warpAffine(mask, matrix, (width, height), flags=cv2.INTER_LINEAR)


class Rendered:
    """A rendered scene: the target is a body, a painted part of it, or the whole stack it belongs to."""

    def __init__(self, rng, library, views: int = 2):
        self.rng, self.twins = rng, False
        self.frames, self.first, scene = library.renders[rng.integers(len(library.renders))]
        body, group = (
            np.array(scene["body"] + [0] * (256 - len(scene["body"]))),
            scene["group"],
        )
        if views == 2:
            start = rng.integers(FRAMES - 1)
            self.moments = (start, min(FRAMES - 1, start + 1 + rng.integers(3)))
        else:
            self.moments = np.sort(rng.choice(FRAMES, views, replace=False))
            self.moments = self.moments[:: rng.choice([-1, 1])]
            start = self.moments[0]
        ids = self.frames[self.first + start][..., 3]
        areas = np.bincount(ids.ravel(), minlength=256)
        bodies = np.zeros(len(group))
        for geom in np.nonzero(areas[:254])[0]:
            bodies[body[geom]] += areas[geom]
        chance = np.where((bodies > 250) & (np.arange(len(group)) > 0), np.sqrt(bodies), 0)
        chance = chance * np.where(scene.get("jointed", np.zeros(len(group), bool)), 4, 1)
        if chance.sum() == 0:
            self.geoms = None
            return
        chosen = rng.choice(len(group), p=chance / chance.sum())
        geoms = [geom for geom in range(254) if body[geom] == chosen]
        draw = rng.random()
        if draw < 0.25 and group[chosen] >= 0:
            geoms = [geom for geom in range(254) if group[body[geom]] == group[chosen]]
        elif draw < 0.33 and len(geoms) > 1 and views == 2:
            parts = [geom for geom in geoms if areas[geom] > 200]
            geoms = [parts[rng.integers(len(parts))]] if parts else geoms
        self.geoms = np.zeros(256, np.float32)
        self.geoms[geoms] = 1
        self.flip = rng.random() < 0.5

    def view(self, index: int, absent: bool = False):
        if absent:
            return None
        frame = self.frames[self.first + self.moments[index]]
        if self.flip:
            frame = frame[:, ::-1]
        return np.ascontiguousarray(frame[..., :3]), self.geoms[frame[..., 3]]


def random_scene(rng, library, views: int = 2):
    """One scene of a random kind: mostly stills and liquids for pairs of views, mostly things that move for clips."""
    photo, people, rendered, composite = (0.22, 0.3, 0.46, 0.68) if views == 2 else (0.08, 0.18, 0.56, 0.93)
    while True:
        draw = rng.random()
        if draw < photo:
            return Photo(rng, library, False, views)
        if draw < people:
            return Photo(rng, library, True, views)
        if draw < rendered:
            if library.renders:
                scene = Rendered(rng, library, views)
                if scene.geoms is not None:
                    return scene
        elif draw < composite:
            return Composite(rng, library, views=views)
        else:
            return Liquid(rng, library)
