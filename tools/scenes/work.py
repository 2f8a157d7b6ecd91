"""Normal work that must not alarm: a person walking through, a carton carried in and set down."""
import mujoco
import numpy as np

from .gait import Walk
from .person import Person
from .script import Script


def edge_x(site, y, direction):
    """The x along a line at depth y where a person has left the picture, at most the hall's end."""
    for x in np.arange(0, site.family.hall_half[0] - .8, .2):
        p = site.project([(direction * x, y, 0), (direction * x, y, 1.85)])
        if np.abs(p).min(0)[0] > 1.12 or np.abs(p[:, 0]).min() > 1.12:
            return direction * (x + .3)
    return direction * (site.family.hall_half[0] - 1.0)


class WalkBy(Script):
    """A person walks along the walkway, stops, looks about, goes on."""

    def __init__(self, rng, stop=True):
        super().__init__("none", 13.0)
        self.objects = {1: "person"}
        self.notes = {"negative": "a person walks through and stops", "click_s": 6.0}
        self.stop, self.speed = stop, float(rng.uniform(1.15, 1.45))

    def prepare(self, site, rng):
        self.person = Person(site.world, rng)
        direction = 1 if rng.random() < .5 else -1
        ya, yb = rng.uniform(site.walkway[1] + .5, site.walkway[3] - .5, 2)
        a, b = edge_x(site, ya, -direction), edge_x(site, yb, direction)
        a = -direction * min(abs(a), 6.5)
        middle = rng.uniform(-.8, .8)
        path = [(a, ya), (middle, (ya + yb) / 2 - .2), (b, yb)]
        self.walk = Walk(path, self.speed, [(abs(middle - a), float(rng.uniform(1.8, 2.8)))] if self.stop else [])

    def pose(self, t, model, data):
        position, heading, phase, speed = self.walk.at(t)
        turn = 0.0
        for begin, end in self.walk.stop_times:
            if begin < t < end:
                turn = .9 * np.sin(np.pi * (t - begin) / (end - begin)) ** .5 * np.sin(2 * (t - begin))
        self.person.pose(model, data, position, heading, phase, speed, turn=turn)


class PlaceBox(Script):
    """A person carries a carton in, sets it down and leaves."""

    def __init__(self, rng):
        super().__init__("none", 14.5)
        self.objects = {1: "carton set down", 2: "person"}
        self.notes = {"negative": "a person carries a carton in, sets it down and leaves", "click_s": 11.5}

    def prepare(self, site, rng):
        self.person = Person(site.world, rng, object_id=2)
        self.size = np.array([.38, .46, .30]) * rng.uniform(.9, 1.1)
        site.world.body("load", (0, 0, -3), [site.world.geom("box", (0, 0, 0), self.size / 2,
                        site.cartons[int(rng.integers(9))])], joint="mocap", object_id=1)
        direction = 1 if rng.random() < .5 else -1
        y = rng.uniform(site.walkway[1] + .6, site.walkway[3] - .8)
        a = -direction * min(abs(edge_x(site, y, -direction)), 5.0)
        goal = rng.uniform(-.6, .6)
        self.walk = Walk([(a, y), (goal, y - .1)], 1.15, [(abs(goal - a) - .02, 99)], end_s=16)
        begin = self.walk.stop_times[0][0]
        self.down = (begin, begin + 1.3)
        self.up = (begin + 1.5, begin + 2.3)
        position, heading, _, _ = self.walk.at(begin)
        self.turned = begin + 2.3
        self.leave = Walk([position, position + (-direction * .5, -.12), (a, y - .35)], 1.3,
                          start_s=self.turned + .2, end_s=16)
        self.heading = heading
        self.notes["placed_s"] = round(self.down[1], 2)

    def pose(self, t, model, data):
        def ease(begin, end):
            s = float(np.clip((t - begin) / (end - begin), 0, 1))
            return s * s * (3 - 2 * s)

        crouch = ease(*self.down) - ease(*self.up)
        if t < self.turned:
            position, heading, phase, speed = self.walk.at(t)
            turn_in = 0.0
        else:
            position, heading, phase, speed = self.leave.at(t)
            share = ease(self.turned, self.turned + .9)
            gap = (heading - self.heading + np.pi) % (2 * np.pi) - np.pi
            heading, turn_in = self.heading + gap * share, 0.0
        f = np.array([np.cos(self.heading), np.sin(self.heading), 0])
        left = np.array([-f[1], f[0], 0])
        base = self.walk.at(min(t, self.turned))[0]
        high, low = 1.02 * self.person.scale, self.size[2] / 2 + .002
        z = high + (low - high) * ease(*self.down)
        bob = .012 * np.sin(4 * np.pi * phase) * min(1, speed) if t < self.down[0] else 0
        centre = np.array([base[0], base[1], 0]) + f * (.40 + .12 * ease(*self.down)) + np.array([0, 0, z + bob])
        release = t > self.down[1] + .15
        grip = left * (self.size[1] / 2 + .01)
        hands = None if release and crouch < .75 else [centre + grip, centre - grip]
        self.person.pose(model, data, position, heading, phase, speed, crouch=crouch, hands=hands, turn=turn_in)
        index = model.body_mocapid[mujoco.mj_name2id(model, mujoco.mjtObj.mjOBJ_BODY, "load")]
        data.mocap_pos[index] = centre
        data.mocap_quat[index] = (np.cos(self.heading / 2), 0, 0, np.sin(self.heading / 2))


class LeaveBox(PlaceBox):
    """The same in a walkway that must stay free: the carton is an object left."""

    def __init__(self, rng):
        super().__init__(rng)
        self.kind = "object_left"
        self.notes = {"falling_id": 1, "click_s": 11.5}

    def prepare(self, site, rng):
        super().prepare(site, rng)
        self.event_times = self.down
        self.left_place_s = _time_beyond(self.leave, self.turned, 1.0)


class TakeBox(Script):
    """A carton stands in the walkway; a person comes, lifts it and carries it away."""

    def __init__(self, rng):
        super().__init__("object_removed", 15.0)
        self.objects = {1: "carton taken away", 2: "person"}
        self.notes = {"falling_id": 1, "click_s": 1.0}

    def prepare(self, site, rng):
        self.person = Person(site.world, rng, object_id=2)
        self.size = np.array([.38, .46, .30]) * rng.uniform(.9, 1.2)
        direction = 1 if rng.random() < .5 else -1
        y = rng.uniform(site.walkway[1] + .6, site.walkway[3] - .8)
        a = -direction * min(abs(edge_x(site, y, -direction)) + 1.5, 6.0)
        goal = rng.uniform(-.6, .6)
        self.walk = Walk([(a, y), (goal, y - .1)], 1.3, [(abs(goal - a) - .02, 99)], start_s=1.6, end_s=17)
        begin = self.walk.stop_times[0][0]
        self.down, self.up = (begin, begin + .8), (begin + 1.0, begin + 1.9)
        position, self.heading, _, _ = self.walk.at(begin)
        self.turned = begin + 1.9
        self.leave = Walk([position, position + (-direction * .5, -.12), (a, y - .35)], 1.25, start_s=self.turned + .1,
                          end_s=17)
        f = np.array([np.cos(self.heading), np.sin(self.heading), 0])
        self.place = np.array([position[0], position[1], 0]) + f * .52 + (0, 0, self.size[2] / 2 + .002)
        site.occupied.append((self.place[0] - .5, self.place[1] - .5, self.place[0] + .5, self.place[1] + .5))
        site.world.body("load", tuple(self.place), [site.world.geom("box", (0, 0, 0), self.size / 2,
                        site.cartons[int(rng.integers(9))])], joint="mocap", object_id=1)
        self.event_times = (self.up[0], self.up[1])
        self.left_place_s = _time_beyond(self.leave, self.turned, 1.0)

    def pose(self, t, model, data):
        def ease(begin, end):
            s = float(np.clip((t - begin) / (end - begin), 0, 1))
            return s * s * (3 - 2 * s)

        crouch, lift = ease(*self.down) - ease(*self.up), ease(*self.up)
        if t < self.turned:
            position, heading, phase, speed = self.walk.at(t)
        else:
            position, heading, phase, speed = self.leave.at(t)
            gap = (heading - self.heading + np.pi) % (2 * np.pi) - np.pi
            heading = self.heading + gap * ease(self.turned, self.turned + .9)
        f = np.array([np.cos(heading), np.sin(heading), 0])
        left = np.array([-f[1], f[0], 0])
        held = np.array([position[0], position[1], 0]) + f * .42 + (0, 0, 1.02 * self.person.scale)
        centre = self.place + (held - self.place) * lift
        grip = left * (self.size[1] / 2 + .01)
        hands = [centre + grip, centre - grip] if t > self.down[1] - .3 else None
        self.person.pose(model, data, position, heading, phase, speed, crouch=crouch, hands=hands)
        index = model.body_mocapid[mujoco.mj_name2id(model, mujoco.mjtObj.mjOBJ_BODY, "load")]
        angle = heading if lift > 0 else self.heading
        data.mocap_pos[index] = centre
        data.mocap_quat[index] = (np.cos(angle / 2), 0, 0, np.sin(angle / 2))


def _time_beyond(walk, after, metres):
    """When a walker is `metres` away from where they were at time `after`."""
    begin = walk.at(after)[0]
    times = np.arange(after, after + 10, .05)
    return float(next((t for t in times if np.linalg.norm(walk.at(t)[0] - begin) > metres), times[-1]))
