"""Makes one clip: site, script, physics, pictures, camera, video file and labels."""
from pathlib import Path

import mujoco
import numpy as np

from . import hall
from .camera import Camera
from .compose import Composer
from .encode import Encoder
from .family import Family
from .label import Labeller
from .render import Renderer, camera_xml
from .script import simulate


def _data_at(model):
    data = mujoco.MjData(model)

    def pose(snapshot):
        data.qpos[:], data.mocap_pos[:], data.mocap_quat[:] = snapshot
        mujoco.mj_kinematics(model, data)
        return data
    return pose


def _zones(site, renderer, lens, size):
    """Walkway, rack and floor polygons in the picture."""
    def polygon(points):
        out = []
        for a, b in zip(points, points[1:] + points[:1]):
            for s in np.linspace(0, 1, 9)[:-1]:
                p = np.array(a) + (np.array(b) - np.array(a)) * s
                if (p - renderer.position) @ renderer.rotation[:, 2] < -.3:      # in front of the camera
                    out.append(p)
        pixels = lens.forward(renderer.project(np.array(out)))
        pixels = np.clip(pixels, 0, np.array(size) - 1).round().astype(int).tolist()
        return [p for k, p in enumerate(pixels) if k == 0 or p != pixels[k - 1]]
    x0, y0, x1, y1 = site.walkway
    hx, hy = site.family.hall_half
    top = site.levels[-1] + 1.4
    flat = lambda a, b, c, d: [(a, b, 0), (c, b, 0), (c, d, 0), (a, d, 0)]
    left, right, y = site.bays[0][0], site.bays[-1][1], site.front_y
    front = [(left, y, 0), (right, y, 0), (right, y, top), (left, y, top)]
    return [{"name": "Walkway", "kind": "walkway", "polygon": polygon(flat(x0, y0, x1, y1))},
            {"name": "Rack A", "kind": "rack", "polygon": polygon(front)},
            {"name": "Floor", "kind": "floor", "polygon": polygon(flat(-hx, -hy, hx, site.front_y))}]


def make(script_factory, family: Family, seed: int, name: str, folder: Path, options: dict) -> dict:
    """Renders one clip into `folder`; returns its label. Option `preview`: a list of frames, only these, no label."""
    rng = np.random.default_rng([seed, sum(map(ord, family.name))])
    script = script_factory(rng)
    site = hall.build(family, rng)
    script.prepare(site, rng)
    hall.finish(site, rng, clutter=options.get("clutter", 3))
    lights, rig = hall.lights_xml(family, rng)
    size = tuple(options.get("size") or family.sizes[int(rng.integers(len(family.sizes)))])
    fps = options.get("fps") or family.fps[int(rng.integers(len(family.fps)))]
    xml = site.world.xml(camera_xml(site.camera_pos, site.look_at, site.fovy_deg), lights, 12, *size)
    quick = bool(options.get("quick"))
    if quick:          # one sample a pixel and coarse shadows: another look, in a third of the time
        xml = xml.replace('offsamples="4"', 'offsamples="0"').replace('shadowsize="1536"', 'shadowsize="512"')
    model = mujoco.MjModel.from_xml_string(xml, site.world.files)
    recording = simulate(script, model, fps)
    if hasattr(script, "after"):
        script.after(recording, model, _data_at(model))
    renderer = Renderer(model, size, site.world.moving, rig, family.jitter, rng)
    clock = options.get("clock", [None, "tl", "tr", "bl", "br"][int(rng.integers(5))])
    camera = Camera(family, size, rng, clock, options.get("drift", float(rng.uniform(.004, .015))))
    labeller = Labeller(folder, name, script, recording, model, renderer, camera.lens)
    folder.mkdir(parents=True, exist_ok=True)
    kbps = float(rng.uniform(*family.bitrate_kbps)) * 12.5 / max(12.5, script.duration_s)
    gop, b_frames = float(rng.uniform(*family.gop_s)), options.get("b_frames", int(rng.integers(0, 2)) * 2)
    encoder = Encoder(folder / f"{name}.mp4", size, fps, int(kbps), gop, b_frames)
    # Free bodies get motion blur; people and carts move too slowly to need it.
    composer = Composer(renderer, family.lamp_height, float(rng.uniform(-2, 2)),
                        2 if model.njnt and not quick else 1, 4 if quick else 16, quick)
    object_of = np.zeros(model.ngeom + 1, np.uint8)
    for body, number in site.world.object_bodies.items():
        root = mujoco.mj_name2id(model, mujoco.mjtObj.mjOBJ_BODY, body)
        object_of[:-1][model.geom_bodyid == root] = number
    mirror = None
    floor_grey = float(np.mean(site.floor_colour)) * .8
    for frame in options.get("preview") or range(recording.frames):
        t = frame / fps
        picture, points, ids = composer.frame(recording.exposure(frame), script.lamps(t))
        objects = object_of[ids]
        floor = ids == renderer.floor_geom
        glow = script.glow(points, floor, t, size)
        if glow is not None:
            picture = picture * (glow if glow.ndim == 3 else glow[..., None])
        if script.puddle is not None and t >= script.puddle.start_s:
            mirror = renderer.mirror() if mirror is None else mirror
            soft = np.ascontiguousarray(floor.astype(np.float32))
            picture, wet = script.puddle.wet(picture, mirror, points, soft, t, floor_grey, renderer.position)
            if wet is not None:
                objects = np.where(wet & (objects == 0), 100, objects).astype(np.uint8)
        shake = script.shake(t)
        labeller.add(frame, camera.lens.apply_ids(objects, shake))
        encoder.add(camera.take(picture, t, 1 / fps, shake))
    encoder.close()
    if options.get("preview"):
        incident = {"kind": "preview", "start_s": labeller.start, "end_s": labeller.end}
        return {"incident": incident, "frames": len(options["preview"]), "bytes": 0}
    wanted = options.get("zones", script.kind == "object_left")
    zones = _zones(site, renderer, camera.lens, size) if wanted else None
    more = {"family": family.name, "seed": seed, "script": type(script).__name__, **script.notes,
            "overlay": {"clock": bool(clock), "corner": clock},
            "camera": {"noise_sigma": round(camera.noise * 255, 2), "barrel": round(camera.lens.strength, 3),
                       "height_m": round(float(site.camera_pos[2]), 2), "gop_s": round(gop, 2), "b_frames": b_frames},
            "bytes": (folder / f"{name}.mp4").stat().st_size}
    return labeller.write(size, zones, more)
