"""Random warehouse-like scenes as MuJoCo XML: cartons, pallets, stacks of like cartons, wrapped loads, sacks, drums,
cans, bags, racks."""

import cv2
import numpy as np

from .creatures import Creature

HEIGHT, WIDTH, FRAMES = 288, 512, 8


class SceneBuilder:
    """Collects the XML of one random scene, its textures and its body groups."""

    def __init__(self, rng, textures, jointed: bool = False):
        self.rng, self.textures, self.jointed = rng, textures, jointed
        self.assets, self.asset_xml, self.bodies, self.geoms = {}, [], [], 0
        self.groups, self.group_count = {}, 0

    def material(self, cardboard: bool = False, shine: float | None = None, repeat: int | None = None) -> str:
        """A new material: a photographic surface tinted at random, or speckled cardboard, or a plain colour."""
        rng, index = self.rng, len(self.asset_xml)
        draw = rng.random()
        if cardboard and draw < 0.7:
            tone = np.array([rng.uniform(120, 205), 0, 0])
            tone[1], tone[2] = tone[0] * rng.uniform(0.72, 0.88), tone[0] * rng.uniform(0.45, 0.68)
            tile = tone + cv2.GaussianBlur(rng.normal(0, 60, (128, 128)), (0, 0), rng.uniform(1, 6))[..., None]
            tile = np.clip(tile, 0, 255).astype(np.uint8)
        elif draw < 0.75:
            tile = self.textures[rng.integers(len(self.textures))][::2, ::2]
        else:
            tile = np.full((8, 8, 3), rng.integers(10, 245, 3), np.uint8)
        tint = rng.uniform(0.55, 1.0, 3) if rng.random() < 0.5 else np.ones(3) * rng.uniform(0.5, 1)
        name = f"m{index}"
        self.assets[f"{name}.png"] = cv2.imencode(".png", np.ascontiguousarray(tile[..., ::-1]))[1].tobytes()
        flat = repeat is not None
        repeat = repeat or rng.choice([1, 1, 2, 3])
        shine = rng.uniform(0, 0.7) if shine is None else shine
        kind = "2d" if flat or rng.random() < 0.5 else "cube"
        self.asset_xml.append(
            f'<texture name="{name}" type="{kind}" file="{name}.png"/><material name="{name}" texture="{name}" '
            f'texrepeat="{repeat} {repeat}" specular="{shine:.2f}" shininess="{rng.uniform(0, 1):.2f}" '
            f'rgba="{tint[0]:.2f} {tint[1]:.2f} {tint[2]:.2f} 1"/>'
        )
        return name

    def body(
        self, position, geoms: list[str], yaw: float = 0, free: bool = True, group: int = -1, tumbling: bool = False
    ) -> None:
        """Adds a body of the given geom fragments at a position (metres) with a yaw (radians) or any rotation."""
        if self.geoms + len(geoms) > 250:
            return
        self.geoms += len(geoms)
        name = f"b{len(self.bodies)}"
        self.groups[name] = group
        turn = self.rng.normal(size=4) if tumbling else np.array([np.cos(yaw / 2), 0, 0, np.sin(yaw / 2)])
        turn = turn / np.linalg.norm(turn)
        self.bodies.append(
            f'<body name="{name}" pos="{position[0]:.3f} {position[1]:.3f} {position[2]:.3f}" '
            f'quat="{turn[0]:.3f} {turn[1]:.3f} {turn[2]:.3f} {turn[3]:.3f}">'
            f"{'<freejoint/>' if free else ''}{''.join(geoms)}</body>"
        )

    def creature(self) -> None:
        """A body with joints, standing, lying or in the air."""
        name = f"b{len(self.bodies)}"
        place = (self.rng.uniform(-1.2, 1.2), self.rng.uniform(-1.5, 1), self.rng.uniform(0.5, 1.2))
        text, parts = Creature(self, place).xml(name)
        if self.geoms + parts <= 250:
            self.geoms += parts
            self.groups[name] = -1
            self.bodies.append(text)

    @staticmethod
    def geom(kind: str, size, material: str, position=(0, 0, 0), euler=None, ghost: bool = False) -> str:
        """XML of one geom; a ghost is painted on (tape, label) and takes no part in contacts."""
        numbers = " ".join(f"{value:.4f}" for value in size)
        place = " ".join(f"{value:.4f}" for value in position)
        turned = f' euler="{euler[0]} {euler[1]} {euler[2]}"' if euler else ""
        contact = ' contype="0" conaffinity="0" mass="0.001"' if ghost else ""
        return f'<geom type="{kind}" size="{numbers}" pos="{place}" material="{material}"{turned}{contact}/>'

    def carton(self, half, material: str, decoration: str | None) -> list[str]:
        """A box of half sizes [3] with, mostly, a tape over the top and labels on its sides."""
        rng, geoms = self.rng, [self.geom("box", half, material)]
        if decoration and rng.random() < 0.6:
            geoms.append(
                self.geom(
                    "box", (half[0] * 1.003, half[1] * rng.uniform(0.05, 0.12), half[2] * 1.003), decoration, ghost=True
                )
            )
        if decoration and rng.random() < 0.5:
            side = rng.choice([-1, 1])
            geoms.append(
                self.geom(
                    "box",
                    (half[0] * 0.01, half[1] * 0.3, half[2] * 0.25),
                    self.material(),
                    (side * half[0], rng.uniform(-0.4, 0.4) * half[1], 0.2 * half[2]),
                    ghost=True,
                )
            )
        return geoms

    def thing(self) -> list[str]:
        """One random loose object: carton, drum, can, bag, ball or a compound of a few shapes."""
        rng, kind = self.rng, self.rng.random()
        scale = rng.uniform(0.08, 0.4)
        if kind < 0.45:
            return self.carton(scale * rng.uniform(0.5, 1.2, 3), self.material(True), self.material())
        if kind < 0.65:
            radius, half = scale * rng.uniform(0.4, 0.8), scale * rng.uniform(0.5, 1.3)
            geoms = [self.geom("cylinder", (radius, half), self.material())]
            if rng.random() < 0.7:
                band = self.material()
                for height in rng.uniform(-0.8, 0.9, rng.integers(1, 4)):
                    geoms.append(
                        self.geom(
                            "cylinder",
                            (radius * 1.03, half * rng.uniform(0.03, 0.3)),
                            band,
                            (0, 0, height * half),
                            ghost=True,
                        )
                    )
            return geoms
        if kind < 0.78:
            return [self.geom("ellipsoid", scale * rng.uniform(0.4, 1.2, 3), self.material())]
        if kind < 0.84:
            return [self.geom("capsule", (scale * 0.4, scale * rng.uniform(0.3, 1)), self.material())]
        materials = [self.material() for _ in range(2)]
        geoms, reach = [], np.zeros(3)
        for _ in range(rng.integers(2, 5)):
            shape = rng.choice(["box", "cylinder", "ellipsoid", "capsule"])
            size = scale * rng.uniform(0.15, 0.7, {"box": 3, "ellipsoid": 3}.get(shape, 2))
            geoms.append(self.geom(shape, size, materials[rng.integers(2)], reach))
            reach = reach + rng.uniform(-0.5, 0.5, 3) * scale
        return geoms

    def stack(self, x: float, y: float) -> None:
        """Cartons of one kind in layers, mostly on a pallet; one group."""
        rng, group = self.rng, self.group_count
        self.group_count += 1
        half = rng.uniform(0.1, 0.25, 3)
        nx, ny, nz = rng.integers(1, 4), rng.integers(1, 3), rng.integers(1, 5)
        height, yaw = 0.0, rng.uniform(-1.5, 1.5)
        turn = np.array([[np.cos(yaw), -np.sin(yaw)], [np.sin(yaw), np.cos(yaw)]])
        span = np.array([nx * half[0], ny * half[1]])
        if rng.random() < 0.65:
            wood = self.material()
            geoms = [
                self.geom("box", (span[0] + 0.02, 0.05, 0.012), wood, (0, offset * span[1], 0.13))
                for offset in np.linspace(-0.9, 0.9, 5)
            ]
            geoms += [
                self.geom("box", (0.05, span[1], 0.055), wood, (offset * span[0] * 0.85, 0, 0.06))
                for offset in (-1, 0, 1)
            ]
            self.body((x, y, 0.001), geoms, yaw, False, group)
            height = 0.143
        same, tape = self.material(True), self.material()
        for level in range(nz):
            for i in range(nx):
                for j in range(ny):
                    if level == nz - 1 and rng.random() < 0.25:
                        continue
                    offset = turn @ np.array([(2 * i - nx + 1) * half[0], (2 * j - ny + 1) * half[1]])
                    material = same if rng.random() < 0.8 else self.material(True)
                    self.body(
                        (x + offset[0], y + offset[1], height + half[2] * (2 * level + 1) + 0.002),
                        self.carton(half * rng.uniform(0.93, 0.995), material, tape),
                        yaw + rng.normal(0, 0.03),
                        True,
                        group,
                    )

    def load(self, x: float, y: float) -> None:
        """A pallet's load of one kind, close together: cartons in a bond, sacks or drums; sometimes wrapped in film,
        which makes it one body."""
        rng, group = self.rng, self.group_count
        self.group_count += 1
        kind = rng.choice(["carton", "carton", "sack", "drum"])
        half = rng.uniform((0.1, 0.1, 0.07), (0.25, 0.2, 0.2)) if kind != "sack" else rng.uniform(0.8, 1.2) * np.array([0.25, 0.16, 0.06])
        if kind == "drum":
            half = np.array([1, 1, 1.5]) * rng.uniform(0.12, 0.22)
        nx, ny, nz = rng.integers(2, 5), rng.integers(2, 4), rng.integers(1, 6) if kind != "drum" else rng.integers(1, 3)
        yaw, wrapped = rng.uniform(-1.5, 1.5), kind != "drum" and rng.random() < 0.35
        turn = np.array([[np.cos(yaw), -np.sin(yaw)], [np.sin(yaw), np.cos(yaw)]])
        same, tape, wood = self.material(kind == "carton"), self.material(), self.material()
        span, parts = np.array([nx * half[0], ny * half[1], nz * half[2]]), []
        boards = [self.geom("box", (span[0], 0.05, 0.012), wood, (0, at * span[1], 0.13)) for at in np.linspace(-0.9, 0.9, 5)]
        boards += [self.geom("box", (0.05, span[1], 0.055), wood, (at * span[0] * 0.85, 0, 0.06)) for at in (-1, 0, 1)]
        for level in range(nz):
            for i, j in np.ndindex(nx, ny):
                if level == nz - 1 and not wrapped and rng.random() < 0.3:
                    continue
                at = np.array([(2 * i - nx + 1) * half[0], (2 * j - ny + 1) * half[1], 0.145 + half[2] * (2 * level + 1)])
                small = half * rng.uniform(0.94, 0.995)
                if kind == "carton":
                    geoms = self.carton(small, same, tape)
                elif kind == "sack":
                    geoms = [self.geom("ellipsoid", small * (1.12, 1.12, 1.35), same)]
                else:
                    geoms = [self.geom("cylinder", (small[0], small[2]), same)]
                    geoms += [self.geom("cylinder", (small[0] * 1.03, 0.012), same, (0, 0, k * small[2] / 3), ghost=True) for k in (-1, 1)]
                if wrapped:
                    place = " ".join(f"{value:.4f}" for value in at)
                    parts.append(f'<body pos="{place}">{"".join(geoms)}</body>')
                    self.geoms += len(geoms)
                else:
                    flat = turn @ at[:2]
                    self.body((x + flat[0], y + flat[1], at[2] + 0.002 * level), geoms, yaw + rng.normal(0, 0.02), True, group)
        if wrapped:
            film = f"film{len(self.asset_xml)}"
            self.asset_xml.append(
                f'<material name="{film}" specular="0.9" shininess="0.8" rgba="0.85 0.88 0.9 {rng.uniform(0.12, 0.5):.2f}"/>'
            )
            size = span * 1.02 + 0.01
            parts.append(self.geom("box", size, film, (0, 0, 0.145 + span[2]), ghost=True))
            self.body((x, y, 0.001), [*boards, *parts], yaw, False, group)
        else:
            self.body((x, y, 0.001), boards, yaw, False, group)

    def rack(self, x: float, y: float) -> None:
        """A shelf of posts and boards (one body) loaded with cartons."""
        rng, steel, board = self.rng, self.material(), self.material()
        length, depth, levels = rng.uniform(0.8, 1.8), rng.uniform(0.3, 0.5), rng.integers(2, 4)
        pitch = rng.uniform(0.6, 1.0)
        geoms = [
            self.geom("box", (0.03, 0.03, levels * pitch / 2), steel, (sx * length, sy * depth, levels * pitch / 2))
            for sx in (-1, 1)
            for sy in (-1, 1)
        ]
        geoms += [
            self.geom("box", (length, depth, 0.03), board, (0, 0, pitch * (level + 0.6))) for level in range(levels)
        ]
        self.body((x, y, 0), geoms, 0, False)
        alike = rng.random() < 0.5  # a bay of one article, side by side
        size, material, tape = rng.uniform(0.1, 0.24, 3), self.material(True), self.material()
        for level in range(levels):
            at = -length + 0.2
            while at < length - 0.25:
                half = size.copy() if alike else rng.uniform(0.1, 0.24, 3)
                half[2] = min(half[2], pitch * 0.4)
                if rng.random() < (0.95 if alike else 0.8):
                    self.body(
                        (x + at + half[0], y + rng.uniform(-0.1, 0.1), pitch * (level + 0.6) + 0.035 + half[2]),
                        self.carton(half, material, tape) if alike else self.carton(half, self.material(True), self.material()),
                        rng.normal(0, 0.01 if alike else 0.1),
                    )
                at += 2 * half[0] + (rng.uniform(0.002, 0.02) if alike else rng.uniform(0.02, 0.3))

    def xml(self) -> str:
        """The scene: floor, walls, lights, bodies."""
        rng = self.rng
        for _ in range(rng.integers(1, 4) if self.jointed else 0):
            self.creature()
        for _ in range(rng.integers(0, 3)):
            self.stack(rng.uniform(-1.8, 1.8), rng.uniform(-1, 2))
        for _ in range(rng.integers(0, 3)):
            self.load(rng.uniform(-1.5, 1.5), rng.uniform(-0.6, 2))
        for _ in range(rng.integers(0, 3) if rng.random() < 0.5 else 0):
            self.rack(rng.uniform(-2, 2), rng.uniform(1.4, 3))
        twin = self.thing()
        for _ in range(rng.integers(2, 10)):
            place = (rng.uniform(-2, 2), rng.uniform(-1.8, 2), rng.uniform(0.2, 1.8))
            self.body(place, twin if rng.random() < 0.25 else self.thing(), 0, True, -1, rng.random() < 0.6)
        floor = self.material(shine=rng.uniform(0, 0.3), repeat=rng.integers(1, 10))
        walls = "".join(
            self.geom("box", size, self.material(), place)
            for size, place in (((6, 0.05, 3), (0, rng.uniform(3, 5), 3)), ((0.05, 6, 3), (rng.uniform(-6, -3), 0, 3)))
            if rng.random() < 0.8
        )
        lights = "".join(self.light(index == 0) for index in range(rng.integers(1, 4)))
        ambient, head = rng.uniform(0.2, 0.55), rng.uniform(0.1, 0.6)
        return (
            '<mujoco><compiler angle="radian"/><option timestep="0.006" iterations="8"/><visual>'
            f'<headlight ambient="{ambient:.2f} {ambient:.2f} {ambient:.2f}" '
            f'diffuse="{head:.2f} {head:.2f} {head:.2f}"/>'
            f'<quality shadowsize="1024"/><global offwidth="{WIDTH}" offheight="{HEIGHT}"/><map znear="0.02"/></visual>'
            f"<asset>{''.join(self.asset_xml)}</asset><worldbody>{lights}"
            f'<geom type="plane" size="9 9 0.1" material="{floor}"/>{walls}{"".join(self.bodies)}</worldbody></mujoco>'
        )

    def light(self, shadow: bool) -> str:
        """One lamp of random place and warmth."""
        rng = self.rng
        at, lean, power = rng.uniform((-3, -4, 2.5), (3, 3, 6)), rng.normal(0, 0.3, 2), rng.uniform(0.25, 0.8)
        green, blue = power * rng.uniform(0.85, 1), power * rng.uniform(0.75, 1)
        return (
            f'<light pos="{at[0]:.2f} {at[1]:.2f} {at[2]:.2f}" dir="{lean[0]:.2f} {lean[1]:.2f} -1" cutoff="90" '
            f'diffuse="{power:.2f} {green:.2f} {blue:.2f}" castshadow="{"true" if shadow else "false"}"/>'
        )
