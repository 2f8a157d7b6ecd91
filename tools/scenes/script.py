"""What happens in a clip: the base of all scripts and the physics run that turns one into snapshots."""
from dataclasses import dataclass, field

import mujoco
import numpy as np

SUBSTEPS = 8               # snapshots kept per video frame
SHUTTER = (0, 3)           # the snapshots of a frame that its exposure sees


@dataclass
class Script:
    """A script claims places, adds bodies, drives them, and says what the label must say.

    `physics(t)` tells whether free bodies may move at time t (still scenes are kept exactly still);
    `control(t, dt, model, data)` is called before each physics step, `pose(t, model, data)` before each exposure.
    """
    kind: str                                            # the label's kind
    duration_s: float
    objects: dict[int, str] = field(default_factory=dict)        # object id → what it is
    event_bodies: list[str] = field(default_factory=list)        # whose motion is the incident
    event_s: float | None = None                                 # when forces begin
    event_times: tuple | None = None                             # (start, end) where no free body moves
    left_place_s: float | None = None                            # when the person has left the place
    puddle: object = None
    notes: dict = field(default_factory=dict)                    # further keys of the label

    def prepare(self, site, rng):
        """Adds bodies to the site's world; called before the goods are placed."""

    carrier: str | None = None                           # a body relative to which the incident's start is judged

    def control(self, t, dt, model, data):
        """Applies forces."""

    def pose(self, t, model, data):
        """Moves mocap bodies."""

    def physics(self, t) -> bool:
        return self.event_s is not None and t >= self.event_s

    def lamps(self, t) -> tuple[float, float]:
        """Strength of the two lighting circuits."""
        return (1.0, 1.0)

    def shake(self, t) -> tuple[float, float, float]:
        """Camera displacement: x and y in pixels, roll in radians."""
        return (0.0, 0.0, 0.0)

    def glow(self, points, floor, t, size):
        """Light or shade moving over the scene: a gain per pixel, or None."""
        return None


@dataclass
class Recording:
    """All snapshots of a run, `SUBSTEPS` per frame."""
    fps: float
    frames: int
    snapshots: list                      # (qpos, mocap_pos, mocap_quat)
    times: np.ndarray

    def exposure(self, frame):
        """The snapshots one frame's exposure sees."""
        return [self.snapshots[frame * SUBSTEPS + k] for k in SHUTTER]


def body_id(model, name) -> int:
    """Id of a named body."""
    return mujoco.mj_name2id(model, mujoco.mjtObj.mjOBJ_BODY, name)


def simulate(script: Script, model, fps: float) -> Recording:
    """Settles the scene for a second, then runs the script."""
    data = mujoco.MjData(model)
    if not model.njnt:
        return _kinematic(script, model, data, fps)
    inner = max(1, round(1 / (fps * SUBSTEPS * .002)))
    dt = 1 / (fps * SUBSTEPS * inner)
    model.opt.timestep = dt
    script.control(0, 0, model, data)
    if script.event_bodies or model.njnt:
        for _ in range(int(1.2 / dt)):
            mujoco.mj_step(model, data)
            data.qvel *= .998
    data.qvel[:] = 0
    data.xfrc_applied[:] = 0
    frames = int(round(script.duration_s * fps))
    snapshots, times, quiet = [], [], 0.0
    for index in range(frames * SUBSTEPS):
        t = index / (fps * SUBSTEPS)
        if index % SUBSTEPS in SHUTTER:
            script.pose(t, model, data)
        snapshots.append((data.qpos.copy(), data.mocap_pos.copy(), data.mocap_quat.copy()))
        times.append(t)
        for k in range(inner):
            now = t + k * dt
            script.control(now, dt, model, data)
            if script.physics(now) and quiet < .5:
                mujoco.mj_step(model, data)
                data.time = now
        if script.event_s is not None and t > script.event_s + 1.0 and not script.notes.get("restless"):
            still = np.abs(data.qvel).max(initial=0) < .02
            quiet = quiet + 1 / (fps * SUBSTEPS) if still else 0.0
    return Recording(fps, frames, snapshots, np.array(times))


def _kinematic(script, model, data, fps):
    """No free bodies: only the exposures' snapshots need posing."""
    frames = int(round(script.duration_s * fps))
    snapshots, times = [], []
    for index in range(frames * SUBSTEPS):
        if index % SUBSTEPS in SHUTTER:
            script.pose(index / (fps * SUBSTEPS), model, data)
        snapshots.append((data.qpos.copy(), data.mocap_pos.copy(), data.mocap_quat.copy()))
        times.append(index / (fps * SUBSTEPS))
    return Recording(fps, frames, snapshots, np.array(times))


def body_corners(model, name) -> np.ndarray:
    """Corners of the geoms' bounding boxes of one body, in the body's frame, shape (n, 3)."""
    corners = []
    body = body_id(model, name)
    for geom in np.where(model.geom_bodyid == body)[0]:
        centre, half = model.geom_aabb[geom, :3], model.geom_aabb[geom, 3:]
        local = centre + half * np.array(np.meshgrid(*[[-1, 1]] * 3)).T.reshape(-1, 3)
        rotation = np.zeros(9)
        mujoco.mju_quat2Mat(rotation, model.geom_quat[geom])
        corners.append(local @ rotation.reshape(3, 3).T + model.geom_pos[geom])
    return np.concatenate(corners)


def pixel_paths(recording: Recording, model, names, project) -> np.ndarray:
    """Projected corner positions of bodies over all snapshots: (snapshots, corners, 2)."""
    data = mujoco.MjData(model)
    corners = {name: body_corners(model, name) for name in names}
    out = []
    for qpos, mpos, mquat in recording.snapshots:
        data.qpos[:], data.mocap_pos[:], data.mocap_quat[:] = qpos, mpos, mquat
        mujoco.mj_kinematics(model, data)
        points = []
        for name in names:
            body = body_id(model, name)
            points.append(corners[name] @ data.xmat[body].reshape(3, 3).T + data.xpos[body])
        out.append(project(np.concatenate(points)))
    return np.array(out)


def leaves_carrier(recording: Recording, model, name, carrier, tolerance_m=.02) -> float:
    """First time a body has moved relative to the one that carries it."""
    data = mujoco.MjData(model)
    first = None
    for (qpos, mpos, mquat), t in zip(recording.snapshots, recording.times):
        data.qpos[:], data.mocap_pos[:], data.mocap_quat[:] = qpos, mpos, mquat
        mujoco.mj_kinematics(model, data)
        a, b = body_id(model, name), body_id(model, carrier)
        relative = data.xmat[b].reshape(3, 3).T @ (data.xpos[a] - data.xpos[b])
        first = relative if first is None else first
        if np.linalg.norm(relative - first) > tolerance_m:
            return float(t)
    raise ValueError("nothing left its carrier")


def moving_interval(paths, times, tolerance_px=1.0) -> tuple[float, float]:
    """First time anything is visibly out of its first place, and the time from which all stays in its last."""
    away = np.abs(paths - paths[:1]).max((1, 2)) > tolerance_px
    unsettled = np.abs(paths - paths[-1:]).max((1, 2)) > tolerance_px
    if not away.any():
        raise ValueError("nothing moved")
    last = int(np.where(unsettled)[0].max())
    return float(times[int(np.argmax(away))]), float(times[min(last + 1, len(times) - 1)])
