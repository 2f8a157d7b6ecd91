"""Random outlines: textured shapes that stand for objects of any kind, and the outlines of liquids."""

import cv2
import numpy as np


def blob(rng, side: int, roughness: float, points: int = 96):
    """A closed star-shaped outline as a float32 mask [side, side], 0..1; `roughness` 0 gives an ellipse."""
    angle = np.linspace(0, 2 * np.pi, points, endpoint=False)
    radius = np.ones(points)
    for order in range(2, 9):
        radius += roughness * rng.normal() / order * np.cos(order * angle + rng.uniform(0, 6.3))
    radius = np.clip(radius, 0.25, None)
    outline = np.stack([np.cos(angle) * radius * rng.uniform(0.5, 1), np.sin(angle) * radius], 1)
    turn = rng.uniform(0, 6.3)
    outline = outline @ np.array([[np.cos(turn), -np.sin(turn)], [np.sin(turn), np.cos(turn)]])
    outline = outline / np.abs(outline).max() * (side / 2 - 2) + side / 2
    mask = np.zeros((side, side), np.uint8)
    cv2.fillPoly(mask, [np.round(outline * 8).astype(np.int32)], 255, cv2.LINE_AA, 3)
    return mask.astype(np.float32) / 255


def polygon(rng, side: int):
    """A random polygon of 3 to 8 corners, or a rectangle in perspective, float32 [side, side]."""
    corners = rng.integers(3, 9)
    angle = (
        np.sort(rng.uniform(0, 2 * np.pi, corners))
        if rng.random() < 0.5
        else np.arange(4) * np.pi / 2 + rng.normal(0.8, 0.2, 4)
    )
    radius = rng.uniform(0.5, 1, len(angle)) * (side / 2 - 2)
    outline = np.stack([np.cos(angle) * radius, np.sin(angle) * radius], 1) + side / 2
    mask = np.zeros((side, side), np.uint8)
    cv2.fillPoly(mask, [np.round(outline * 8).astype(np.int32)], 255, cv2.LINE_AA, 3)
    return mask.astype(np.float32) / 255


def random_shape(rng, surfaces):
    """A textured, shaded, sometimes two-part shape, RGBA uint8 [192, 192, 4]."""
    side = 192
    mask = polygon(rng, side) if rng.random() < 0.5 else blob(rng, side, rng.uniform(0, 0.6))

    def paint():
        tile = cv2.resize(surfaces[rng.integers(len(surfaces))], (side, side)).astype(np.float32)
        if rng.random() < 0.4:
            tile = tile * rng.uniform(0, 0.4) + rng.uniform(0, 255, 3) * rng.uniform(0.6, 1)
        return tile

    colour = paint()
    if rng.random() < 0.35:
        part = cv2.warpAffine(
            blob(rng, side, 0.4),
            np.float32([[0.5, 0, rng.uniform(10, 90)], [0, 0.5, rng.uniform(10, 90)]]),
            (side, side),
        )
        colour = colour + (paint() - colour) * part[..., None]
    ramp = np.linspace(-1, 1, side)
    shade = 1 + rng.uniform(-0.3, 0.3) * ramp[:, None] + rng.uniform(-0.3, 0.3) * ramp[None]
    colour = colour * shade[..., None] * rng.uniform(0.6, 1.2)
    return np.dstack([colour.clip(0, 255), mask * 255]).astype(np.uint8)
