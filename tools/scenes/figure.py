"""Shapes and clothes of the walking figure."""
import numpy as np

from .noise import smooth_noise


def loft(sections, n=16, power=2.3):
    """A closed tube through superelliptic sections (z, half x, half y, centre x); returns vertices, faces, uv."""
    vertices, uv, faces = [], [], []
    z0, z1 = sections[0][0], sections[-1][0]
    for z, rx, ry, cx in sections:
        for k in range(n + 1):
            a = 2 * np.pi * k / n
            c, s = np.cos(a), np.sin(a)
            vertices.append((cx + rx * np.sign(c) * abs(c) ** (2 / power), ry * np.sign(s) * abs(s) ** (2 / power), z))
            uv.append((k / n, (z - z0) / (z1 - z0)))
    for r in range(len(sections) - 1):
        for k in range(n):
            a, b, c, d = r * (n + 1) + k, r * (n + 1) + k + 1, (r + 1) * (n + 1) + k, (r + 1) * (n + 1) + k + 1
            faces += [(a, b, d), (a, d, c)]
    for r, flip in ((0, True), (len(sections) - 1, False)):
        centre = len(vertices)
        vertices.append((sections[r][3], 0, sections[r][0]))
        uv.append((.5, 0 if flip else 1))
        for k in range(n):
            a, b = r * (n + 1) + k, r * (n + 1) + k + 1
            faces.append((centre, b, a) if flip else (centre, a, b))
    if z1 < z0:
        faces = [(a, c, b) for a, b, c in faces]
    return np.array(vertices), faces, np.array(uv)


def cloth(rng, colour, size=64, folds=.10):
    """Woven cloth with soft folds."""
    base = np.ones((size, size, 3), np.float32) * colour
    return np.clip(base * (1 + folds * smooth_noise(rng, (size, size), 18, 3))[..., None], 0, 1)


def vest(rng, size=128):
    """A hi-vis vest: fluorescent cloth, reflective bands round the waist and over the shoulders."""
    tone = [(.80, .92, .12), (.96, .45, .08)][int(rng.integers(2))]
    image = cloth(rng, np.array(tone), size, .07)
    silver = np.array((.82, .83, .82))
    for v in (.28, .50):
        image[int((1 - v) * size) - 5:int((1 - v) * size) + 5] = silver
    for u in (.12, .38, .62, .88):
        image[:size // 2, int(u * size) - 3:int(u * size) + 3] = silver
    image[:, :2] *= .45
    image[:, -2:] *= .45
    return image
