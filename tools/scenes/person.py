"""An articulated worker: lofted body parts, planted feet by inverse kinematics, arms that swing or carry."""
import mujoco
import numpy as np

from .figure import cloth, loft, vest

PARTS = ("pelvis", "torso", "head", "upperL", "upperR", "foreL", "foreR", "thighL", "thighR", "shinL", "shinR", "footL",
         "footR")
THIGH, SHIN, ANKLE, HIP, UPPER, FORE = .44, .42, .08, .93, .29, .27


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
        outer = vest(paint) if has_vest else cloth(paint, np.array(shirt))
        world.texture(tag + "torso", outer, cube=False, specular=.05)
        world.texture(tag + "shirt", cloth(paint, np.array(shirt)), cube=False, specular=.03)
        world.texture(tag + "legs", cloth(paint, np.array(trousers)), cube=False, specular=.03)
        flesh, shoe = world.colour(skin, .1), world.colour((.07, .06, .06), .1)
        hat = world.colour([(.85, .7, .1), (.85, .85, .83), (.1, .25, .6)][int(rng.integers(3))], .5, .5) if helmet \
            else world.colour((.1, .075, .05), .1)
        k = self.scale
        shapes = {
            "torso": ([(-.06, .115, .160, 0), (.06, .115, .155, 0), (.2, .125, .165, .005), (.34, .13, .185, .01),
                       (.44, .115, .195, 0), (.50, .085, .16, -.005), (.54, .055, .07, 0)], "torso"),
            "pelvis": ([(-.14, .09, .13, 0), (-.06, .12, .165, -.01), (.05, .118, .160, 0), (.1, .11, .155, 0)],
                       "legs"),
            "upper": ([(.04, .05, .05, 0), (0, .062, .058, 0), (-.15, .052, .05, 0), (-UPPER - .02, .043, .042, 0)],
                      "shirt"),
            "fore": ([(.02, .043, .042, 0), (-.1, .044, .04, 0), (-FORE, .030, .028, 0)], "shirt"),
            "thigh": ([(.05, .085, .075, 0), (-.05, .093, .085, 0), (-.25, .075, .07, 0), (-THIGH - .03, .058, .055, 0)],
                      "legs"),
            "shin": ([(.03, .058, .054, 0), (-.12, .060, .056, -.012), (-.3, .045, .044, 0),
                      (-SHIN - .02, .048, .046, 0)],
                     "legs")}
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
            hand = g("ellipsoid", (.005, 0, -(FORE + .06) * k), (.028 * k, .022 * k, .075 * k), flesh)
            geoms["fore" + side] = mesh("fore") + [hand]
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
                rise = vigour * max(0, (f - .42) / .18)      # the heel comes up at the end of the stance
                x, lift, toe = stride * .6 * (.5 - f / .6), .05 * rise, -.5 * rise
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
                pole = -up - forward * .5 + left * sign * .4
                elbow, hand = _joint(shoulder, target, UPPER * k, (FORE + .06) * k, pole)
            place("upper" + side, shoulder, _limb(elbow - shoulder, forward))
            place("fore" + side, elbow, _limb(hand - elbow, forward))
        return hips, chest

    def _set(self, model, data, part, position, matrix):
        body = mujoco.mj_name2id(model, mujoco.mjtObj.mjOBJ_BODY, self.tag + part)
        index = model.body_mocapid[body]
        data.mocap_pos[index], data.mocap_quat[index] = position, _quat(matrix)
