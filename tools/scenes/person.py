"""An articulated worker: lofted body parts, planted feet by inverse kinematics, arms that swing or carry."""
import mujoco
import numpy as np

from .noise import smooth_noise

PARTS = ("pelvis", "torso", "head", "upperL", "upperR", "foreL", "foreR", "thighL", "thighR", "shinL", "shinR", "footL",
         "footR")
THIGH, SHIN, ANKLE, HIP, UPPER, FORE = .44, .42, .08, .93, .29, .27


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


def _quat(matrix):
    out = np.zeros(4)
    mujoco.mju_mat2Quat(out, np.ascontiguousarray(matrix).ravel())
    return out


def _limb(direction, forward):
    """Rotation taking −z to `direction` with x near `forward`."""
    z = -direction / (np.linalg.norm(direction) + 1e-9)
    y = np.cross(z, forward)
    y /= np.linalg.norm(y) + 1e-9
    return np.stack([np.cross(y, z), y, z], 1)


def _joint(a, b, first, second, pole):
    """The middle joint of two links from a to (near) b, bent towards `pole`; returns (joint, reached end)."""
    d = b - a
    length = np.linalg.norm(d)
    reach = np.clip(length, abs(first - second) + .01, (first + second) * .999)
    d = d / (length + 1e-9)
    cosine = (first ** 2 + reach ** 2 - second ** 2) / (2 * first * reach)
    pole = pole - d * (pole @ d)
    pole /= np.linalg.norm(pole) + 1e-9
    return a + first * (d * cosine + pole * np.sqrt(max(0, 1 - cosine ** 2))), a + d * reach


class Person:
    """One worker. `pose` computes the parts' places from position, heading, gait phase, speed, crouch and load."""

    def __init__(self, world, rng, tag="w", object_id=1):
        self.tag, self.scale = tag, float(rng.uniform(.96, 1.06))
        trousers = [(.13, .15, .22), (.22, .22, .21), (.30, .27, .2), (.12, .13, .14)][int(rng.integers(4))]
        shirt = [(.16, .2, .3), (.35, .1, .1), (.45, .45, .46), (.1, .25, .2), (.15, .15, .16)][int(rng.integers(5))]
        skin = [(.78, .58, .46), (.55, .37, .27), (.36, .24, .17)][int(rng.integers(3))]
        has_vest, helmet = rng.random() < .8, rng.random() < .5
        paint = rng.spawn(1)[0]
        world.texture(tag + "torso", vest(paint) if has_vest else cloth(paint, np.array(shirt)), cube=False, specular=.05)
        world.texture(tag + "shirt", cloth(paint, np.array(shirt)), cube=False, specular=.03)
        world.texture(tag + "legs", cloth(paint, np.array(trousers)), cube=False, specular=.03)
        flesh, shoe = world.colour(skin, .1), world.colour((.07, .06, .06), .1)
        hat = world.colour([(.85, .7, .1), (.85, .85, .83), (.1, .25, .6)][int(rng.integers(3))], .5, .5) if helmet \
            else world.colour((.1, .075, .05), .1)
        k = self.scale
        shapes = {
            "torso": ([(-.06, .115, .160, 0), (.06, .115, .155, 0), (.2, .125, .165, .005), (.34, .13, .185, .01),
                       (.44, .115, .195, 0), (.50, .085, .16, -.005), (.54, .055, .07, 0)], "torso"),
            "pelvis": ([(-.14, .09, .13, 0), (-.06, .12, .165, -.01), (.05, .118, .160, 0), (.1, .11, .155, 0)], "legs"),
            "upper": ([(.04, .05, .05, 0), (0, .062, .058, 0), (-.15, .052, .05, 0), (-UPPER - .02, .043, .042, 0)], "shirt"),
            "fore": ([(.02, .043, .042, 0), (-.1, .044, .04, 0), (-FORE, .030, .028, 0)], "shirt"),
            "thigh": ([(.05, .085, .075, 0), (-.05, .093, .085, 0), (-.25, .075, .07, 0), (-THIGH - .03, .058, .055, 0)], "legs"),
            "shin": ([(.03, .058, .054, 0), (-.12, .060, .056, -.012), (-.3, .045, .044, 0), (-SHIN - .02, .048, .046, 0)], "legs")}
        for name, (sections, _) in shapes.items():
            v, f, uv = loft(sections)
            world.mesh(tag + name, v * k, f, uv)
        g = world.geom
        mesh = lambda name: [g("mesh", (0, 0, 0), mesh=tag + name, material=tag + shapes[name][1])]
        geoms = {"pelvis": mesh("pelvis"), "torso": mesh("torso"),
                 "head": [g("ellipsoid", (0, 0, .10 * k), (.095 * k, .076 * k, .118 * k), flesh),
                          g("cylinder", (-.01, 0, -.03 * k), (.05 * k, .05 * k), flesh),
                          g("ellipsoid", (-.012, 0, .145 * k), (.108 * k, .09 * k, .09 * k), hat)]}
        if helmet:
            geoms["head"].append(g("cylinder", (.02, 0, .13 * k), (.118 * k, .008), hat))
        for side in "LR":
            geoms["upper" + side], geoms["thigh" + side] = mesh("upper"), mesh("thigh")
            geoms["shin" + side] = mesh("shin")
            geoms["fore" + side] = mesh("fore") + [g("ellipsoid", (.005, 0, -(FORE + .06) * k), (.028 * k, .022 * k, .075 * k), flesh)]
            geoms["foot" + side] = [g("ellipsoid", (.055 * k, 0, -.035 * k), (.135 * k, .047 * k, .045 * k), shoe),
                                    g("ellipsoid", (-.02 * k, 0, -.02 * k), (.06 * k, .045 * k, .06 * k), shoe)]
        for part in PARTS:
            world.body(tag + part, (0, 0, -5), geoms[part], joint="mocap", object_id=object_id)

    def pose(self, model, data, position, heading, phase, speed, crouch=0.0, hands=None, turn=0.0, lean=0.0):
        """Writes the mocap bodies. `hands`: two world points to hold, or None to swing; `turn`: head and chest yaw."""
        k = self.scale
        yaw = np.array([[np.cos(heading), -np.sin(heading), 0], [np.sin(heading), np.cos(heading), 0], [0, 0, 1]])
        forward, left = yaw[:, 0], yaw[:, 1]
        up, base = np.array([0, 0, 1.0]), np.array([position[0], position[1], 0.0])
        frequency = .65 + .28 * speed
        stride, vigour = speed / frequency, min(1.0, speed / 1.2)
        hip_z = (HIP - .035 * vigour - .33 * crouch + .016 * vigour * np.cos(4 * np.pi * phase + .6)) * k
        hips = base + up * hip_z - forward * .16 * crouch * k
        pitch = lean + .04 * vigour + .85 * crouch
        sway = .02 * vigour * np.sin(2 * np.pi * phase)
        hips = hips + left * sway
        tilt = np.array([[np.cos(pitch), 0, np.sin(pitch)], [0, 1, 0], [-np.sin(pitch), 0, np.cos(pitch)]])
        twist = .10 * vigour * np.sin(2 * np.pi * phase) + turn * .4
        spin = np.array([[np.cos(twist), -np.sin(twist), 0], [np.sin(twist), np.cos(twist), 0], [0, 0, 1]])
        chest = yaw @ tilt @ spin
        place = lambda part, p, m: self._set(model, data, part, p, m)
        place("pelvis", hips, yaw)
        place("torso", hips + chest[:, 2] * .06 * k, chest)
        neck = hips + chest[:, 2] * .64 * k
        look = heading + turn
        head = np.array([[np.cos(look), -np.sin(look), 0], [np.sin(look), np.cos(look), 0], [0, 0, 1]])
        nod = .5 * crouch
        head = head @ np.array([[np.cos(nod), 0, np.sin(nod)], [0, 1, 0], [-np.sin(nod), 0, np.cos(nod)]])
        place("head", neck, head)
        for side, sign, offset in (("L", 1, 0.0), ("R", -1, .5)):
            f = (phase + offset) % 1
            if f < .6:
                x, lift, toe = stride * .6 * (.5 - f / .6), .05 * vigour * max(0, (f - .42) / .18), -.5 * vigour * max(0, (f - .42) / .18)
            else:
                s = (f - .6) / .4
                ease = s * s * (3 - 2 * s)
                x, lift = stride * .6 * (ease - .5), vigour * (.05 * (1 - s) + .11 * np.sin(np.pi * s) ** 1.3)
                toe = vigour * (-.5 * (1 - s) ** 2 + .3 * s ** 2)
            ankle = base + forward * x * k + left * sign * (.095 + .05 * crouch) * k + up * (ANKLE + lift) * k
            hip = hips + left * sign * .088 * k - up * .05 * k
            knee, end = _joint(hip, ankle, THIGH * k, SHIN * k, forward + left * sign * .12)
            place("thigh" + side, hip, _limb(knee - hip, forward))
            place("shin" + side, knee, _limb(end - knee, forward))
            c, s = np.cos(-toe), np.sin(-toe)
            place("foot" + side, end, yaw @ np.array([[c, 0, s], [0, 1, 0], [-s, 0, c]]))
            shoulder = hips + chest @ np.array([0, sign * .205, .53]) * k
            if hands is None:
                swing = -.42 * vigour * np.sin(2 * np.pi * (f + .07) + np.pi / 2) + .05
                down = yaw @ np.array([np.sin(swing), sign * .12, -np.cos(swing)])
                elbow = shoulder + down / np.linalg.norm(down) * UPPER * k
                bend = swing + .22 + .35 * vigour * max(0, np.sin(swing))
                hand = elbow + yaw @ np.array([np.sin(bend), sign * .03, -np.cos(bend)]) * FORE * k
            else:
                target = np.asarray(hands[0] if sign > 0 else hands[1])
                elbow, hand = _joint(shoulder, target, UPPER * k, (FORE + .06) * k, -up - forward * .5 + left * sign * .4)
            place("upper" + side, shoulder, _limb(elbow - shoulder, forward))
            place("fore" + side, elbow, _limb(hand - elbow, forward))
        return hips, chest

    def _set(self, model, data, part, position, matrix):
        body = mujoco.mj_name2id(model, mujoco.mjtObj.mjOBJ_BODY, self.tag + part)
        index = model.body_mocapid[body]
        data.mocap_pos[index], data.mocap_quat[index] = position, _quat(matrix)


class Walk:
    """Where a walker is over time: a polyline walked with stops. `stops`: (distance, seconds, crouch?)."""

    def __init__(self, points, speed, stops=(), start_s=0.0, end_s=20.0, step=.01):
        points = np.asarray(points, float)
        lengths = np.r_[0, np.cumsum(np.linalg.norm(np.diff(points, axis=0), axis=1))]
        s, v, phase, wait = 0.0, 0.0 if start_s > 0 else speed, .2, list(stops)
        rows, holding, t = [], 0.0, 0.0
        self.stop_times = []
        while t < end_s:
            gap = (wait[0][0] - s) if wait else lengths[-1] - s
            wanted = 0.0 if t < start_s or holding > 0 else min(speed, np.sqrt(max(0, 2 * .9 * gap)))
            v += np.clip(wanted - v, -1.8 * step, 1.3 * step)
            v = max(0.0, v)
            if wait and gap < .03 and holding <= 0:
                holding = wait[0][1]
                self.stop_times.append((t, t + holding))
            if holding > 0:
                holding -= step
                v = max(0.0, v - 1.5 * step)
                if holding <= 0:
                    wait.pop(0)
            s = min(s + v * step, lengths[-1])
            phase += (.65 + .28 * v) * step * min(1, v / .25)
            rows.append((t, s, v, phase))
            t += step
        self.rows = np.array(rows)
        self.points, self.lengths = points, lengths
        fine = np.linspace(0, lengths[-1], 400)
        xy = np.stack([np.interp(fine, lengths, points[:, k]) for k in (0, 1)], 1)
        kernel = np.ones(25) / 25
        padded = np.pad(xy, ((12, 12), (0, 0)), "reflect", reflect_type="odd")
        self.fine, self.xy = fine, np.stack([np.convolve(padded[:, k], kernel, "valid") for k in (0, 1)], 1)
        self.heading = np.unwrap(np.arctan2(*np.gradient(self.xy, axis=0).T[::-1]))

    def at(self, t):
        """(position, heading, phase, speed) at time t."""
        s, v, phase = (np.interp(t, self.rows[:, 0], self.rows[:, k]) for k in (1, 2, 3))
        position = np.array([np.interp(s, self.fine, self.xy[:, k]) for k in (0, 1)])
        return position, float(np.interp(s, self.fine, self.heading)), float(phase), float(v)
