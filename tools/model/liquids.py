"""Liquids on floors: soft irregular outlines, tinted, glossy, with blurred reflections; they spread between the
views."""

import cv2
import numpy as np

from .shapes import blob


class Liquid:
    """A puddle over a floor surface (sometimes a photo), maybe with objects standing in it."""

    def __init__(self, rng, background, library):
        self.rng, self.library, self.twins = rng, library, False
        side = background.shape[0]
        self.side, self.floor = side, background
        if rng.random() < 0.8:
            tile = library.surfaces[rng.integers(len(library.surfaces))]
            repeat = int(rng.integers(1, 4))
            tile = np.tile(
                cv2.resize(tile, (side // repeat + 1,) * 2, interpolation=cv2.INTER_AREA), (repeat, repeat, 1)
            )[:side, :side]
            tilt = rng.uniform(0, 0.35) * side
            corners = np.float32([[0, 0], [side, 0], [side, side], [0, side]])
            seen = np.float32([[0, 0], [side, 0], [side + tilt, side], [-tilt, side]])
            self.floor = cv2.warpPerspective(
                tile, cv2.getPerspectiveTransform(corners, seen), (side, side), borderMode=cv2.BORDER_REFLECT
            )
        extent = int(side * np.exp(rng.uniform(np.log(0.15), np.log(0.8))))
        flat, self.parts = rng.uniform(0.3, 1.0), []
        centre = rng.uniform(0.25, 0.75, 2) * side
        for index in range(rng.integers(1, 5)):
            size = max(12, int(extent * (1 if index == 0 else rng.uniform(0.1, 0.6))))
            place = centre if index == 0 else centre + rng.normal(0, 0.4, 2) * extent * (1, flat)
            self.parts.append((blob(rng, size, rng.uniform(0.1, 0.8)), place))
        if rng.random() < 0.5:  # drops thrown about
            for _ in range(rng.integers(3, 14)):
                size = max(6, int(extent * rng.uniform(0.03, 0.15)))
                self.parts.append(
                    (blob(rng, size, rng.uniform(0, 0.5)), centre + rng.normal(0, 0.5, 2) * extent * (1, flat))
                )
        self.flat = flat
        self.softness = rng.uniform(0.5, 2.5)
        # water and oil darken and shine; coffee, paint, milk, juice, sauce hide the floor
        hues = [
            (20, 20, 20),
            (240, 240, 235),
            (90, 50, 20),
            (150, 30, 20),
            (210, 130, 20),
            (190, 170, 120),
            rng.uniform(0, 255, 3),
        ]
        self.colour = np.clip(np.array(hues[rng.integers(len(hues))]) + rng.normal(0, 20, 3), 0, 255)
        self.opacity = rng.uniform(0, 0.35) if rng.random() < 0.5 else rng.uniform(0.4, 1)
        self.darken, self.gloss = rng.uniform(0.45, 1.0), rng.uniform(0.1, 0.8)
        pool = library.photos + library.people[:300]
        mirror = (
            pool[rng.integers(len(pool))][0][::-1]
            if rng.random() < 0.7
            else library.surfaces[rng.integers(len(library.surfaces))]
        )
        self.mirror = cv2.GaussianBlur(
            cv2.resize(mirror, (side, side)), (0, 0), np.exp(rng.uniform(np.log(1.5), np.log(14)))
        ).astype(np.float32)
        if rng.random() < 0.5:
            self.mirror = self.mirror * 0.5 + 255 * rng.uniform(0.2, 0.6)
        self.covers = []
        if rng.random() < 0.4 and library.cutouts:
            for _ in range(rng.integers(1, 3)):
                self.covers.append(
                    (
                        library.cutouts[rng.integers(len(library.cutouts))],
                        rng.uniform(0, 1, 2) * side,
                        rng.uniform(0.15, 0.5) * side,
                    )
                )

    def outline(self, grow: float):
        """Coverage of the liquid, float32 [side, side]."""
        field = np.zeros((self.side, self.side), np.float32)
        for shape, place in self.parts:
            half = shape.shape[0] / 2
            matrix = np.float32(
                [[grow, 0, place[0] - grow * half], [0, grow * self.flat, place[1] - grow * self.flat * half]]
            )
            field = np.maximum(field, cv2.warpAffine(shape, matrix, (self.side, self.side), flags=cv2.INTER_LINEAR))
        merged = cv2.GaussianBlur(field, (0, 0), 3)
        return np.clip((merged - 0.5) * 3 / self.softness + 0.5, 0, 1)

    def view(self, index: int, absent: bool = False):
        from .scenes import affine, warp_onto

        rng, floor = self.rng, self.floor.astype(np.float32)
        cover = (
            np.zeros((self.side, self.side), np.float32) if absent else self.outline(1 + index * rng.uniform(0, 0.3))
        )
        wet = floor * np.float32(self.darken * (1 - self.opacity)) + (self.colour * self.opacity).astype(np.float32)
        fresnel = (self.gloss * np.linspace(1, rng.uniform(0.3, 1), self.side)[:, None, None]).astype(np.float32)
        wet = wet * (1 - fresnel * np.float32(0.5)) + self.mirror * (fresnel * np.float32(rng.uniform(0.4, 0.9)))
        rim = cv2.Sobel(cv2.GaussianBlur(cover, (0, 0), 1.5), cv2.CV_32F, 0, 1, ksize=3)
        wet += (rim * np.float32(rng.uniform(-60, 90)))[..., None]
        wet = wet.clip(0, 255).astype(np.uint8)
        canvas = cv2.blendLinear(wet, np.ascontiguousarray(self.floor), cover, 1 - cover)
        for rgba, centre, size in self.covers:
            warp_onto(canvas, cover, rgba, affine(rgba.shape, centre, size / max(rgba.shape[:2]), 0, False))
        return canvas, cover
