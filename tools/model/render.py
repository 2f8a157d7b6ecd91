"""Renders warehouse-like scenes with MuJoCo: cartons, pallets, stacks, wrapped loads, sacks, drums, cans, bags, racks and
jointed figures, with per-geom ids; some scenes are fast, with the blur of an open shutter.

    MUJOCO_GL=osmesa python -m tools.model.render --textures FILE --out DIR --scenes 300 [--seed 1]

Writes DIR/renders.npy, uint8 [scenes * FRAMES, 288, 512, 4] (RGB and geom id, 255 = nothing) and DIR/renders.json, one
entry a scene: `body` (geom id -> body), `group` (body -> stack or rack it belongs to, or -1), `movable` and `jointed`
(body -> bool); the limbs of a jointed body count as that body.
The frames of a scene follow each other in simulated time, so an object keeps its ids: true pairs for learning to track.
"""

import argparse
import json
import pathlib
import time

import mujoco
import numpy as np

from .scene_builder import FRAMES, HEIGHT, WIDTH, SceneBuilder


def render_scene(rng, textures, count: int = FRAMES, pace: float = 1.0, jointed: bool = False):
    """Frames [count, HEIGHT, WIDTH, 4] of one random scene and its description; `pace` scales what moves from one frame
    to the next; `jointed` adds bodies whose limbs move."""
    builder = SceneBuilder(rng, textures, jointed)
    text = builder.xml()
    model = mujoco.MjModel.from_xml_string(text, builder.assets)
    data = mujoco.MjData(model)
    data.qvel[:] = rng.normal(0, rng.choice([0.0, 0.3, 1.5, 4.0]), model.nv)
    camera, option = mujoco.MjvCamera(), mujoco.MjvOption()
    camera.lookat[:] = rng.uniform((-0.8, -0.5, 0.1), (0.8, 1, 0.8))
    camera.distance, camera.azimuth, camera.elevation = rng.uniform(1.8, 6), rng.uniform(50, 130), -rng.uniform(8, 70)
    if jointed:
        camera.distance *= 0.65
        camera.lookat[1:] = rng.uniform(-0.8, 0.4), rng.uniform(0.4, 0.9)
    model.vis.global_.fovy = rng.uniform(30, 70)
    frames = np.empty((count, HEIGHT, WIDTH, 4), np.uint8)
    shaking = rng.random() < 0.3
    walking = rng.random() < 0.5  # the camera goes around things, as a hand-held one does: they turn and grow
    orbit, tilt, approach = pace * rng.normal(0, (7, 2.5, 0.06))
    step = max(1, round(pace * rng.choice([8, 16, 40])))
    exposures = 4 if rng.random() < 0.4 else 1  # moments of an open shutter, which are averaged
    apart = max(1, step // 8) if exposures > 1 else 0
    balls = model.jnt_dofadr[model.jnt_type == mujoco.mjtJoint.mjJNT_BALL]
    limbs = (balls[:, None] + np.arange(3)).ravel()
    liveliness = rng.choice([0.5, 1.5, 4.0])
    with mujoco.Renderer(model, HEIGHT, WIDTH) as renderer:
        mujoco.mj_step(model, data, 10)
        for index in range(count):
            data.qvel[limbs] += pace**0.5 * rng.normal(0, liveliness, len(limbs))
            mujoco.mj_step(model, data, max(1, step - apart * (exposures - 1)))
            if walking:
                camera.azimuth += orbit
                camera.elevation = min(-4.0, camera.elevation + tilt)
                camera.distance *= 1 + approach
            if shaking:
                camera.azimuth += pace * rng.normal(0, 3)
                camera.distance *= 1 + pace * rng.normal(0, 0.05)
            light = 0
            for exposure in range(exposures):
                if exposure:
                    mujoco.mj_step(model, data, apart)
                renderer.update_scene(data, camera, option)
                light = light + np.float32(renderer.render())
                if exposure == exposures // 2:
                    renderer.enable_segmentation_rendering()
                    renderer.update_scene(data, camera, option)
                    ids = renderer.render()[..., 0]
                    renderer.disable_segmentation_rendering()
                    frames[index, ..., 3] = np.where(ids < 0, 255, np.minimum(ids, 255))
            frames[index, ..., :3] = light / exposures
    if data.warning[mujoco.mjtWarning.mjWARN_BADQACC].number:
        raise ValueError("its motion is not stable")
    names = [model.body(i).name for i in range(model.nbody)]
    return frames, {
        "body": model.body_rootid[model.geom_bodyid[:254]].tolist(),
        "group": [builder.groups.get(n, -1) for n in names],
        "movable": [bool(model.body_dofnum[i]) for i in range(model.nbody)],
        "jointed": [bool(((model.body_rootid == i) & (model.body_dofnum > 0)).sum() > 1 and i) for i in range(model.nbody)],
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--textures", required=True, help="the array that tools.model.textures writes")
    parser.add_argument("--out", required=True)
    parser.add_argument("--scenes", type=int, default=300)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--jointed", action="store_true", help="with bodies whose limbs move")
    args = parser.parse_args()
    cache = pathlib.Path(args.out)
    cache.mkdir(parents=True, exist_ok=True)
    textures = np.load(args.textures, mmap_mode="r")
    store = np.lib.format.open_memmap(cache / "renders.npy", "w+", np.uint8, (args.scenes * FRAMES, HEIGHT, WIDTH, 4))
    scenes, began, seed = [], time.time(), args.seed * 1_000_003
    while len(scenes) < args.scenes:
        seed += 1
        try:
            frames, scene = render_scene(np.random.default_rng(seed), textures, jointed=args.jointed)
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
