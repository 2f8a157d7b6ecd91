"""MuJoCo off-screen rendering: soft shadows from jittered lights, depth, object ids, the floor's mirror image."""

import cv2
import mujoco
import numpy as np

cv2.setNumThreads(1)
SUPER = 1                  # rendered pixels per output pixel along each side (edges are multisampled)
EXPOSURE = .72


def camera_xml(position, look_at, fovy_deg) -> str:
    """A fixed camera looking at a point, horizon level."""
    forward = np.asarray(look_at) - position
    forward = forward / np.linalg.norm(forward)
    right = np.cross(forward, (0, 0, 1))
    right /= np.linalg.norm(right)
    up = np.cross(right, forward)
    axes = " ".join(f"{v:.6f}" for v in (*right, *up))
    return f'<camera name="cam" pos="{position[0]} {position[1]} {position[2]}" xyaxes="{axes}" fovy="{fovy_deg}"/>'


class Renderer:
    """Renders one model at SUPER times the output size. All pictures are float32 RGB 0…1, top row first."""

    def __init__(self, model, size, moving_bodies, light_rig, jitter, rng):
        self.model, self.data = model, mujoco.MjData(model)
        self.width, self.height = size[0] * SUPER, size[1] * SUPER
        self.size = size
        self.gl = mujoco.GLContext(self.width, self.height)
        self.gl.make_current()
        self.context = mujoco.MjrContext(model, mujoco.mjtFontScale.mjFONTSCALE_100)
        mujoco.mjr_setBuffer(mujoco.mjtFramebuffer.mjFB_OFFSCREEN, self.context)
        self.scene = mujoco.MjvScene(model, 6000)
        self.camera = mujoco.MjvCamera()
        self.camera.type, self.camera.fixedcamid = mujoco.mjtCamera.mjCAMERA_FIXED, 0
        self.options = mujoco.MjvOption()
        self.rig = light_rig
        self.offsets = rng.normal(0, jitter, (24, 2, 2))
        bodies = {mujoco.mj_name2id(model, mujoco.mjtObj.mjOBJ_BODY, name) for name in moving_bodies}
        roots = np.array([self._in(b, bodies) for b in range(model.nbody)])
        self.moving_geom = roots[model.geom_bodyid]
        self.base_group = model.geom_group.copy()
        self.floor_geom = mujoco.mj_name2id(model, mujoco.mjtObj.mjOBJ_GEOM, "floor")
        self.floor_material = int(model.geom_matid[self.floor_geom])
        self.basis()
        self._hide_unseen()

    def _in(self, body, bodies):
        while body:
            if body in bodies:
                return True
            body = int(self.model.body_parentid[body])
        return False

    def basis(self):
        """Camera geometry for projections: rotation, position, focal length in output pixels."""
        mujoco.mj_forward(self.model, self.data)
        self.position = self.data.cam_xpos[0].copy()
        self.rotation = self.data.cam_xmat[0].reshape(3, 3).copy()
        self.focal = self.size[1] / 2 / np.tan(np.radians(self.model.cam_fovy[0]) / 2)
        u, v = np.meshgrid((np.arange(self.size[0]) + .5 - self.size[0] / 2) / self.focal,
                           (self.size[1] / 2 - np.arange(self.size[1]) - .5) / self.focal)
        self.rays = (np.stack([u, v, -np.ones_like(u)], -1) @ self.rotation.T).astype(np.float32)

    def _hide_unseen(self):
        """Moves still geoms that lie well outside the picture to group 4, which only the mirror image draws."""
        centre, reach = self.data.geom_xpos, self.model.geom_rbound
        local = (centre - self.position) @ self.rotation
        half = np.array([self.size[0], self.size[1]]) / 2 / self.focal
        depth = np.maximum(-local[:, 2], 0)
        outside = (np.abs(local[:, :2]) - half * depth[:, None]) / np.sqrt(1 + half ** 2) > (reach + .9)[:, None]
        hidden = outside.any(1) & ~self.moving_geom & (reach > 0)
        hidden &= self.base_group != 3
        self.base_group[hidden] = 4

    def project(self, points) -> np.ndarray:
        """World points → output pixels (before lens distortion), shape (n, 2)."""
        local = (np.atleast_2d(points) - self.position) @ self.rotation
        depth = np.maximum(1e-3, -local[:, 2])
        return np.stack([self.size[0] / 2 + self.focal * local[:, 0] / depth,
                         self.size[1] / 2 - self.focal * local[:, 1] / depth], 1)

    def pose(self, snapshot):
        """Puts the bodies where a snapshot (qpos, mocap positions, mocap quaternions) has them."""
        qpos, mpos, mquat = snapshot
        self.data.qpos[:], self.data.mocap_pos[:], self.data.mocap_quat[:] = qpos, mpos, mquat
        mujoco.mj_kinematics(self.model, self.data)
        mujoco.mj_camlight(self.model, self.data)

    def _lights(self, jitter_index, lamps, both):
        """Even jitters burn only circuit 0's key light, odd ones only circuit 1's, at double power: half the shadow
        passes, the same mean; or `both`. All is dimmed by EXPOSURE so that nothing clips in the 8-bit buffer."""
        for k in (0, 1):
            direction = np.array(self.rig["dirs"][k], float)
            direction[:2] += self.offsets[jitter_index % len(self.offsets), k]
            direction /= np.linalg.norm(direction)
            light = mujoco.mj_name2id(self.model, mujoco.mjtObj.mjOBJ_LIGHT, f"key{k}")
            self.data.light_xdir[light] = direction
            self.data.light_xpos[light] = np.array([0, 1, 0]) - direction * 9
            on = both or jitter_index % 2 == k
            power = (1 if both else 2) * EXPOSURE * self.rig["key"][k] * lamps[k] * on
            self.model.light_active[light] = on
            self.model.light_diffuse[light] = (power, power * .985, power * .96)
            self.model.light_specular[light] = .3 * lamps[k]
        share = np.dot(self.rig["key"], lamps) / sum(self.rig["key"])
        ambient = mujoco.mj_name2id(self.model, mujoco.mjtObj.mjOBJ_LIGHT, "ambient")
        level = EXPOSURE * self.rig["ambient"] * (.16 + .84 * share)
        self.model.light_ambient[ambient] = (level, level, level * 1.02)
        self.model.light_diffuse[ambient] = EXPOSURE * .22 * (.16 + .84 * share)

    def _draw(self, moving, ceiling, shadow, segment):
        self.model.geom_group[:] = self.base_group
        if not moving:
            self.model.geom_group[self.moving_geom] = 5
        self.options.geomgroup[3] = 1 if ceiling else 0
        self.options.geomgroup[4], self.options.geomgroup[5] = self.options.geomgroup[3], 0
        flags = self.scene.flags
        flags[mujoco.mjtRndFlag.mjRND_SHADOW] = shadow
        flags[mujoco.mjtRndFlag.mjRND_SEGMENT] = segment
        flags[mujoco.mjtRndFlag.mjRND_IDCOLOR] = segment
        flags[mujoco.mjtRndFlag.mjRND_REFLECTION] = 1
        mujoco.mjv_updateScene(self.model, self.data, self.options, None, self.camera,
                               mujoco.mjtCatBit.mjCAT_ALL, self.scene)
        view = mujoco.MjrRect(0, 0, self.width, self.height)
        mujoco.mjr_render(view, self.scene, self.context)
        rgb = np.empty((self.height, self.width, 3), np.uint8)
        depth = np.empty((self.height, self.width), np.float32)
        mujoco.mjr_readPixels(rgb, depth, view, self.context)
        return rgb[::-1], depth[::-1]

    def colour(self, jitter_index=0, lamps=(1, 1), moving=True, both=False):
        """One picture with the lights displaced by jitter `jitter_index`; returns (rgb float32, depth in metres)."""
        self._lights(jitter_index, lamps, both)
        rgb, depth = self._draw(moving, False, 1, 0)
        near = self.model.vis.map.znear * self.model.stat.extent
        far = self.model.vis.map.zfar * self.model.stat.extent
        return rgb.astype(np.float32) / (255 * EXPOSURE), near / (1 - depth * (1 - near / far))

    def ids(self, moving=True):
        """Geom id per rendered pixel (−1: none)."""
        rgb, _ = self._draw(moving, False, 0, 1)
        packed = rgb.astype(np.int32) @ np.array([1, 256, 65536], np.int32)
        table = np.full(self.scene.ngeom + 2, -1, np.int32)
        for geom in self.scene.geoms[:self.scene.ngeom]:
            if geom.segid >= 0 and geom.objtype == mujoco.mjtObj.mjOBJ_GEOM and geom.segid + 1 < len(table):
                table[geom.segid + 1] = geom.objid
        return table[np.clip(packed, 0, len(table) - 1)]

    def mirror(self, lamps=(1, 1), moving=False):
        """What a perfectly smooth floor would reflect, at output size."""
        self._lights(0, lamps, True)
        tint = self.model.mat_rgba[self.floor_material].copy()
        self.model.mat_reflectance[self.floor_material] = .98
        rgb, _ = self._draw(moving, True, 0, 0)
        self.model.mat_reflectance[self.floor_material] = 0
        self.model.mat_rgba[self.floor_material] = tint
        return self.shrink(rgb.astype(np.float32) / (255 * EXPOSURE))

    def shrink(self, picture):
        """To output size, by area."""
        return cv2.resize(picture, self.size, interpolation=cv2.INTER_AREA)

    def points(self, depth):
        """World position per output pixel from a depth picture at output size."""
        return self.position.astype(np.float32) + self.rays * depth[..., None]
