"""Seeded smooth noise used by textures, puddles and lighting."""
import cv2
import numpy as np


def smooth_noise(rng: np.random.Generator, shape: tuple[int, int], cell: float, octaves: int = 4,
                 gain: float = 0.5) -> np.ndarray:
    """Fractal value noise, mean 0, about unit variance; `cell` is the size in pixels of the coarsest blobs."""
    height, width = shape
    if cell / 2 ** (octaves - 1) > 4 and min(shape) > 300:      # nothing is finer than 4 pixels: half size will do
        small = smooth_noise(rng, (height // 2, width // 2), cell / 2, octaves, gain)
        return cv2.resize(small, (width, height), interpolation=cv2.INTER_LINEAR)
    out = np.zeros(shape, np.float32)
    amplitude = 1.0
    for _ in range(octaves):
        gh, gw = max(2, int(np.ceil(height / cell)) + 2), max(2, int(np.ceil(width / cell)) + 2)
        grid = rng.standard_normal((gh, gw)).astype(np.float32)
        out += amplitude * cv2.resize(grid, (width, height), interpolation=cv2.INTER_CUBIC)
        amplitude *= gain
        cell = max(1.0, cell / 2)
    return (out - out.mean()) / (out.std() + 1e-6)


def grain(rng: np.random.Generator, shape: tuple[int, int], sigma: float) -> np.ndarray:
    """Fine independent grain, slightly blurred so that it survives mip-mapping."""
    return cv2.GaussianBlur(rng.standard_normal(shape).astype(np.float32), (0, 0), 0.7) * sigma * 1.8


def to_png(rgb: np.ndarray) -> bytes:
    """Encodes an RGB float (0…1) or uint8 picture as PNG bytes."""
    if rgb.dtype != np.uint8:
        rgb = np.clip(rgb * 255, 0, 255).astype(np.uint8)
    ok, data = cv2.imencode(".png", rgb[..., ::-1])
    if not ok:
        raise RuntimeError("PNG encoding failed")
    return data.tobytes()
