"""People in danger: a worker who falls and stays down, and a driverless truck that stops just short of one."""
import mujoco
import numpy as np

from .carts import CartBy, cart_geoms
from .gait import Walk
from .person import PARTS, Person
from .script import Script
from .work import edge_x


def _tip(person, model, data, pivot, axis, angle, lift):
    """Turns the whole posed person about an axis on the floor; lying bodies rest on it, not in it."""
    quat = np.zeros(4)
    mujoco.mju_axisAngle2Quat(quat, np.asarray(axis, float), float(angle))
    for part in PARTS:
        index = model.body_mocapid[mujoco.mj_name2id(model, mujoco.mjtObj.mjOBJ_BODY, person.tag + part)]
        moved, turned = np.zeros(3), np.zeros(4)
        mujoco.mju_rotVecQuat(moved, data.mocap_pos[index] - pivot, quat)
        mujoco.mju_mulQuat(turned, quat, data.mocap_quat[index])
        data.mocap_pos[index] = moved + pivot + np.array([0, 0, lift])
        data.mocap_quat[index] = turned


class PersonFalls(Script):
    """A worker walks along the walkway, falls over stiffly, as one who faints does, and stays down."""

    def __init__(self, rng):
        super().__init__("person_down", 16.0)
        self.objects = {1: "person"}
        self.notes = {"falling_id": 1, "click_s": 4.0}
        self.speed = float(rng.uniform(1.0, 1.3))

    def prepare(self, site, rng):
        self.person = Person(site.world, rng)
        direction = 1 if rng.random() < .5 else -1
        y = rng.uniform(site.walkway[1] + .6, site.walkway[3] - .6)
        a = -direction * min(abs(edge_x(site, y, -direction)), 5.0)
        goal = direction * rng.uniform(-.6, .2)
        self.walk = Walk([(a, y), (goal, y)], self.speed, [(abs(goal - a) - .02, 99)], end_s=17)
        begin = self.walk.stop_times[0][0] + .3
        # A rod that tips over about its foot: angle'' = 3 g / (2 length) sin(angle).
        step, angle, rate, angles = .002, .10, .35, [0.0]
        while angle < 1.5:
            rate += 1.5 * 9.81 / (1.75 * self.person.scale) * np.sin(angle) * step
            angle += rate * step
            angles.append(angle)
        self.angles, self.begin = np.array(angles), begin
        self.times = begin + step * np.arange(len(angles))
        self.event_times = (begin, float(self.times[-1]))

    def pose(self, t, model, data):
        position, heading, phase, speed = self.walk.at(min(t, self.begin))
        self.person.pose(model, data, position, heading, phase, speed * float(t < self.begin))
        angle = float(np.interp(t, self.times, self.angles))
        if angle > 0:
            left = (-np.sin(heading), np.cos(heading), 0)
            _tip(self.person, model, data, np.array([*position, 0]), left, angle, .13 * np.sin(angle))


class NearMiss(Script):
    """A driverless truck comes along the walkway towards a walking worker and stops hard just before them."""

    def __init__(self, rng):
        super().__init__("near_miss", 9.0)
        self.objects = {1: "person", 2: "truck with its load"}
        self.notes = {"click_s": 4.0}
        self.speed = float(rng.uniform(2.9, 3.3))

    def prepare(self, site, rng):
        self.person = Person(site.world, rng)
        geoms = cart_geoms(site.world)
        CartBy(rng).load(site, rng, geoms)
        site.world.body("truck", (0, 0, -5), geoms, joint="mocap", object_id=2)
        direction = 1 if rng.random() < .5 else -1
        y = rng.uniform(site.walkway[1] + .8, site.walkway[3] - .8)
        a = -direction * min(abs(edge_x(site, y, -direction)), 5.0)
        # The worker stops where they see it coming.
        self.walk = Walk([(a, y), (-direction * .9, y)], 1.2, [(abs(a) - .92, 99)], end_s=14)
        stop = self.walk.stop_times[0][0]
        self.heading, self.y = (np.pi if direction > 0 else 0.0), y
        # The truck's front stands 0.5 m before the worker; it brakes with 6 m/s² over the last metre.
        rest = -direction * .9 + direction * (.5 + .58 + .25)
        brake = self.speed / 6
        self.event_times = (stop - .5, stop + brake)
        t = np.arange(0, 14, .004)
        v = np.clip(self.speed - 6 * np.clip(t - stop, 0, None), 0, None)
        s = np.cumsum(v) * .004
        self.track = (t, rest + direction * (s[-1] - s))

    def pose(self, t, model, data):
        position, heading, phase, speed = self.walk.at(t)
        self.person.pose(model, data, position, heading, phase, speed)
        index = model.body_mocapid[mujoco.mj_name2id(model, mujoco.mjtObj.mjOBJ_BODY, "truck")]
        data.mocap_pos[index] = (np.interp(t, *self.track), self.y, 0)
        data.mocap_quat[index] = (np.cos(self.heading / 2), 0, 0, np.sin(self.heading / 2))
