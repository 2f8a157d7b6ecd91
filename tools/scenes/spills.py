"""Spills: a container tips over and pours, or something leaks slowly under a pallet."""
import numpy as np

from .falls import drum_geoms
from .goods import pallet
from .liquid import LIQUIDS, Puddle
from .script import Script, body_id


class TipSpill(Script):
    """A canister or drum standing on the floor or on a carton is tipped by an unseen push; liquid runs out."""

    def __init__(self, rng, liquid=None, container=None):
        super().__init__("spill", 13.5)
        self.liquid = LIQUIDS[liquid or str(rng.choice(list(LIQUIDS)))]
        self.container = container or str(rng.choice(["canister", "drum", "bucket"]))
        self.event_s = float(rng.uniform(4.0, 5.5))
        self.objects = {1: self.container, 100: self.liquid.name}
        self.event_bodies = ["container"]
        self.rng_puddle = np.random.default_rng(int(rng.integers(1 << 31)))
        self.area = float(rng.uniform(1.2, 2.2)) * (1.15 if self.container == "drum" else 1)
        self.spread_s = float(rng.uniform(3.2, 5.5))

    def prepare(self, site, rng):
        w = site.world
        angle = rng.uniform(-.7, .7) - np.pi / 2 if rng.random() < .5 else rng.uniform(0, 6.28)
        self.direction = np.array([np.cos(angle), np.sin(angle), 0])
        x, y = site.free_spot(rng, (-2.5, 2.5), (site.walkway[1] - .9, site.walkway[3] - .6), 1.3,
                              seen=[(0, 0), tuple(1.9 * self.direction[:2])])
        base = 0.0
        if self.container == "drum":
            self.height, self.mass = .88, 40.0
            paint = [(.10, .25, .55), (.25, .28, .27), (.60, .12, .08)][int(rng.integers(3))]
            geoms = drum_geoms(w, .29, self.height, paint, (.75, .74, .7), self.mass, "c")
        elif self.container == "bucket":
            self.height, self.mass = .40, 8.0
            base = .5
            geoms = drum_geoms(w, .17, self.height, (.82, .81, .78), (.15, .35, .6), self.mass, "c")
        else:
            self.height, self.mass = .46, 10.0
            body = w.colour([(.12, .32, .6), (.82, .8, .74), (.7, .55, .1)][int(rng.integers(3))], .4, .4)
            dark = w.colour((.12, .12, .13), .3)
            geoms = [w.geom("box", (0, 0, .2), (.15, .11, .2), body, collide=True, mass=self.mass,
                            friction=(.5, .01, .002)),
                     w.geom("box", (0, 0, .41), (.13, .09, .012), body, mass=.01),
                     w.geom("cylinder", (.08, 0, .44), (.028, .035), dark, mass=.01),
                     w.geom("box", (-.02, 0, .455), (.055, .018, .014), body, mass=.01),
                     w.geom("box", (0, -.112, .18), (.08, .002, .07), w.colour((.9, .9, .86)), mass=.01)]
            if rng.random() < .5:
                base = .42
        if base:
            w.box((x, y, base / 2), (.46, .42, base), site.cartons[int(rng.integers(9))], collide=True)
        w.body("container", (x, y, base + .002), geoms, object_id=1,
               quat=(np.cos(a := rng.uniform(0, 3.1)), 0, 0, np.sin(a)))
        self.base, self.home = base, np.array([x, y])

    def control(self, t, dt, model, data):
        b = body_id(model, "container")
        data.xfrc_applied[b] = 0
        since = t - self.event_s
        upright = data.xmat[b].reshape(3, 3)[2, 2]
        if 0 <= since < 2.5 and upright > .72:
            force = self.direction * self.mass * 9.81 * min(.62, .2 + .5 * since)
            arm = data.xmat[b].reshape(3, 3) @ np.array([0, 0, self.height * .95]) + data.xpos[b] - data.xipos[b]
            data.xfrc_applied[b, :3], data.xfrc_applied[b, 3:] = force, np.cross(arm, force)

    def after(self, recording, model, data_at):
        """Places the puddle once the physics is known: liquid comes when the mouth is low."""
        b = body_id(model, "container")
        start, mouth = None, None
        for index in range(len(recording.times)):
            if index % 2:
                continue
            data = data_at(recording.snapshots[index])
            tip = data.xmat[b].reshape(3, 3) @ np.array([0, 0, self.height]) + data.xpos[b]
            if start is None and data.xmat[b].reshape(3, 3)[2, 2] < .35:
                start = recording.times[index] + .12 + .1 * (self.base > 0)
            mouth = tip
        if start is None:
            raise ValueError("the container did not tip")
        flow = (mouth[:2] - data.xpos[b][:2]) * 1.2 + self.direction[:2] * .35
        self.puddle = Puddle(self.rng_puddle, self.liquid, mouth[:2] + flow * .15, flow, self.area, start,
                             start + self.spread_s)


class Leak(Script):
    """Liquid creeps out from under a loaded pallet; nothing else moves."""

    def __init__(self, rng, liquid=None):
        super().__init__("spill", 15.0)
        self.liquid = LIQUIDS[liquid or str(rng.choice(["water", "oil", "coolant", "juice"]))]
        self.objects = {100: self.liquid.name}
        self.rng_puddle = np.random.default_rng(int(rng.integers(1 << 31)))
        self.area = float(rng.uniform(1.0, 1.9))
        self.start = float(rng.uniform(2.5, 3.5))
        self.spread_s = float(rng.uniform(7.0, 9.0))

    def prepare(self, site, rng):
        x, y = site.free_spot(rng, (-1.5, 1.5), (site.walkway[1] - .4, site.walkway[1] + 1.0), 1.3,
                              seen=[(-1.3, -1.2), (1.3, -1.2)])
        pallet(site.world, x, y, rng.uniform(-20, 20), "wrapped", rng, site.cartons)
        side = -np.sign(site.camera_pos[0]) * rng.uniform(.1, .3)
        self.source, self.flow = (x - side, y - .28), (-side * 1.5, -.55)

    def after(self, recording, model, data_at):
        """The puddle is known from the start."""
        self.puddle = Puddle(self.rng_puddle, self.liquid, self.source, self.flow, self.area, self.start,
                             self.start + self.spread_s, splashes=0)
