"""What a real camera adds: lens distortion, vignette, exposure control, white balance, noise, text overlay."""
import datetime

import cv2
import numpy as np

from .family import Family


class Lens:
    """Barrel distortion about the picture's centre; corners stay in the corners."""

    def __init__(self, size, strength):
        self.size, self.strength = size, strength
        w, h = size
        self.centre, self.radius = np.array([w / 2, h / 2]), np.hypot(w, h) / 2
        u, v = np.meshgrid(np.arange(w) + .5, np.arange(h) + .5)
        x, y = (u - w / 2) / self.radius, (v - h / 2) / self.radius
        scale = (1 + strength * (x * x + y * y)) / (1 + strength)
        self.map = ((x * scale * self.radius + w / 2 - .5).astype(np.float32),
                    (y * scale * self.radius + h / 2 - .5).astype(np.float32))

    def apply(self, picture, shake=(0, 0, 0)):
        """Distorts a picture; `shake` = (dx px, dy px, roll rad) of the camera in this frame."""
        return cv2.remap(picture, *self._shaken(shake), cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)

    def apply_ids(self, ids, shake=(0, 0, 0)):
        """The same for an id map (nearest)."""
        return cv2.remap(ids, *self._shaken(shake), cv2.INTER_NEAREST, borderMode=cv2.BORDER_REPLICATE)

    def _shaken(self, shake):
        dx, dy, roll = shake
        if not (dx or dy or roll):
            return self.map
        x, y = self.map[0] - self.centre[0], self.map[1] - self.centre[1]
        c, s = np.cos(roll), np.sin(roll)
        return ((c * x - s * y + self.centre[0] + dx).astype(np.float32),
                (s * x + c * y + self.centre[1] + dy).astype(np.float32))

    def forward(self, points):
        """Undistorted pixels → pixels in the picture."""
        p = (np.asarray(points, float) - self.centre) / self.radius
        q = p.copy()
        for _ in range(12):
            q = p * (1 + self.strength) / (1 + self.strength * (q ** 2).sum(-1, keepdims=True))
        return q * self.radius + self.centre


class Camera:
    """Applies, in the order of a real one: optics, exposure, colour, noise, then the overlay."""

    def __init__(self, family: Family, size, rng: np.random.Generator, clock: str | None, drift: float):
        self.rng, self.size = rng, size
        u = lambda r: float(rng.uniform(*r))
        self.lens = Lens(size, u(family.barrel))
        w, h = size
        x, y = np.meshgrid((np.arange(w) - w / 2) / (w / 2), (np.arange(h) - h / 2) / (w / 2))
        self.vignette = (1 - u(family.vignette) * (x * x + y * y))[..., None].astype(np.float32)
        self.noise, self.blur = u(family.noise_sigma) / 255, u(family.blur_sigma)
        wb = u(family.white_balance)
        self.balance = np.array([1 + wb, 1, 1 - wb], np.float32)
        self.saturation, self.contrast = u(family.saturation), u(family.contrast)
        self.fixed = (1 + rng.normal(0, .006, (h, w, 1))).astype(np.float32)      # fixed-pattern gain
        self.clock, self.drift = clock, drift
        self.gain, self.target, self.wander = None, float(rng.uniform(.38, .43)), 0.0
        self.start = datetime.datetime(2025, int(rng.integers(1, 13)), int(rng.integers(1, 28)),
                                       int(rng.integers(0, 24)), int(rng.integers(0, 59)), int(rng.integers(0, 30)))
        self.number = int(rng.integers(1, 24))
        self.phase = rng.uniform(0, 6.28, 3)
        self.monochrome = family.monochrome

    def expose(self, picture, t, dt):
        """Auto exposure: follows the mean with about a second's lag, plus slow drift."""
        mean = float(picture[::4, ::4].mean())
        wanted = (self.target / max(mean, .02)) ** .75
        self.gain = wanted if self.gain is None else self.gain + (wanted - self.gain) * min(1, dt / .9)
        drift = 1 + self.drift * (np.sin(t * .55 + self.phase[0]) + .5 * np.sin(t * 1.3 + self.phase[1]))
        return picture * (self.gain * drift)

    def take(self, picture, t, dt, shake=(0, 0, 0)) -> np.ndarray:
        """A clean picture at output size → uint8 RGB as the encoder gets it."""
        picture = self.lens.apply(picture, shake)
        picture = cv2.GaussianBlur(picture, (0, 0), self.blur)
        picture = self.expose(picture * self.vignette, t, dt) * self.balance * self.fixed
        grey = picture @ np.array([.299, .587, .114], np.float32)
        picture = grey[..., None] + (picture - grey[..., None]) * (0 if self.monochrome else self.saturation)
        picture = np.clip((picture - .4) * self.contrast + .4, 0, None)
        picture = np.where(picture > .8, .8 + .2 * np.tanh((picture - .8) / .2), picture)       # shoulder
        sigma = self.noise * np.sqrt(.45 + 1.1 * np.clip(grey, 0, 1))[..., None]
        luma = self.rng.standard_normal(grey.shape, np.float32)[..., None]
        chroma = cv2.resize(self.rng.standard_normal((self.size[1] // 2, self.size[0] // 2, 3), np.float32),
                            self.size, interpolation=cv2.INTER_LINEAR)
        picture = picture + sigma * (.9 * luma + .5 * chroma)
        out = np.clip(picture * 255 + .5, 0, 255).astype(np.uint8)
        return self._overlay(out, t) if self.clock else out

    def _overlay(self, picture, t):
        text = (self.start + datetime.timedelta(seconds=t)).strftime("%d-%m-%Y %H:%M:%S") + f"  HALL-{self.number:02d}"
        (w, h), _ = cv2.getTextSize(text, cv2.FONT_HERSHEY_DUPLEX, .45, 1)
        x = 10 if self.clock[1] == "l" else self.size[0] - w - 10
        y = 8 + h if self.clock[0] == "t" else self.size[1] - 9
        picture = np.ascontiguousarray(picture)
        cv2.putText(picture, text, (x, y), cv2.FONT_HERSHEY_DUPLEX, .45, (10, 10, 10), 3, cv2.LINE_AA)
        cv2.putText(picture, text, (x, y), cv2.FONT_HERSHEY_DUPLEX, .45, (240, 240, 240), 1, cv2.LINE_AA)
        return picture
