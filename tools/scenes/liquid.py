"""Puddles in floor coordinates: an irregular outline that grows by area, wet optics with the floor's mirror image."""
from dataclasses import dataclass

import cv2
import numpy as np

from .noise import smooth_noise

CELL_M = .02


@dataclass(frozen=True)
class Liquid:
    """Optics: how much floor shows through, in which tint; own opaque colour; mirror strength at normal view."""
    name: str
    transmit: tuple = (.55, .55, .56)
    body: tuple = (0, 0, 0)
    mirror: float = .10
    edge: float = .035           # softness of the outline, metres


LIQUIDS = {
    "water": Liquid("water", (.40, .405, .42), (.01, .012, .015), .24),
    "oil": Liquid("oil", (.20, .17, .12), (.025, .02, .012), .15, .03),
    "paint": Liquid("white paint", (.06, .06, .06), (.80, .79, .76), .05, .022),
    "milk": Liquid("milk", (.12, .12, .12), (.74, .74, .71), .10),
    "coolant": Liquid("green coolant", (.32, .48, .30), (.06, .20, .07), .15),
    "juice": Liquid("dark syrup", (.40, .18, .12), (.06, .015, .01), .15),
}


class Puddle:
    """Grows from `source` towards `flow` by a saturating curve of its area from `start_s` to `end_s`, then rests."""

    def __init__(self, rng, liquid: Liquid, source, flow, area_m2, start_s, end_s, splashes=5, wide=5.0):
        self.liquid, self.source, self.area_m2 = liquid, np.array(source, float), area_m2
        self.start_s, self.end_s = start_s, end_s
        n = int(wide / CELL_M)
        self.wide, self.n = wide, n
        x, y = np.meshgrid((np.arange(n) + .5) * CELL_M - wide / 2, (np.arange(n) + .5) * CELL_M - wide / 2)
        reach = np.sqrt(area_m2 / np.pi)
        length = float(np.hypot(*flow)) + 1e-6
        along = (x * flow[0] + y * flow[1]) / length
        across = (-x * flow[1] + y * flow[0]) / length
        stretch = 1 + min(.8, length)
        along = np.where(along > 0, along / stretch, along * 1.5)
        phi = np.hypot(along, across) / reach
        rough = .20 * smooth_noise(rng, (n, n), .8 / CELL_M, 3) + .07 * smooth_noise(rng, (n, n), .22 / CELL_M, 3)
        phi *= 1 + np.clip(rough, -.38, .6)             # bounded, so that no islands rise far away
        for _ in range(int(rng.integers(0, splashes + 1))):      # splashes beside it
            angle, distance, size = rng.uniform(0, 6.28), reach * rng.uniform(1.0, 1.5), rng.uniform(.015, .05)
            spot = np.hypot(x - np.cos(angle) * distance, y - np.sin(angle) * distance) / size
            phi = np.minimum(phi, np.where(spot < 1, .25 + .2 * spot, 9))
        self.phi = np.maximum(phi, .002).astype(np.float32)
        self.levels = np.sort(self.phi.ravel())
        waves = smooth_noise(rng, (n, n), .35 / CELL_M, 3)
        self.slope = [g.astype(np.float32) for g in np.gradient(cv2.GaussianBlur(waves, (0, 0), 3))]

    def area(self, t) -> float:
        """Wet area in square metres at time t."""
        part = np.clip((t - self.start_s) / (self.end_s - self.start_s), 0, 1)
        return float(self.area_m2 * (1 - np.exp(-3 * part)) / (1 - np.exp(-3)))

    def cover(self, points, t) -> np.ndarray | None:
        """Soft coverage 0…1 at floor points, or None while dry."""
        area = self.area(t)
        if area <= 0:
            return None
        level = self.levels[min(len(self.levels) - 1, int(area / CELL_M ** 2))]
        self.u = ((points[..., 0] - self.source[0] + self.wide / 2) / CELL_M - .5).astype(np.float32)
        self.v = ((points[..., 1] - self.source[1] + self.wide / 2) / CELL_M - .5).astype(np.float32)
        phi = cv2.remap(self.phi, self.u, self.v, cv2.INTER_LINEAR, borderMode=cv2.BORDER_CONSTANT, borderValue=99)
        soft = self.liquid.edge / np.sqrt(self.area_m2 / np.pi)
        s = np.clip((level - phi) / (2 * soft) + .5, 0, 1)
        return s * s * (3 - 2 * s)

    def wet(self, picture, mirror, points, floor, t, floor_grey, camera_pos) -> tuple[np.ndarray, np.ndarray | None]:
        """Draws the liquid on the floor pixels of a lit picture; returns it with the liquid's mask."""
        cover = self.cover(points, t)
        if cover is None:
            return picture, None
        cover = cover * floor
        mask = cover > .45
        if cover.max() <= 0:
            return picture, mask
        view = camera_pos - points
        cosine = np.clip(view[..., 2] / np.linalg.norm(view, axis=-1), 0, 1)
        fresnel = self.liquid.mirror + (1 - self.liquid.mirror) * .75 * (1 - cosine) ** 4
        calm = 2.2 + 5 * np.exp(-max(0, t - self.start_s) * .7)
        gx, gy = (cv2.remap(s, self.u, self.v, cv2.INTER_LINEAR) * calm * 22 for s in self.slope)
        h, w = picture.shape[:2]
        column, row = np.meshgrid(np.arange(w, dtype=np.float32), np.arange(h, dtype=np.float32))
        mirrored = cv2.remap(mirror, (column + gy).astype(np.float32), (row + gx).astype(np.float32), cv2.INTER_LINEAR,
                             borderMode=cv2.BORDER_REFLECT)
        light = cv2.GaussianBlur(picture.mean(-1), (0, 0), 7)[..., None] / max(.05, floor_grey)
        liquid = picture * self.liquid.transmit + light * np.array(self.liquid.body, np.float32)
        liquid = liquid * (1 - fresnel[..., None]) + mirrored * fresnel[..., None]
        rim = (4 * cover * (1 - cover))[..., None]
        liquid = liquid * (1 - .22 * rim) + .05 * rim * np.roll(rim, 2, 0)
        return picture * (1 - cover[..., None]) + liquid * cover[..., None], mask
