"""Builds one site of a family: floor, walls, racks with cartons, pallets, lamps, lights and the camera."""
from dataclasses import dataclass, field

import numpy as np

from . import textures
from .family import Family
from .floor import FloorPainter
from .world import World

BOX_SIZES = [(.6, .4, .4), (.4, .4, .3), (.5, .35, .3), (.4, .3, .25), (.6, .4, .3), (.35, .3, .4), (.55, .5, .45)]


@dataclass
class Site:
    """What the scripts need to know about the place they play in."""
    family: Family
    world: World
    levels: tuple                    # shelf heights (top of deck), metres
    bays: list                       # (x0, x1) of each bay of the main rack
    front_y: float                   # the rack's front face
    camera_pos: np.ndarray
    look_at: np.ndarray
    fovy_deg: float
    cartons: list[str]               # material names
    floor_colour: tuple
    occupied: list = field(default_factory=list)   # floor rectangles (x0, y0, x1, y1) already taken
    walkway: tuple = (-8, 1.1, 8, 3.0)

    def free_spot(self, rng, x_range, y_range, half, tries=60, seen=()):
        """A floor place with `half` metres free around it (the last try if none is); it and the points at offsets
        `seen` from it lie well in the picture, if given."""
        for _ in range(tries):
            x, y = rng.uniform(*x_range), rng.uniform(*y_range)
            if not all(self.well_seen(x + dx, y + dy) for dx, dy in seen):
                continue
            if all(x + half < a or x - half > c or y + half < b or y - half > d for a, b, c, d in self.occupied):
                break
        self.occupied.append((x - half, y - half, x + half, y + half))
        return x, y

    def project(self, points, aspect=16 / 9) -> np.ndarray:
        """World points → picture coordinates −1…1 (x right, y up), before lens distortion."""
        forward = self.look_at - self.camera_pos
        forward = forward / np.linalg.norm(forward)
        right = np.cross(forward, (0, 0, 1))
        right /= np.linalg.norm(right)
        d = np.atleast_2d(points) - self.camera_pos
        depth = np.maximum(.01, d @ forward) * np.tan(np.radians(self.fovy_deg) / 2)
        return np.stack([d @ right / depth / aspect, d @ np.cross(right, forward) / depth], 1)

    def well_seen(self, x, y) -> bool:
        """Whether a floor point lies in the picture's middle part."""
        u, v = self.project([(x, y, 0)])[0]
        return abs(u) < .68 and -.72 < v < .45

    def visible_shelf(self, rng):
        """A (bay, level) above the floor level whose shelf and floor in front lie well inside the picture."""
        good = []
        for bay, (x0, x1) in enumerate(self.bays):
            for level in range(1, len(self.levels)):
                x, z = (x0 + x1) / 2, self.levels[level]
                p = self.project([(x, self.front_y, z + .5), (x, self.front_y - 1.5, 0)])
                if np.abs(p[:, 0]).max() < .72 and p[0, 1] < .93 and p[1, 1] > -.9:
                    good.append((bay, level))
        if not good:
            raise ValueError("no shelf is well in the picture; take another seed")
        return good[int(rng.integers(len(good)))]


def _pick(rng, options):
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
        world.box(at(0, 0, .146 + height / 2), (1.14, .76, height), _pick(rng, ["wrap0", "wrap1"]), collide=True,
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
                          (.385, .365, h - .004), _pick(rng, site_cartons), collide=True,
                          euler=(0, 0, yaw + rng.normal(0, 1.2)))
        top += h
    return top


def shelf_goods(world, rng, x0, x1, deck, headroom, y_front, depth, cartons, keep_free=None):
    """Cartons and totes of varied sizes along one shelf."""
    x = x0 + rng.uniform(.03, .25)
    while x < x1 - .3:
        w, d, h = _pick(rng, BOX_SIZES)
        w, d, h = w * rng.uniform(.85, 1.2), d * rng.uniform(.85, 1.2), h * rng.uniform(.8, 1.3)
        if x + w > x1 - .03:
            break
        if keep_free and x < keep_free[1] and x + w > keep_free[0]:
            x = keep_free[1] + .02
            continue
        material = _pick(rng, cartons) if rng.random() < .85 else _pick(rng, ["tote0", "tote1", "tote2"])
        y, z = y_front + .06 + d / 2 + abs(rng.normal(0, .06)), deck
        for _ in range(int(rng.choice([1, 1, 2, 3]))):
            if z + h > deck + headroom - .08:
                break
            world.box((x + w / 2 + rng.normal(0, .01), y + rng.normal(0, .012), z + h / 2), (w, d, h), material,
                      collide=True, euler=(0, 0, rng.normal(0, 2.5)))
            z += h
        if rng.random() < .6:  # something behind
            world.box((x + w / 2, y_front + depth - .25, deck + h / 2), (w * .95, .4, h * 1.1), _pick(rng, cartons))
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
                           _pick(rng, ["wrapped", "open", "open"]), rng, site.cartons)
            else:
                shelf_goods(world, rng, x0 + .07, x1 - .07, deck, headroom, y0, family.rack_depth, site.cartons,
                            free.get(level))
    return steel


def build(family: Family, rng: np.random.Generator) -> Site:
    """Draws one site. Scripts add their objects afterwards, then `finish` adds the goods around them."""
    paint = rng.spawn(1)[0]          # surfaces draw from a stream of their own: layout does not depend on them
    world = World(rng)
    levels = _pick(rng, family.level_heights)
    width = rng.uniform(*family.bay_width)
    start = -4.5 * width / 2 + rng.uniform(-.6, .6)
    bays = [(start + k * width, start + (k + 1) * width) for k in range(5)]
    side = 1 if rng.random() < .5 else -1
    azimuth = np.radians(rng.uniform(*family.azimuth_deg)) * side
    distance, height = rng.uniform(*family.distance_m), rng.uniform(*family.height_m)
    look = np.array([rng.uniform(-.5, .5), family.rack_y - 2.1 + rng.uniform(-.3, .3), rng.uniform(.7, 1.1)])
    flat = np.sqrt(max(4.0, distance ** 2 - (height - look[2]) ** 2))
    camera = look + np.array([-np.sin(azimuth) * flat, -np.cos(azimuth) * flat, 0])
    camera[2] = height
    colour = np.array(_pick(rng, family.floor_colours)) * rng.uniform(.92, 1.06)
    site = Site(family, world, levels, bays, family.rack_y - family.rack_depth / 2, camera, look,
                rng.uniform(*family.fovy_deg), [f"carton{k}" for k in range(9)], tuple(colour))
    site.free = [dict() for _ in bays]
    site.walkway = (-family.hall_half[0] + 1, site.front_y - 2.6, family.hall_half[0] - 1, site.front_y - .5)
    site.side, site.paint = side, paint
    for k in range(9):
        world.texture(f"carton{k}", textures.carton(paint), specular=.04, shininess=.05)
    for k, tone in enumerate([(.12, .3, .55), (.62, .12, .1), (.35, .37, .39)]):
        world.texture(f"tote{k}", textures.tote(paint, np.array(tone)), specular=.35, shininess=.4)
    for k in range(2):
        world.texture(f"wrap{k}", textures.wrapped(paint), specular=.6, shininess=.6)
    world.texture("wood", textures.wood(paint), cube=False, specular=.05)
    world.texture("deck", textures.painted_metal(paint, (.58, .57, .54)), cube=False, repeat=(3, 1))
    return site


def finish(site: Site, rng: np.random.Generator, clutter=3):
    """Paints the floor, raises walls and racks, adds pallets; call after the script has claimed its places."""
    world, family = site.world, site.family
    hx, hy = family.hall_half
    line = _pick(rng, family.line_colours)
    painter = FloorPainter(site.paint, (2 * hx, 2 * hy), site.floor_colour, rng.uniform(*family.floor_stain))
    painter.joints(rng.uniform(3.4, 5.0))
    painter.tyre_marks(int(rng.integers(10, 26)))
    x0, y0, x1, y1 = site.walkway
    painter.lines([(x0, y0, x1, y0), (x0, y1, x1, y1)], line, rng.uniform(.08, .12))
    bx = rng.uniform(-3, 2)
    painter.lines([(bx, y0 - 2.6, bx + 1.6, y0 - 2.6), (bx, y0 - .7, bx + 1.6, y0 - .7),
                   (bx, y0 - 2.6, bx, y0 - .7), (bx + 1.6, y0 - 2.6, bx + 1.6, y0 - .7)], line, .08)
    if rng.random() < .5:
        sx = rng.uniform(2, 5) * site.side
        painter.stripes(sx, y0 - 2.2, sx + 1.5, y0 - .3, line)
    world.texture("floor", painter.result(), cube=False, specular=.12, shininess=.5)
    world.static_xml.append(world.geom("plane", (0, 0, 0), (hx, hy, .5), "floor", collide=True, name="floor"))
    rack(site, rng, _pick(rng, family.upright_colours), _pick(rng, family.beam_colours))
    style, tone = _pick(rng, family.wall_styles), np.array(_pick(rng, family.wall_colours))
    world.texture("wall", textures.wall(site.paint, tone, style=style), cube=False, repeat=(2, 1), specular=.05)
    h = family.wall_height
    world.box((0, family.wall_y + .1, h / 2), (2 * hx, .2, h), "wall")
    for s in (-1, 1):
        world.box((s * hx, 0, h / 2), (.2, 2 * hy, h), "wall")
        for y in np.arange(-hy + 1, family.wall_y, 3.4):
            world.box((s * (hx - .2), y, h / 2), (.3, .3, h), world.colour(tuple(tone * .7)))
    door = world.colour((.70, .71, .70), .3)
    for s in (-1, 1):
        yd = rng.uniform(-1.5, .5)
        world.box((s * (hx - .13), yd, 1.7), (.08, 3.0, 3.4), door)
        for z in np.arange(.35, 3.3, .42):
            world.box((s * (hx - .18), yd, z), (.04, 3.0, .03), world.colour((.45, .46, .46)))
        for e in (-1.6, 1.6):
            world.box((s * (hx - .2), yd + e, 1.75), (.2, .18, 3.5), world.colour((.82, .64, .08)))
    ceiling = world.colour((.42, .43, .43))
    world.box((0, -1.5, h + .1), (2 * hx, 2 * hy + 3, .2), ceiling, extra='group="3"')
    lamp = world.colour((1, 1, .96), emission=1.0)
    for lx in np.arange(-8, 9, 4):
        for ly in np.arange(-6, 5, 3.5):
            world.box((lx, ly, family.lamp_height - .1), (1.5, .22, .06), lamp, extra='group="3"')
    for _ in range(clutter):
        px, py = site.free_spot(rng, (-5, 5), (site.walkway[1] - 3.2, site.walkway[1] - .7), .85)
        pallet(world, px, py, rng.uniform(-25, 25), _pick(rng, ["wrapped", "open", "open", "empty"]), rng, site.cartons)
    for _ in range(2):
        cx, cy = site.free_spot(rng, (-4.5, 4.5), (site.walkway[1] - 2.5, site.walkway[1] - .3), .3)
        world.box((cx, cy, .015), (.34, .34, .03), world.colour((.8, .3, .08)))
        for k in range(6):
            r = .13 * (1 - k / 6.5)
            world.cylinder((cx, cy, .03 + .05 + k * .095), r, .098,
                           world.colour((.88, .86, .84) if k in (2, 3) else (.85, .3, .07)))


def lights_xml(family: Family, rng: np.random.Generator) -> tuple[str, dict]:
    """Two shadow-casting overhead lights (one for each circuit) and an ambient one; also their strengths."""
    ambient, key = rng.uniform(*family.ambient), rng.uniform(*family.key)
    share = rng.uniform(.52, .66)
    dirs = [(rng.uniform(.1, .45), rng.uniform(.15, .5), -1), (rng.uniform(-.5, -.15), rng.uniform(.05, .4), -1)]
    if rng.random() < .5:
        dirs = [(-x, y, z) for x, y, z in dirs]
    xml = (f'<light name="ambient" type="directional" dir="0.15 1 -0.7" pos="0 -6 6" castshadow="false" '
           f'ambient="{ambient} {ambient} {ambient * 1.02}" diffuse="0.20 0.20 0.20" specular="0 0 0"/>')
    for k, (d, power) in enumerate(zip(dirs, (key * share, key * (1 - share)))):
        xml += (f'<light name="key{k}" type="directional" dir="{d[0]} {d[1]} {d[2]}" pos="{-d[0] * 9} {1 - d[1] * 9} 9" '
                f'castshadow="true" ambient="0 0 0" diffuse="{power} {power * .985} {power * .96}" specular=".25 .25 .25"/>')
    return xml, {"dirs": dirs, "ambient": ambient, "key": (key * share, key * (1 - share))}
