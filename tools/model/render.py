"""Renders warehouse-like scenes with MuJoCo: cartons, pallets, stacks, drums, cans, bags, racks, with per-geom ids.

    MUJOCO_GL=osmesa python -m tools.model.render --textures FILE --out DIR --scenes 300 [--seed 1]

Writes DIR/renders.npy, uint8 [scenes * FRAMES, 270, 480, 4] (RGB and geom id, 255 = nothing) and DIR/renders.json, one
entry a scene: `body` (geom id -> body), `group` (body -> stack or rack it belongs to, or -1), `movable` (body -> bool).
The frames of a scene follow each other in simulated time, so an object keeps its ids: true pairs for learning to track.
"""

import argparse
import json
import pathlib
import time

import cv2
import mujoco
import numpy as np

HEIGHT, WIDTH, FRAMES = 270, 480, 6


class SceneBuilder:
    """Collects the XML of one random scene, its textures and its body groups."""

    def __init__(self, rng, textures):
        self.rng, self.textures = rng, textures
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
        for level in range(levels):
            at = -length + 0.2
            while at < length - 0.25:
                half = rng.uniform(0.1, 0.24, 3)
                half[2] = min(half[2], pitch * 0.4)
                if rng.random() < 0.8:
                    self.body(
                        (x + at + half[0], y + rng.uniform(-0.1, 0.1), pitch * (level + 0.6) + 0.035 + half[2]),
                        self.carton(half, self.material(True), self.material()),
                        rng.normal(0, 0.1),
                    )
                at += 2 * half[0] + rng.uniform(0.02, 0.3)

    def xml(self) -> str:
        """The scene: floor, walls, lights, bodies."""
        rng = self.rng
        for _ in range(rng.integers(0, 3)):
            self.stack(rng.uniform(-1.8, 1.8), rng.uniform(-1, 2))
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
        lights = "".join(
            f'<light pos="{rng.uniform(-3, 3):.2f} {rng.uniform(-4, 3):.2f} {rng.uniform(2.5, 6):.2f}"
            dir="{rng.normal(0, 0.3):.2f} ' f'{rng.normal(0, 0.3):.2f} -1" diffuse="{(d := rng.uniform(0.25, 0.8)):.2f}
            {d * rng.uniform(0.85, 1):.2f} ' f'{d * rng.uniform(0.75, 1):.2f}" castshadow="{"true" if k == 0 else
            "false"}" cutoff="90"/>' for k in range(rng.integers(1, 4))
        )
        ambient, head = rng.uniform(0.2, 0.55), rng.uniform(0.1, 0.6)
        return (
            f'<mujoco><compiler angle="radian"/><option timestep="0.006" iterations="8"/><visual><headlight '
            f'ambient="{ambient:.2f} {ambient:.2f} {ambient:.2f}" diffuse="{head:.2f} {head:.2f} {head:.2f}"/><quality
            shadowsize="1024"/>' f'<global offwidth="{WIDTH}" offheight="{HEIGHT}"/><map
            znear="0.02"/></visual><asset>{"".join(self.asset_xml)}</asset>' f'<worldbody>{lights}<geom type="plane"
            size="9 9 0.1" material="{floor}"/>{walls}' f"{''.join(self.bodies)}</worldbody></mujoco>"
        )


def render_scene(rng, textures):
    """Frames [FRAMES, HEIGHT, WIDTH, 4] of one random scene and its description."""
    builder = SceneBuilder(rng, textures)
    text = builder.xml()
    model = mujoco.MjModel.from_xml_string(text, builder.assets)
    data = mujoco.MjData(model)
    data.qvel[:] = rng.normal(0, rng.choice([0.0, 0.3, 1.5]), model.nv)
    camera, option = mujoco.MjvCamera(), mujoco.MjvOption()
    camera.lookat[:] = rng.uniform((-0.8, -0.5, 0.1), (0.8, 1, 0.8))
    camera.distance, camera.azimuth, camera.elevation = rng.uniform(1.8, 6), rng.uniform(50, 130), -rng.uniform(8, 70)
    model.vis.global_.fovy = rng.uniform(30, 70)
    frames = np.empty((FRAMES, HEIGHT, WIDTH, 4), np.uint8)
    shaking = rng.random() < 0.3
    step = int(rng.choice([8, 16, 40]))
    with mujoco.Renderer(model, HEIGHT, WIDTH) as renderer:
        mujoco.mj_step(model, data, 10)
        for index in range(FRAMES):
            mujoco.mj_step(model, data, step)
            if shaking:
                camera.azimuth += rng.normal(0, 3)
                camera.distance *= 1 + rng.normal(0, 0.05)
            renderer.update_scene(data, camera, option)
            frames[index, ..., :3] = renderer.render()
            renderer.enable_segmentation_rendering()
            renderer.update_scene(data, camera, option)
            ids = renderer.render()[..., 0]
            renderer.disable_segmentation_rendering()
            frames[index, ..., 3] = np.where(ids < 0, 255, np.minimum(ids, 255))
    names = [model.body(i).name for i in range(model.nbody)]
    return frames, {
        "body": model.geom_bodyid[:254].tolist(),
        "group": [builder.groups.get(n, -1) for n in names],
        "movable": [bool(model.body_dofnum[i]) for i in range(model.nbody)],
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--textures", required=True, help="the array that tools.model.textures writes")
    parser.add_argument("--out", required=True)
    parser.add_argument("--scenes", type=int, default=300)
    parser.add_argument("--seed", type=int, default=1)
    args = parser.parse_args()
    cache = pathlib.Path(args.out)
    cache.mkdir(parents=True, exist_ok=True)
    textures = np.load(args.textures, mmap_mode="r")
    store = np.lib.format.open_memmap(cache / "renders.npy", "w+", np.uint8, (args.scenes * FRAMES, HEIGHT, WIDTH, 4))
    scenes, began, seed = [], time.time(), args.seed * 1_000_003
    while len(scenes) < args.scenes:
        seed += 1
        try:
            frames, scene = render_scene(np.random.default_rng(seed), textures)
        except (ValueError, mujoco.FatalError) as problem:
            print(f"render: scene {seed} left out: {str(problem)[:120]}", flush=True)
            continue
        store[len(scenes) * FRAMES : (len(scenes) + 1) * FRAMES] = frames
        scenes.append(scene)
        if len(scenes) % 50 == 0:
            print(
                f"render: {len(scenes)} of {args.scenes} scenes, {len(scenes) * FRAMES / (time.time() - began):.1f} "
                "pictures/s",
                flush=True,
            )
            (cache / "renders.json").write_text(json.dumps(scenes))
    store.flush()
    (cache / "renders.json").write_text(json.dumps(scenes))


if __name__ == "__main__":
    main()
