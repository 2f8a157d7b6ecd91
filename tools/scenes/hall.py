"""Builds one site of a family: floor, walls, racks with cartons, pallets, lamps and lights."""
import numpy as np

from . import textures
from .family import Family
from .floor import FloorPainter
from .goods import pallet, pick, rack
from .site import Site
from .world import World


def build(family: Family, rng: np.random.Generator) -> Site:
    """Draws one site. Scripts add their objects afterwards, then `finish` adds the goods around them."""
    paint = rng.spawn(1)[0]          # surfaces draw from a stream of their own: layout does not depend on them
    world = World(rng)
    levels = pick(rng, family.level_heights)
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
    colour = np.array(pick(rng, family.floor_colours)) * rng.uniform(.92, 1.06)
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
    line = pick(rng, family.line_colours)
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
    rack(site, rng, pick(rng, family.upright_colours), pick(rng, family.beam_colours))
    style, tone = pick(rng, family.wall_styles), np.array(pick(rng, family.wall_colours))
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
        pallet(world, px, py, rng.uniform(-25, 25), pick(rng, ["wrapped", "open", "open", "empty"]), rng, site.cartons)
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
        xml += (f'<light name="key{k}" type="directional" dir="{d[0]} {d[1]} {d[2]}" '
                f'pos="{-d[0] * 9} {1 - d[1] * 9} 9" castshadow="true" ambient="0 0 0" '
                f'diffuse="{power} {power * .985} {power * .96}" specular=".25 .25 .25"/>')
    return xml, {"dirs": dirs, "ambient": ambient, "key": (key * share, key * (1 - share))}
