"""Pallets, racks and the cartons on them."""
import numpy as np

from . import textures
from .site import Site
from .world import World

BOX_SIZES = [(.6, .4, .4), (.4, .4, .3), (.5, .35, .3), (.4, .3, .25), (.6, .4, .3), (.35, .3, .4), (.55, .5, .45)]


def pick(rng, options):
    """One of the options, by the generator."""
    return options[int(rng.integers(len(options)))]


def pallet(world: World, x, y, yaw, load, rng, site_cartons):
    """A EUR pallet at floor level with a wrapped or open load; returns the load's top height."""
    c, s = np.cos(np.radians(yaw)), np.sin(np.radians(yaw))
    at = lambda dx, dy, z: (x + c * dx - s * dy, y + s * dx + c * dy, z)
    for k in range(5):
        world.box(at(0, -.36 + k * .18, .135), (1.2, .12, .022), "wood", collide=True, euler=(0, 0, yaw))
    for dx in (-.53, 0, .53):
        world.box(at(dx, 0, .075), (.12, .76, .1), "wood", euler=(0, 0, yaw))
        world.box(at(dx, 0, .012), (.12, .8, .022), "wood", euler=(0, 0, yaw))
    if load == "wrapped":
        height = rng.uniform(.7, 1.25)
        world.box(at(0, 0, .146 + height / 2), (1.14, .76, height), pick(rng, ["wrap0", "wrap1"]), collide=True,
                  euler=(0, 0, yaw))
        return .146 + height
    if load == "empty":
        return .146
    rows, top = int(rng.integers(1, 4)), .146
    for _ in range(rows):
        h = rng.uniform(.25, .34)
        for dx in (-.4, 0, .4):
            for dy in (-.19, .19):
                if top > .3 and rng.random() < .2:
                    continue
                world.box(at(dx + rng.normal(0, .006), dy + rng.normal(0, .006), top + h / 2),
                          (.385, .365, h - .004), pick(rng, site_cartons), collide=True,
                          euler=(0, 0, yaw + rng.normal(0, 1.2)))
        top += h
    return top


def shelf_goods(world, rng, x0, x1, deck, headroom, y_front, depth, cartons, keep_free=None):
    """Cartons and totes of varied sizes along one shelf."""
    x = x0 + rng.uniform(.03, .25)
    while x < x1 - .3:
        w, d, h = pick(rng, BOX_SIZES)
        w, d, h = w * rng.uniform(.85, 1.2), d * rng.uniform(.85, 1.2), h * rng.uniform(.8, 1.3)
        if x + w > x1 - .03:
            break
        if keep_free and x < keep_free[1] and x + w > keep_free[0]:
            x = keep_free[1] + .02
            continue
        material = pick(rng, cartons) if rng.random() < .85 else pick(rng, ["tote0", "tote1", "tote2"])
        y, z = y_front + .06 + d / 2 + abs(rng.normal(0, .06)), deck
        for _ in range(int(rng.choice([1, 1, 2, 3]))):
            if z + h > deck + headroom - .08:
                break
            world.box((x + w / 2 + rng.normal(0, .01), y + rng.normal(0, .012), z + h / 2), (w, d, h), material,
                      collide=True, euler=(0, 0, rng.normal(0, 2.5)))
            z += h
        if rng.random() < .6:  # something behind
            world.box((x + w / 2, y_front + depth - .25, deck + h / 2), (w * .95, .4, h * 1.1), pick(rng, cartons))
        x += w + abs(rng.normal(0, .09)) + (.35 if rng.random() < .12 else .015)


def rack(site: Site, rng, upright, beam):
    """The main pallet rack along x with goods on each level; bays flagged `free` keep a gap for a script's object."""
    world, family = site.world, site.family
    y0, y1 = site.front_y, site.front_y + family.rack_depth
    top = site.levels[-1] + 1.5
    edges = [site.bays[0][0]] + [b[1] for b in site.bays]
    world.texture("upright", textures.painted_metal(site.paint, upright, holes=True), cube=False, repeat=(1, 8))
    world.texture("beam", textures.painted_metal(site.paint, beam), cube=False, repeat=(4, 1))
    steel = world.colour((.55, .56, .56))
    for x in edges:
        for y in (y0 + .05, y1 - .05):
            world.box((x, y, top / 2), (.1, .09, top), "upright")
        for k, z in enumerate(np.arange(.4, top - .5, .9)):
            length = np.hypot(y1 - y0 - .1, .8)
            angle = np.degrees(np.arctan2(.8, y1 - y0 - .1)) * (1 if k % 2 else -1)
            world.box((x, (y0 + y1) / 2, z + .4), (.035, length, .035), "upright", euler=(angle, 0, 0))
    for (x0, x1), free in zip(site.bays, site.free):
        for level, deck in enumerate(site.levels):
            if level:
                for y in (y0 + .03, y1 - .03):
                    world.box(((x0 + x1) / 2, y, deck - .07), (x1 - x0, .05, .13), "beam", collide=True)
                world.box(((x0 + x1) / 2, (y0 + y1) / 2, deck - .01), (x1 - x0 - .06, y1 - y0 - .02, .02),
                          "deck", collide=True)
            headroom = (site.levels[level + 1] if level + 1 < len(site.levels) else deck + 1.45) - deck
            if level == 0:
                for px in np.arange(x0 + .7, x1 - .5, 1.3):
                    pallet(world, px, (y0 + y1) / 2 + .05, rng.normal(0, 1.2),
                           pick(rng, ["wrapped", "open", "open"]), rng, site.cartons)
            else:
                shelf_goods(world, rng, x0 + .07, x1 - .07, deck, headroom, y0, family.rack_depth, site.cartons,
                            free.get(level))
    return steel
