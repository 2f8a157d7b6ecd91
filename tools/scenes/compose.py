"""Puts frames together: a still, softly lit background once, moving things on it with their shadows, room light."""
import cv2
import numpy as np

from .render import SUPER, Renderer


def crease_shade(depth: np.ndarray, strength=.45) -> np.ndarray:
    """Ambient occlusion from depth alone (unsharp masking the depth buffer): 0…1, 1 = open."""
    shade = np.zeros_like(depth)
    for sigma, weight in ((3, .5), (9, .5)):
        difference = depth - cv2.GaussianBlur(depth, (0, 0), sigma)
        shade += weight * np.clip(difference, 0, .22) / .22
    return 1 - strength * cv2.GaussianBlur(np.clip(shade, 0, 1), (0, 0), 1.0)


def lamp_field(points: np.ndarray, lamp_height: float, seed_phase: float) -> np.ndarray:
    """Brighter pools under the ceiling lamps, darker towards walls and under shelves: a gain around 1."""
    x, y, z = points[..., 0], points[..., 1], points[..., 2]
    gain = np.zeros(x.shape, np.float32)
    for lx in (-8, -4, 0, 4, 8):
        for ly in (-5, -1.5, 2):
            h = np.maximum(.8, lamp_height - z)
            gain += h ** 2 / (h ** 2 + (x - lx - seed_phase) ** 2 + (y - ly) ** 2) ** 1.35
    gain /= np.percentile(gain, 60)
    return .58 + .42 * np.clip(gain, 0, 2.2)


class Composer:
    """Turns snapshots into clean pictures at output size."""

    def __init__(self, renderer: Renderer, lamp_height: float, phase: float, samples=2, base_samples=16,
                 one_lamp=False):
        self.r, self.lamp_height, self.phase = renderer, lamp_height, phase
        self.samples, self.base_samples = samples, base_samples
        self.both = samples == 1 and not one_lamp      # with one lamp, only it casts shadows: a pass less
        self._still: dict = {}
        self._cache: tuple | None = None

    def still(self, lamps):
        """Background without moving bodies: (soft picture, mean of the `samples` jitters), rendered size."""
        key = (round(lamps[0], 2), round(lamps[1], 2))
        if key not in self._still:
            total, few = 0, []
            for j in range(max(self.base_samples, self.samples)):
                rgb, depth = self.r.colour(j, lamps, moving=False)
                total = total + rgb
                if j < self.samples and self.samples > 1:
                    few.append(rgb)
            if self.samples == 1:
                few = [self.r.colour(0, lamps, moving=False, both=self.both)[0]]
            self._still[key] = (total / max(self.base_samples, self.samples), few)
        return self._still[key]

    def light(self, rgb, depth):
        """Applies room light and crease shading at output size."""
        points = self.r.points(depth)
        gain = lamp_field(points, self.lamp_height, self.phase) * crease_shade(depth)
        return rgb * gain[..., None], points

    def frame(self, snapshots, lamps=(1, 1)):
        """One exposure from `samples` snapshots. Returns (rgb, world points, geom ids at output size)."""
        key = (tuple(s.tobytes() for snap in snapshots for s in snap), round(lamps[0], 2), round(lamps[1], 2))
        if self._cache and self._cache[0] == key:
            return self._cache[1]
        soft, few = self.still(lamps)
        total = 0
        for k in range(self.samples):
            self.r.pose(snapshots[min(k, len(snapshots) - 1)])
            rgb, depth = self.r.colour(k, lamps, both=self.both)
            ids = self.r.ids()
            mask = (ids >= 0) & self.r.moving_geom[np.maximum(ids, 0)]
            total = total + np.where(mask[..., None], rgb, np.maximum(soft + rgb - few[k], 0))
        picture = self.r.shrink(total / self.samples)
        small_depth = self.r.shrink(np.minimum(depth, 60))
        picture, points = self.light(picture, small_depth)
        result = (picture, points, ids[SUPER - 1::SUPER, SUPER - 1::SUPER])
        self._cache = (key, result)
        return result
