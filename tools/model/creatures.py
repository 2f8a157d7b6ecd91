"""Bodies with joints for the rendered scenes: figures like people, and random ones. All their parts are one object."""

import numpy as np


class Creature:
    """XML of one jointed body: a trunk with limbs of one to three parts, dressed in a few materials."""

    def __init__(self, builder, position):
        self.builder, self.rng, self.position = builder, builder.rng, position
        self.size = self.rng.uniform(0.5, 1.1)
        self.materials = [builder.material() for _ in range(self.rng.integers(1, 5))]
        self.parts = 0

    def xml(self, name: str) -> tuple[str, int]:
        """(the body's XML, its number of geoms)"""
        rng = self.rng
        text = self._person() if rng.random() < 0.6 else self._random()
        turn = rng.normal(size=4) if rng.random() < 0.2 else np.array([1, 0, 0, rng.normal()])
        turn = turn / np.linalg.norm(turn)
        # Without weight it dances where it stands, with weight it falls over.
        self.weightless = "1" if rng.random() < 0.75 else "0"
        text = text.replace("GRAVCOMP", self.weightless)
        place, quat = (" ".join(f"{value:.3f}" for value in values) for values in (self.position, turn))
        return (
            f'<body name="{name}" pos="{place}" quat="{quat}" gravcomp="{self.weightless}"><freejoint/>{text}</body>',
            self.parts,
        )

    def _capsule(self, start, end, radius: float, material: str) -> str:
        self.parts += 1
        ends = " ".join(f"{value:.3f}" for value in (*start, *end))
        return f'<geom type="capsule" fromto="{ends}" size="{radius:.3f}" material="{material}" contype="0" conaffinity="1" density="300"/>'

    def _limb(self, at, direction, length: float, radius: float, materials) -> str:
        """A chain of parts, each on a joint at the end of the one before."""
        if not materials:
            return ""
        end = np.asarray(direction) * length
        place = " ".join(f"{value:.3f}" for value in at)
        next_way = self._near(direction, 0.3)
        return (
            f'<body pos="{place}" gravcomp="GRAVCOMP"><joint type="ball" stiffness="0.6" damping="0.08"/>'
            f"{self._capsule((0, 0, 0), end, radius, materials[0])}"
            f"{self._limb(end, next_way, length * self.rng.uniform(0.8, 1.05), radius * 0.85, materials[1:])}</body>"
        )

    def _near(self, direction, spread: float):
        way = np.asarray(direction, float) + self.rng.normal(0, spread, 3)
        return way / np.linalg.norm(way)

    def _material(self) -> str:
        return self.materials[self.rng.integers(len(self.materials))]

    def _person(self) -> str:
        rng, s = self.rng, self.size
        top, trousers, skin, shoes = (self._material() for _ in range(4))
        wide = s * rng.uniform(0.11, 0.2)
        text = self._capsule((0, 0, 0.12 * s), (0, 0, 0.42 * s), wide, top)
        text += self._capsule((-0.05 * s, 0, 0), (0.05 * s, 0, 0), wide, trousers)
        self.parts += 1
        hair = f'<geom type="sphere" size="{0.125 * s:.3f}" pos="0 {0.03 * s:.3f} 0.04" material="{self._material()}" contype="0" conaffinity="1"/>'
        text += (
            f'<body pos="0 0 {0.68 * s:.3f}" gravcomp="GRAVCOMP"><joint type="ball" stiffness="0.6" damping="0.08"/>'
            f"{self._capsule((0, 0, -0.04 * s), (0, 0, 0.04 * s), 0.115 * s, skin)}{hair}</body>"
        )
        for side in (-1, 1):
            arm = self._near((side * 0.7, 0, -0.7), 0.5)
            sleeve = top if rng.random() < 0.7 else skin
            text += self._limb((side * wide, 0, 0.45 * s), arm, 0.3 * s, 0.055 * s, [sleeve, skin])
            leg = self._near((side * 0.15, 0, -1), 0.25)
            lower = trousers if rng.random() < 0.6 else skin
            text += self._limb((side * 0.1 * s, 0, -0.08 * s), leg, 0.42 * s, 0.085 * s, [trousers, lower, shoes][: rng.integers(2, 4)])
        return text

    def _random(self) -> str:
        rng, s = self.rng, self.size
        half = s * rng.uniform(0.1, 0.35)
        way = self._near((0, 0, 1), 1)
        text = self._capsule(-way * half, way * half, s * rng.uniform(0.08, 0.25), self._material())
        for _ in range(rng.integers(2, 6)):
            dress = [self._material() for _ in range(rng.integers(1, 4))]
            text += self._limb(
                way * rng.uniform(-1, 1) * half, self._near((0, 0, 0), 1), s * rng.uniform(0.15, 0.4), s * rng.uniform(0.03, 0.12), dress
            )
        return text
