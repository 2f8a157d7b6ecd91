"""Liquids on floors: irregular soft outlines with splashes, from clear films to paint, with reflections of what stands
around. They spread from view to view."""

import cv2
import numpy as np

from .floors import Floor
from .shapes import blob


class Outline:
    """Coverage of a puddle on a floor of `side` pixels that is seen under an angle (`flat`: height over width)."""

    def __init__(self, rng, side: int, flat: float, lowest: float):
        self.side, self.flat = side, flat
        extent = side * np.exp(rng.uniform(np.log(0.12), np.log(1.25)))
        middle = np.array([rng.uniform(0.2, 0.8), rng.uniform(lowest + 0.5 * (1 - lowest) * 0.4, 0.95)]) * side
        self.parts, self.softness = [], np.exp(rng.uniform(np.log(0.4), np.log(3.5)))
        for index in range(rng.integers(1, 6)):
            size = max(12, int(extent * (1 if index == 0 else rng.uniform(0.15, 0.7))))
            place = middle if index == 0 else middle + rng.normal(0, 0.4, 2) * extent * (1, flat)
            self.parts.append((blob(rng, min(size, 2 * side), rng.uniform(0.05, 0.8)), place))
        if rng.random() < 0.3:  # a tongue that ran off
            heading, at = rng.uniform(0, 6.3), middle.copy()
            for _ in range(rng.integers(4, 12)):
                heading += rng.normal(0, 0.4)
                at = at + np.array([np.cos(heading), np.sin(heading) * flat]) * extent * 0.09
                size = max(8, int(extent * rng.uniform(0.08, 0.2)))
                self.parts.append((blob(rng, size, 0.3), at.copy()))
        if rng.random() < 0.45:  # drops thrown about, denser near the middle
            for _ in range(rng.integers(3, 25)):
                size = max(5, int(extent * rng.uniform(0.015, 0.12)))
                throw = rng.normal(0, 1, 2) * extent * rng.uniform(0.25, 0.7) * (1, flat)
                self.parts.append((blob(rng, size, rng.uniform(0, 0.5)), middle + throw))
        self.noise = np.zeros((side, side), np.float32)
        if rng.random() < 0.6:  # the floor's unevenness
            for octave in (64, 32, 16, 8)[: rng.integers(1, 5)]:
                cells = rng.normal(0, 1, (int(side / octave / flat) + 2, side // octave + 2)).astype(np.float32)
                self.noise += cv2.resize(cells, (side, side), interpolation=cv2.INTER_CUBIC) * (octave / 64) ** 0.7
            self.noise *= rng.uniform(0.05, 0.3)
        self.closing = int(side * rng.uniform(0, 0.025))

    def draw(self, grow: float):
        """float32 [side, side], 0..1."""
        field = np.zeros((self.side, self.side), np.float32)
        for shape, place in self.parts:
            half = shape.shape[0] / 2
            matrix = np.float32(
                [[grow, 0, place[0] - grow * half], [0, grow * self.flat, place[1] - grow * self.flat * half]]
            )
            np.maximum(field, cv2.warpAffine(shape, matrix, (self.side, self.side), flags=cv2.INTER_LINEAR), out=field)
        merged = cv2.GaussianBlur(field, (0, 0), 3)
        if self.noise.any():  # the noise may eat at the rim, not make puddles of its own
            wide = cv2.GaussianBlur(field, (0, 0), 9)
            merged = merged + self.noise * (4 * wide * (1 - wide))
        return np.clip((merged - 0.5) * 4 / self.softness + 0.5, 0, 1).astype(np.float32)

    def meant(self, cover):
        """What a person means by the puddle: narrow gaps between its drops count."""
        if self.closing < 2:
            return cover
        kernel = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (2 * self.closing + 1,) * 2)
        return cv2.morphologyEx(cover, cv2.MORPH_CLOSE, kernel)


class Look:
    """What a liquid makes of the floor under it."""

    # coffee, cola, tea, juice, oil, wine, detergent, coolant: light passes through; milk, paint, sauce: it doesn't
    TINTS = [(0.35, 0.2, 0.1), (0.3, 0.15, 0.1), (0.8, 0.5, 0.25), (0.95, 0.6, 0.15), (0.85, 0.75, 0.35), (0.6, 0.1, 0.15),
             (0.4, 0.6, 0.9), (0.4, 0.9, 0.5)]  # fmt: skip
    PAINTS = [(240, 240, 232), (225, 215, 190), (150, 30, 20), (200, 130, 30), (30, 30, 32), (60, 90, 160), (90, 60, 30)]

    def __init__(self, rng):
        self.rng, kind = rng, rng.random()
        self.absorb, self.paint, self.opacity = np.ones(3, np.float32), np.zeros(3, np.float32), 0.0
        self.gloss = rng.uniform(0.15, 0.95)
        self.dark = 1.0
        if kind < 0.3:  # water: darkens what is porous, hardly what is tiled
            self.dark = rng.uniform(0.55, 0.97)
        elif kind < 0.4:  # a film that shows by what it reflects
            self.dark, self.gloss = rng.uniform(0.9, 1.0), rng.uniform(0.4, 1)
        elif kind < 0.5:  # soaked in: dark and dull
            self.dark, self.gloss = rng.uniform(0.4, 0.85), rng.uniform(0, 0.15)
        elif kind < 0.75:
            tint = np.array(self.TINTS[rng.integers(len(self.TINTS))]) if rng.random() < 0.8 else rng.uniform(0.1, 1, 3)
            self.absorb = np.float32(np.clip(tint, 0.05, 1) ** rng.uniform(0.2, 1.6))
            self.dark = rng.uniform(0.8, 1)
        else:
            colour = self.PAINTS[rng.integers(len(self.PAINTS))] if rng.random() < 0.7 else rng.uniform(0, 255, 3)
            self.paint = np.float32(np.clip(np.array(colour) + rng.normal(0, 15, 3), 0, 255))
            self.opacity, self.gloss = rng.uniform(0.45, 1), rng.uniform(0.05, 0.6)
        self.rim_light, self.rim_dark = rng.uniform(-50, 70), rng.uniform(-0.25, 0.5) * (rng.random() < 0.6)
        self.angle = rng.uniform(0, 6.3)
        self.fresnel = rng.uniform(0.2, 1), rng.uniform(0.3, 0.95)
        self.depth = rng.random() < 0.5  # deeper, and so darker, in the middle

    def over(self, floor, cover, mirror):
        """The picture [h,w,3] uint8 with the liquid where `cover` is, `mirror` float32 being what it reflects."""
        side, out = floor.shape[0], np.array(floor)
        rows, columns = np.nonzero(cover.max(1) > 0)[0], np.nonzero(cover.max(0) > 0)[0]
        if len(rows) == 0:
            return out
        margin = side // 10  # what the blurs below reach
        top, left = max(0, rows[0] - margin), max(0, columns[0] - margin)
        place = (slice(top, rows[-1] + 1 + margin), slice(left, columns[-1] + 1 + margin))
        floor, cover = np.ascontiguousarray(floor[place]), np.ascontiguousarray(cover[place])
        absorb = np.float32(self.absorb * self.dark)
        if self.depth:
            deep = cv2.GaussianBlur(cover, (0, 0), side / 24)[..., None]
            wet = floor * (1 - deep + deep * absorb * np.float32(0.92))
        else:
            wet = floor * absorb
        if self.opacity:
            wet = wet * np.float32(1 - self.opacity) + self.paint * np.float32(self.opacity)
        away = np.linspace(1, self.fresnel[0], side, dtype=np.float32)[place[0], None, None]
        fresnel = away * np.float32(self.gloss * self.fresnel[1])
        wet = wet * (1 - np.float32(0.6) * fresnel) + mirror[place] * fresnel
        soft = cv2.GaussianBlur(cover, (0, 0), 1.5)
        rim = np.cos(self.angle) * cv2.Sobel(soft, cv2.CV_32F, 1, 0, ksize=3)
        rim += np.sin(self.angle) * cv2.Sobel(soft, cv2.CV_32F, 0, 1, ksize=3)
        wet += (rim * np.float32(self.rim_light))[..., None]
        wet *= (1 - np.float32(self.rim_dark) * (4 * soft * (1 - soft)))[..., None]
        np.clip(wet, 0, 255, out=wet)
        out[place] = cv2.blendLinear(wet.astype(np.uint8), floor, cover, 1 - cover)
        return out


class Liquid:
    """A puddle on a floor (a surface in perspective, a photo, a rendered scene), maybe with objects standing in it."""

    def __init__(self, rng, library):
        self.rng, self.library, self.twins = rng, library, False
        self.floor = Floor(rng, library)
        side = self.floor.image.shape[0]
        self.outline = Outline(rng, side, self.floor.flat, self.floor.lowest)
        cover = self.outline.draw(1)
        for _ in range(4):  # what nobody can see teaches nothing
            self.look = Look(rng)
            self.mirror = self.floor.mirror(rng, library)
            seen = self.look.over(self.floor.image, cover, self.mirror)
            if np.abs(seen.astype(np.int16) - self.floor.image)[cover > 0.5].sum() > 18 * max((cover > 0.5).sum(), 1):
                break
        self.spread = rng.uniform(0, 0.15)
        self.covers = []
        if rng.random() < 0.35 and library.cutouts:
            for _ in range(rng.integers(1, 3)):
                cutout = library.cutouts[rng.integers(len(library.cutouts))]
                self.covers.append((cutout, rng.uniform(0, 1, 2) * side, rng.uniform(0.1, 0.45) * side))

    def view(self, index: int, absent: bool = False):
        from .scenes import affine, warp_onto

        cover = self.outline.draw(1 + index * self.spread)
        if absent:
            cover[:] = 0
        if self.floor.solid is not None:
            cover *= self.floor.solid
        canvas = self.look.over(self.floor.image, cover, self.mirror)
        target = self.outline.meant(cover)
        if self.floor.solid is not None:
            target = target * self.floor.solid
        for rgba, centre, size in self.covers:
            warp_onto(canvas, target, rgba, affine(rgba.shape, centre, size / max(rgba.shape[:2]), 0, False))
        return canvas, np.ascontiguousarray(target, np.float32)
