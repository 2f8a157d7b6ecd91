"""Carts: one pushed through (normal work) and one that stops short so that its top carton slides off."""
import mujoco
import numpy as np

from .gait import Walk
from .person import Person
from .script import Script
from .work import edge_x

DECK = .24


def cart_geoms(world, length=1.15, width=.72, collide=False):
    """A platform cart: deck, wheels and a push bar at its −x end; origin on the floor."""
    steel, deck = world.colour((.16, .32, .52), .4), world.colour((.45, .36, .25), .1)
    tyre = world.colour((.06, .06, .06))
    g = world.geom
    out = [g("box", (0, 0, DECK - .02), (length / 2, width / 2, .02), deck, collide=collide, mass=60,
             friction=(.7, .01, .001)),
           g("box", (0, width / 2, DECK - .03), (length / 2, .015, .03), steel, mass=1),
           g("box", (0, -width / 2, DECK - .03), (length / 2, .015, .03), steel, mass=1)]
    for sx in (-1, 1):
        for sy in (-1, 1):
            out.append(g("cylinder", (sx * (length / 2 - .14), sy * (width / 2 - .07), .09), (.09, .022), tyre,
                         euler=(90, 0, 0), mass=1))
    for sy in (-1, 1):
        out.append(g("capsule", (-length / 2, sy * (width / 2 - .05), .62), (.016, .38), steel, mass=1))
    out.append(g("capsule", (-length / 2, 0, 1.0), (.018, width / 2 - .05), steel, euler=(90, 0, 0), mass=1))
    return out


class CartBy(Script):
    """A worker pushes a loaded cart through, stops, goes on."""

    def __init__(self, rng):
        super().__init__("none", 13.0)
        self.objects = {1: "person", 2: "cart with its load"}
        self.notes = {"negative": "a worker pushes a loaded cart through", "click_s": 6.0}
        self.speed = float(rng.uniform(1.0, 1.25))

    def load(self, site, rng, geoms):
        """Cartons on the deck."""
        z = DECK
        for _ in range(int(rng.integers(2, 4))):
            h = rng.uniform(.24, .34)
            for dx in (-.27, .27):
                if z > .4 and rng.random() < .25:
                    continue
                geoms.append(site.world.geom("box", (dx + rng.normal(0, .01), rng.normal(0, .015), z + h / 2),
                                             (.255, .30, h / 2 - .002), site.cartons[int(rng.integers(9))], mass=1))
            z += h

    def prepare(self, site, rng):
        self.person = Person(site.world, rng)
        geoms = cart_geoms(site.world)
        self.load(site, rng, geoms)
        site.world.body("cart", (0, 0, -5), geoms, joint="mocap", object_id=2)
        direction = 1 if rng.random() < .5 else -1
        y = rng.uniform(site.walkway[1] + .7, site.walkway[3] - .7)
        a = -direction * min(abs(edge_x(site, y, -direction)) + 1.0, 7.0)
        b = direction * (abs(edge_x(site, y, direction)) + .6)
        goal = rng.uniform(-1.2, .4) * direction
        self.walk = Walk([(a, y), (goal, y), (b, y)], self.speed, [(abs(goal - a), float(rng.uniform(1.2, 2.2)))])

    def pose(self, t, model, data):
        position, heading, phase, speed = self.walk.at(t)
        f = np.array([np.cos(heading), np.sin(heading), 0])
        left = np.array([-f[1], f[0], 0])
        base = np.array([position[0], position[1], 0])
        cart = base + f * 1.02
        bar = cart - f * .575 + np.array([0, 0, 1.0])
        self.person.pose(model, data, position, heading, phase, speed, lean=.10,
                         hands=[bar + left * .2, bar - left * .2])
        index = model.body_mocapid[mujoco.mj_name2id(model, mujoco.mjtObj.mjOBJ_BODY, "cart")]
        data.mocap_pos[index] = cart
        data.mocap_quat[index] = (np.cos(heading / 2), 0, 0, np.sin(heading / 2))


class CartFall(Script):
    """A pushed cart stops short; the top carton slides off its stack and falls."""

    def __init__(self, rng):
        super().__init__("falling_object", 13.0)
        self.objects = {1: "carton", 2: "person", 3: "cart with its load"}
        self.event_bodies, self.carrier = ["faller"], "cart"
        self.notes = {"falling_id": 1}
        self.speed = float(rng.uniform(1.3, 1.5))

    def prepare(self, site, rng):
        self.person = Person(site.world, rng, object_id=2)
        w = site.world
        direction = 1 if rng.random() < .5 else -1
        y = rng.uniform(site.walkway[1] + .8, site.walkway[3] - .9)
        a = -direction * min(abs(edge_x(site, y, -direction)) + 1.0, 6.5)
        goal = direction * rng.uniform(-1.2, -.4)
        self.reach = abs(goal - a)
        self.begin, self.direction = np.array([a, y]), direction
        # From start to a dead stop within 0.2 s.
        self.times = np.arange(0, 14, .004)
        v = np.clip(self.times / 1.5, 0, 1) * self.speed
        s = np.cumsum(v) * .004
        hit = int(np.argmax(s > self.reach - .12))
        self.event_s = float(self.times[hit])
        stopping = np.clip(self.speed * (1 - (self.times - self.event_s) / .16), 0, None)
        v = np.where(self.times < self.event_s, v, stopping)
        self.v, self.s = v, np.cumsum(v) * .004
        self.phase = .2 + np.cumsum((.65 + .28 * v) * np.minimum(1, v / .25)) * .004
        geoms = cart_geoms(w, collide=True)
        z = DECK
        for h in (.30, .30):
            geoms.append(w.geom("box", (0, 0, z + h / 2), (.52, .31, h / 2 - .001), site.cartons[int(rng.integers(9))],
                                collide=True, mass=20))
            z += h
        yaw = 0 if direction > 0 else np.pi
        w.body("cart", (a + direction * 1.02, y, 0), geoms, quat=(np.cos(yaw / 2), 0, 0, np.sin(yaw / 2)), object_id=3,
               joint='<joint name="roll" type="slide" axis="1 0 0"/>')
        size = np.array([.44, .40, .34]) * rng.uniform(.9, 1.1, 3)
        w.body("faller", (a + direction * (1.02 + .30), y + rng.normal(0, .04), z + size[2] / 2 + .001),
               [w.geom("box", (0, 0, 0), size / 2, site.cartons[int(rng.integers(9))], collide=True, mass=6,
                       friction=(.16, .005, .0005), extra='priority="2"')], object_id=1)
        self.notes["drop_m"] = round(float(z), 2)

    def physics(self, t):
        return True

    def control(self, t, dt, model, data):
        joint = mujoco.mj_name2id(model, mujoco.mjtObj.mjOBJ_JOINT, "roll")
        data.qpos[model.jnt_qposadr[joint]] = np.interp(t, self.times, self.s)
        data.qvel[model.jnt_dofadr[joint]] = np.interp(t, self.times, self.v)

    def pose(self, t, model, data):
        s, v, phase = (np.interp(t, self.times, r) for r in (self.s, self.v, self.phase))
        position = self.begin + (self.direction * s, 0)
        heading = 0 if self.direction > 0 else np.pi
        f = np.array([self.direction, 0, 0])
        left = np.array([0, self.direction, 0])
        bar = np.array([*position, 0]) + f * .445 + np.array([0, 0, 1.0])
        after = t - self.event_s
        hands = [bar + left * .2, bar - left * .2] if after < 2.2 else None
        self.person.pose(model, data, position, heading, phase, v, lean=.12 * (after < 0) + .04, hands=hands,
                         turn=.3 * np.clip(after - 1, 0, 1) * np.sin(after))
