"""Falling objects and toppling stacks."""
import numpy as np

from .script import Script, body_id


def drum_geoms(world, radius, height, body, band, mass, prefix):
    """A drum or bucket standing on its body's origin: shell, rings and a lid; the shell collides."""
    shell, ring = world.colour(body, .5, .5), world.colour(band, .4, .4)
    g = lambda z, r, h, m, **k: world.geom("cylinder", (0, 0, z), (r, h / 2), m, **k)
    return [g(height / 2, radius, height, shell, collide=True, mass=mass, friction=(.5, .01, .012),
              extra='condim="6" priority="1"', name=prefix + "shell"),
            g(height * .34, radius * 1.012, height * .22, ring, mass=.01),
            g(height * .97, radius * 1.03, height * .05, ring, mass=.01),
            g(height * .03, radius * 1.02, height * .05, ring, mass=.01),
            g(height * .995, radius * .9, height * .03, world.colour(tuple(np.array(body) * .6)), mass=.01)]


class RackFall(Script):
    """A box (or bucket) leaves a rack shelf: pushed from behind by something unseen, or creeping by vibration."""

    def __init__(self, rng, variant=None):
        super().__init__("falling_object", 12.0)
        self.variant = variant or str(rng.choice(["push", "vibration", "bucket"]))
        self.event_s = float(rng.uniform(4.2, 6.0))
        self.objects = {1: "bucket" if self.variant == "bucket" else "carton"}
        self.event_bodies = ["faller"]
        self.side_push = float(rng.uniform(-.25, .25))
        self.pulse = rng.uniform(0, 6.28)

    def prepare(self, site, rng):
        w = site.world
        bay, level = site.visible_shelf(rng)
        x0, x1 = site.bays[bay]
        x = rng.uniform(x0 + .75, x1 - .75)
        site.free[bay][level] = (x - .5, x + .5)
        deck, self.edge = site.levels[level], site.front_y
        if self.variant == "bucket":
            radius, height = rng.uniform(.15, .18), rng.uniform(.34, .42)
            body, band = [((.10, .30, .62), (.85, .85, .82)), ((.80, .78, .74), (.70, .10, .08)),
                          ((.15, .42, .25), (.85, .75, .2))][int(rng.integers(3))]
            geoms, self.mass, y, half = drum_geoms(w, radius, height, body, band, 9, "f"), 9.0, radius + .06, 0
            self.top = height * .8
        else:
            size = np.array([rng.uniform(.38, .55), rng.uniform(.34, .44), rng.uniform(.3, .46)])
            self.mass = float(rng.uniform(6, 11))
            material = site.cartons[int(rng.integers(len(site.cartons)))]
            if rng.random() < .3:
                material = "tote%d" % rng.integers(3)
            geoms = [w.geom("box", (0, 0, 0), size / 2, material, collide=True, mass=self.mass,
                            friction=(.42, .01, .001))]
            half, y = size[2] / 2, size[1] / 2 + .03
            self.top = size[2] * .22
        w.body("faller", (x, self.edge + y, deck + half + .002), geoms, object_id=1)
        site.occupied.append((x - .9, self.edge - 1.5, x + .9, self.edge))
        self.notes["drop_m"] = round(float(deck), 2)

    def control(self, t, dt, model, data):
        b = body_id(model, "faller")
        data.xfrc_applied[b] = 0
        if t < self.event_s or data.xipos[b][1] < self.edge - .06 or t > self.event_s + 3:
            return
        weight = self.mass * 9.81
        if self.variant == "vibration":
            gate = max(0.0, np.sin(9 * (t - self.event_s) + self.pulse)) ** 2
            force = weight * (.30 + .55 * gate)
        else:
            force = weight * min(.78, .45 + 1.2 * (t - self.event_s))
        if self.variant == "bucket":
            force *= .8
        point = data.xpos[b] + data.xmat[b].reshape(3, 3) @ np.array([self.side_push * .2, 0, self.top])
        push = np.array([self.side_push * force, -force, 0])
        data.xfrc_applied[b, :3] = push
        data.xfrc_applied[b, 3:] = np.cross(point - data.xipos[b], push)


class TallTip(Script):
    """Something tall and slender (a roll, a rack's loose upright, a cabinet) tips over."""

    def __init__(self, rng, shape=None):
        super().__init__("toppled_stack", 12.0)
        self.shape = shape or str(rng.choice(["roll", "cabinet"]))
        self.event_s = float(rng.uniform(4.5, 6.0))
        self.objects = {1: self.shape}
        self.event_bodies = ["tall"]
        angle = rng.uniform(0, 2 * np.pi)
        self.push = np.array([np.cos(angle), np.sin(angle), 0])

    def prepare(self, site, rng):
        w = site.world
        x, y = site.free_spot(rng, (-2, 2), (site.walkway[1] - .9, site.walkway[3] - .6), 1.0,
                              seen=[(0, 0), tuple(1.3 * self.push[:2])])
        if self.shape == "roll":
            self.height, radius = float(rng.uniform(1.3, 1.8)), float(rng.uniform(.13, .2))
            tone = [(.72, .66, .55), (.30, .42, .55), (.55, .56, .57)][int(rng.integers(3))]
            geoms = [w.geom("cylinder", (0, 0, self.height / 2), (radius, self.height / 2), w.colour(tone),
                            collide=True, mass=25, friction=(.6, .01, .01)),
                     w.geom("cylinder", (0, 0, self.height - .04), (radius * 1.01, .03), w.colour((.2, .2, .2)),
                            mass=.01)]
        else:
            self.height = float(rng.uniform(1.2, 1.6))
            half = (float(rng.uniform(.18, .26)), float(rng.uniform(.14, .2)), self.height / 2)
            material = site.cartons[int(rng.integers(9))] if rng.random() < .5 else w.colour((.35, .42, .50))
            geoms = [w.geom("box", (0, 0, self.height / 2), half, material, collide=True, mass=25,
                            friction=(.6, .01, .001))]
        turn = rng.uniform(0, 3.1)
        w.body("tall", (x, y, .002), geoms, object_id=1, quat=(np.cos(turn), 0, 0, np.sin(turn)))

    def control(self, t, dt, model, data):
        b = body_id(model, "tall")
        data.xfrc_applied[b] = 0
        since, axis = t - self.event_s, data.xmat[b].reshape(3, 3)
        if 0 <= since < 2.5 and axis[2, 2] > .9:
            force = self.push * 25 * 9.81 * min(.45, .1 + .3 * since)
            arm = axis @ np.array([0, 0, self.height * .9]) + data.xpos[b] - data.xipos[b]
            data.xfrc_applied[b, :3], data.xfrc_applied[b, 3:] = force, np.cross(arm, force)


class Topple(Script):
    """A stack of cartons leans and comes apart."""

    def __init__(self, rng):
        super().__init__("toppled_stack", 12.0)
        self.count = int(rng.integers(3, 6))
        self.event_s = float(rng.uniform(4.5, 6.0))
        self.objects = {k + 1: f"carton {k + 1} (1 = bottom)" for k in range(self.count)}
        self.event_bodies = [f"part{k}" for k in range(self.count)]
        angle = rng.uniform(0, 2 * np.pi)
        self.push = np.array([np.cos(angle), np.sin(angle) * .6, 0])

    def prepare(self, site, rng):
        x, y = site.free_spot(rng, (-2, 2), (site.walkway[1] - 1.2, site.walkway[3] - .6), 1.0)
        z = 0.0
        for k in range(self.count):
            size = np.array([.48, .42, .38]) * rng.uniform(.85, 1.1, 3)
            site.world.body(f"part{k}", (x + rng.normal(0, .012), y + rng.normal(0, .012), z + size[2] / 2 + .001), [
                site.world.geom("box", (0, 0, 0), size / 2, site.cartons[int(rng.integers(9))], collide=True, mass=7,
                                friction=(.5, .01, .001))], object_id=k + 1,
                            quat=(np.cos(a := rng.normal(0, .05)), 0, 0, np.sin(a)))
            z += size[2] + .001
        self.height = z

    def control(self, t, dt, model, data):
        data.xfrc_applied[:] = 0
        since = t - self.event_s
        if not 0 <= since < 1.4:
            return
        for k in range(self.count // 2, self.count):
            b = body_id(model, f"part{k}")
            if data.xipos[b][2] > self.height * (k + .2) / self.count:
                data.xfrc_applied[b, :3] = self.push * 7 * 9.81 * min(.8, .25 + .5 * since)
