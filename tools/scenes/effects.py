"""Nothing happens but light and camera: lamps switching, a shaking mount, shadows and headlights over the floor."""
import numpy as np

from .liquid import LIQUIDS, Puddle
from .script import Script


class Lights(Script):
    """One circuit of the hall's lamps goes off and, later, flickers on again; the camera's exposure follows."""

    def __init__(self, rng):
        super().__init__("none", 13.0)
        self.off, self.on = float(rng.uniform(3, 4.2)), float(rng.uniform(7.8, 9.2))
        self.circuit = int(rng.integers(2))
        self.notes = {"negative": "half of the lights go off, later on again", "lights_off_s": round(self.off, 2),
                      "lights_on_s": round(self.on, 2)}

    def lamps(self, t):
        level = 1.0
        if t >= self.off:
            level = .35 if t < self.off + .08 else 0.0
        if t >= self.on:      # tubes flicker before they catch
            pattern = (.6, 0, .6, .6, 0, .6, 1)
            level = pattern[min(6, int((t - self.on) / .12))]
        return (level, 1.0) if self.circuit == 0 else (1.0, level)


class Shake(Script):
    """The mount trembles twice, as when a truck drives by or the wind takes the hall."""

    def __init__(self, rng):
        super().__init__("none", 12.0)
        self.bursts = [(float(rng.uniform(2, 3)), 2.6, float(rng.uniform(1.0, 1.8))),
                       (float(rng.uniform(7, 8)), 3.0, float(rng.uniform(1.4, 2.6)))]
        self.f = rng.uniform(2.5, 7.5, 4)
        self.p = rng.uniform(0, 6.28, 5)
        self.notes = {"negative": "the camera shakes slightly", "shake_px": [round(b[2], 2) for b in self.bursts]}

    def shake(self, t):
        size = .12 + sum(a * np.sin(np.pi * np.clip((t - s) / d, 0, 1)) for s, d, a in self.bursts)
        dx = size * (.6 * np.sin(6.28 * self.f[0] * t + self.p[0]) + .4 * np.sin(6.28 * self.f[1] * t + self.p[1]))
        dy = size * .7 * (.6 * np.sin(6.28 * self.f[2] * t + self.p[2]) + .4 * np.sin(6.28 * self.f[3] * t + self.p[3]))
        return (float(dx), float(dy), float(size * .0006 * np.sin(6.28 * 3.1 * t + self.p[4])))


class Shadow(Script):
    """A shadow glides over the floor, later a pair of headlights sweeps across it."""

    def __init__(self, rng):
        super().__init__("none", 13.0)
        self.side = 1 if rng.random() < .5 else -1
        self.first, self.second = float(rng.uniform(1.5, 2.2)), float(rng.uniform(6.8, 7.6))
        self.width, self.depth = float(rng.uniform(1.1, 1.7)), float(rng.uniform(.32, .5))
        self.notes = {"negative": "a shadow passes, then headlights sweep over the floor"}

    def prepare(self, site, rng):
        self.y = site.walkway[1] + .6
        self.camera = site.camera_pos

    def glow(self, points, floor, t, size):
        x, y, z = points[..., 0], points[..., 1], points[..., 2]
        gain = None
        if 0 <= t - self.first < 4.2:         # something tall passes before a lamp: a soft dark band
            at = self.side * (-7 + 3.4 * (t - self.first))
            u, v = (x - at) + .35 * (y - self.y) + .4 * z, y - self.y - .3
            edge = lambda d, soft: .5 - .5 * np.tanh(d / soft)
            gain = 1 - self.depth * edge(np.abs(u) - self.width / 2, .16) * edge(np.abs(v) - 1.5, .3)
        if 0 <= t - self.second < 4.0:        # two beams turn across the hall
            since = t - self.second
            angle = self.side * (-1.0 + .55 * since)
            origin = np.array([-self.side * 1.0, -8.0])
            gain = 1.0
            fade = np.clip(min(since / .5, (4.0 - since) / .5), 0, 1)
            for shift in (-.45, .45):
                dx, dy = x - origin[0] - shift, y - origin[1]
                distance = np.hypot(dx, dy) + .1
                off = np.arctan2(dx, dy) - angle
                beam = np.exp(-(off / .10) ** 2) * np.clip(9 / distance, 0, 1.6) * np.exp(-np.clip(z - .4, 0, 9) * .8)
                gain = gain + fade * beam * np.where(floor, .62, .4)
        return gain


class WetFloor(Shadow):
    """A floor that is wet all the time: the hall's reflection lies in it, a shadow and headlights pass over it."""

    def __init__(self, rng, liquid=None):
        super().__init__(rng)
        self.notes = {"negative": "light and shadow pass over a floor that is wet from the beginning"}
        self.liquid = LIQUIDS[liquid or str(rng.choice(["water", "oil"]))]
        self.rng_puddle = np.random.default_rng(int(rng.integers(1 << 31)))
        self.area = float(rng.uniform(1.2, 2.4))

    def prepare(self, site, rng):
        super().prepare(site, rng)
        x, y = site.free_spot(rng, (-1.5, 1.5), (site.walkway[1], site.walkway[1] + 1.2), 1.0, seen=[(0, 0)])
        self.puddle = Puddle(self.rng_puddle, self.liquid, (x, y), (.3, -.2), self.area, -30, -20)

    def glow(self, points, floor, t, size):
        gain = super().glow(points, floor, t, size)
        if gain is None or not 0 <= t - self.second < 4.0:
            return gain
        # What is wet mirrors the lamps: brighter there.
        wet = self.puddle.cover(points, t)
        return gain if wet is None else gain * (1 + .8 * np.clip(gain - 1, 0, 1) * wet * floor)
