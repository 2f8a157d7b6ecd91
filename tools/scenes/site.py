"""One place drawn from a family: where things are and what the camera sees of them."""
from dataclasses import dataclass, field

import numpy as np

from .family import Family
from .world import World


@dataclass
class Site:
    """What the scripts need to know about the place they play in."""
    family: Family
    world: World
    levels: tuple                    # shelf heights (top of deck), metres
    bays: list                       # (x0, x1) of each bay of the main rack
    front_y: float                   # the rack's front face
    camera_pos: np.ndarray
    look_at: np.ndarray
    fovy_deg: float
    cartons: list[str]               # material names
    floor_colour: tuple
    occupied: list = field(default_factory=list)   # floor rectangles (x0, y0, x1, y1) already taken
    walkway: tuple = (-8, 1.1, 8, 3.0)             # x0, y0, x1, y1
    free: list = field(default_factory=list)       # per bay: level → (x0, x1) that the goods must leave free
    side: int = 1                                  # −1 or 1: to which side the camera stands
    paint: np.random.Generator | None = None       # the stream that surfaces draw from

    def free_spot(self, rng, x_range, y_range, half, tries=60, seen=()):
        """A floor place with `half` metres free around it (the last try if none is); it and the points at offsets
        `seen` from it lie well in the picture, if given."""
        for _ in range(tries):
            x, y = rng.uniform(*x_range), rng.uniform(*y_range)
            if not all(self.well_seen(x + dx, y + dy) for dx, dy in seen):
                continue
            if all(x + half < a or x - half > c or y + half < b or y - half > d for a, b, c, d in self.occupied):
                break
        self.occupied.append((x - half, y - half, x + half, y + half))
        return x, y

    def project(self, points, aspect=16 / 9) -> np.ndarray:
        """World points → picture coordinates −1…1 (x right, y up), before lens distortion."""
        forward = self.look_at - self.camera_pos
        forward = forward / np.linalg.norm(forward)
        right = np.cross(forward, (0, 0, 1))
        right /= np.linalg.norm(right)
        d = np.atleast_2d(points) - self.camera_pos
        depth = np.maximum(.01, d @ forward) * np.tan(np.radians(self.fovy_deg) / 2)
        return np.stack([d @ right / depth / aspect, d @ np.cross(right, forward) / depth], 1)

    def well_seen(self, x, y) -> bool:
        """Whether a floor point lies in the picture's middle part."""
        u, v = self.project([(x, y, 0)])[0]
        return abs(u) < .68 and -.72 < v < .45

    def visible_shelf(self, rng):
        """A (bay, level) above the floor level whose shelf and floor in front lie well inside the picture."""
        good = []
        for bay, (x0, x1) in enumerate(self.bays):
            for level in range(1, len(self.levels)):
                x, z = (x0 + x1) / 2, self.levels[level]
                p = self.project([(x, self.front_y, z + .5), (x, self.front_y - 1.5, 0)])
                if np.abs(p[:, 0]).max() < .72 and p[0, 1] < .93 and p[1, 1] > -.9:
                    good.append((bay, level))
        if not good:
            raise ValueError("no shelf is well in the picture; take another seed")
        return good[int(rng.integers(len(good)))]
