"""Plans of random training scenes: which pictures lie where, how they move from view to view, which of them is meant.

A plan is small and made of numbers alone (numpy, on the CPU, in loading processes where there are cores to spare);
`draw` makes pictures of it on the device. A scene is a stack of pieces: number 0 is the ground, a whole picture or a
surface in perspective; the others are cut-outs or random shapes. Coordinates are those of the scene, in pixels; a
piece maps them back to its own picture by `inverse @ (p - at) + origin`, after which it may bend and swing limbs.
"""

import numpy as np

from .atlas import GROUND, NOTHING

PIECES, JOINTS, ANGLES, POOLS = 7, 3, 64, 6
CANVAS = 384.0
KINDS = ("photo", "render", "composite", "liquid")
# Chances of the kinds in pairs of views and in clips.
CHANCES = {True: (0.44, 0.2, 0.2, 0.16), False: (0.22, 0.36, 0.36, 0.06)}


def empty(views: int) -> dict:
    """A scene without any piece."""
    return {
        "kind": np.zeros(PIECES, np.int64),  # 0 none, 1 picture, 2 shape
        "image": np.zeros((PIECES, views), np.int64),
        "row": np.full(PIECES, NOTHING, np.int64),
        "inverse": np.tile(np.eye(2, dtype=np.float32), (PIECES, views, 1, 1)),
        "at": np.zeros((PIECES, views, 2), np.float32),
        "origin": np.zeros((PIECES, 2), np.float32),
        "extent": np.ones(PIECES, np.float32),
        "shown": np.ones((PIECES, views), bool),
        "gain": np.ones((PIECES, 3), np.float32),
        "smear": np.zeros((PIECES, views, 2), np.float32),  # motion while the shutter was open, scene pixels
        "bend": np.zeros((PIECES, views), np.float32),  # parts of the extent
        "wave": np.zeros((PIECES, 2, 3), np.float32),
        "joint": np.zeros((PIECES, JOINTS, 5), np.float32),  # place (parts of the extent), direction, side, softness
        "swing": np.zeros((PIECES, views, JOINTS), np.float32),
        "radius": np.ones((PIECES, ANGLES), np.float32),
        "target": np.int64(0),  # the piece that is meant
        "rect": np.full(2, CANVAS, np.float32),
        "lens": np.zeros(5, np.float32),  # perspective of a surface: on, horizon, repeats, turn, middle
        "liquid": np.int64(0),
        "pool": np.zeros((POOLS, 4), np.float32),  # place, size, how long its radius is to one side
        "pool_radius": np.ones((POOLS, ANGLES), np.float32),
        "spread": np.ones(views, np.float32),
        "look": np.zeros(20, np.float32),
        "lamp": np.zeros((4, 5), np.float32),
        "middle": np.zeros((views, 2), np.float32),  # of the target, without occlusion
        "reach": np.ones(views, np.float32),  # longer side of its box
        "likes": np.int64(0),
    }


def log_uniform(rng, low: float, high: float) -> float:
    return float(np.exp(rng.uniform(np.log(low), np.log(high))))


def forward(scale, turn: float = 0.0, flip: bool = False, shear: float = 0.0):
    """2 x 2 matrix from a picture to the scene."""
    rotation = np.array([[np.cos(turn), -np.sin(turn)], [np.sin(turn), np.cos(turn)]])
    return rotation @ np.array([[1, shear], [0, 1]]) @ np.diag(np.broadcast_to(scale, 2) * [-1 if flip else 1, 1])


def put(scene: dict, piece: int, view: int, matrix, at) -> None:
    scene["inverse"][piece, view] = np.linalg.inv(matrix)
    scene["at"][piece, view] = at


def aim(scene: dict, piece: int, box, view: int) -> None:
    """Notes where the target's box (in its picture) lies in a view."""
    corners = np.array([[box[0], box[1]], [box[2], box[1]], [box[2], box[3]], [box[0], box[3]]])
    matrix = np.linalg.inv(scene["inverse"][piece, view].astype(np.float64))
    placed = (corners - scene["origin"][piece]) @ matrix.T + scene["at"][piece, view]
    low, high = placed.min(0), placed.max(0)
    scene["middle"][view], scene["reach"][view] = (low + high) / 2, max((high - low).max(), 4)


def soften(rng, scene: dict, piece: int, amount: float, limbs: bool) -> None:
    """Lets a piece bend, and swing parts about joints, more with every view."""
    views = scene["bend"].shape[1]
    scene["wave"][piece] = np.stack([rng.normal(0, 5, 2), rng.normal(0, 5, 2), rng.uniform(0, 6.3, 2)], 1)
    scene["bend"][piece] = amount * np.arange(views) * rng.choice([-1, 1])
    if limbs:
        for joint in range(rng.integers(1, JOINTS + 1)):
            place = rng.uniform(-0.35, 0.35, 2)
            angle = np.arctan2(place[1], place[0]) + rng.normal(0, 0.4)
            side = rng.choice([-1, 1]) if rng.random() < 0.5 else 0
            scene["joint"][piece, joint] = (*place, angle, side, rng.uniform(0.015, 0.06))
            pace, phase = rng.uniform(0.2, 1.3), rng.uniform(0, 6.3)
            swings = np.sin(phase + pace * np.arange(views)) - np.sin(phase)
            scene["swing"][piece, :, joint] = np.deg2rad(rng.normal(0, 28)) * swings


def blob(rng, roughness: float):
    """Radii of a rough round outline over ANGLES angles, the largest 1."""
    angle = np.linspace(0, 2 * np.pi, ANGLES, endpoint=False)
    radius = np.ones(ANGLES)
    for order in range(2, 9):
        radius += roughness * rng.normal() / order * np.cos(order * angle + rng.uniform(0, 6.3))
    radius = np.clip(radius, 0.25, None)
    return (radius / radius.max()).astype(np.float32)


def polygon(rng):
    """The same of a regular polygon, mostly a square."""
    sides = 4 if rng.random() < 0.6 else rng.integers(3, 9)
    angle = np.linspace(0, 2 * np.pi, ANGLES, endpoint=False)
    return (np.cos(np.pi / sides) / np.cos(angle % (2 * np.pi / sides) - np.pi / sides)).astype(np.float32)


def ground(rng, tables, scene: dict) -> None:
    """A photo, a rendered frame or a surface as the ground of a composite."""
    draw, views = rng.random(), scene["at"].shape[1]
    pool = (
        tables.photos if draw < 0.55 or not len(tables.rendered) else tables.rendered if draw < 0.7 else tables.surfaces
    )
    image = pool[rng.integers(len(pool))]
    size = tables.sizes[image]
    scale = CANVAS / (size.min() * rng.uniform(0.5, 1))
    scene["kind"][0], scene["image"][0], scene["origin"][0], scene["extent"][0] = 1, image, size / 2, size.max()
    slack = np.maximum(size * scale - CANVAS, 0) / 2
    at, pan, flip = CANVAS / 2 + rng.uniform(-1, 1, 2) * slack, np.zeros(2), rng.random() < 0.5
    if views > 2 and rng.random() < 0.4:
        pan = rng.normal(0, 0.03, 2) * CANVAS
    for view in range(views):
        put(scene, 0, view, forward(scale, 0, flip), at + pan * view)


def photo(rng, tables, views: int, only: str | None = None) -> dict:
    """A real photo with its own object, turned and stretched a little from view to view; something may cross it."""
    scene = empty(views)
    name = only or rng.choice(list(tables.sets), p=tables.shares)
    row = tables.draw(rng, tables.sets[name])
    image, box = tables.frames[row, 0], tables.boxes[row, 0]
    size = tables.sizes[image]
    scene["kind"][0], scene["image"][0], scene["row"][0] = 1, image, row
    scene["origin"][0] = scene["at"][0] = (box[:2] + box[2:]) / 2
    scene["extent"][0], scene["rect"] = max(box[2:] - box[:2]) * 2, size.astype(np.float32)
    flip = rng.random() < 0.5
    if flip:
        scene["at"][0, :, 0] = size[0] - scene["at"][0, :, 0]
    pace = 1.0 if views == 2 else rng.choice([0.3, 1.0, 2.0])
    turn, stretch, shear = pace * rng.normal(0, 0.08), pace * rng.normal(0, 0.04, 2), pace * rng.normal(0, 0.03)
    motion = pace * rng.normal(0, 0.06, 2) * max(box[2:] - box[:2])
    start = scene["at"][0, 0].copy()
    for view in range(views):
        put(scene, 0, view, forward(np.exp(stretch * view), turn * view, flip, shear * view), start + motion * view)
        aim(scene, 0, box, view)
    if rng.random() < 0.5:
        soften(rng, scene, 0, rng.uniform(0.002, 0.012), name in ("ccp", "coco_person") and rng.random() < 0.4)
    for piece in (1, 2):
        if rng.random() < 0.25:
            _loose(rng, tables, scene, piece, scene["reach"][0] * log_uniform(rng, 0.25, 1.1))
    if rng.random() < (0.08 if views == 2 else 0.05):  # in the last view another photo: the object is gone
        stray = tables.photos[rng.integers(len(tables.photos))]
        scene["image"][0, -1] = stray
        scene["shown"][0, -1] = stray == image
    return scene


def render(rng, tables, views: int, direction: int = 0) -> dict:
    """A rendered scene at several moments, forwards (1) or backwards (-1) in time, or either."""
    scene = empty(views)
    for _ in range(20):
        row = tables.draw(rng, tables.renders)
        if views == 2:
            start = rng.integers(7)
            moments = np.array([start, min(7, start + 1 + rng.integers(3))])
        else:
            moments = np.sort(rng.choice(8, views, replace=False))
        if tables.areas[row, moments[[0, -1]]].min() > 150 or (
            not direction and tables.areas[row, moments].max() > 150
        ):
            break
    moments = moments[:: direction or rng.choice([-1, 1])]
    if tables.areas[row, moments[0]] <= 150:
        moments = moments[::-1]
    size = tables.sizes[tables.frames[row, 0]]
    flip = rng.random() < 0.5
    scene["kind"][0], scene["image"][0], scene["row"][0] = 1, tables.frames[row, moments], row
    scene["origin"][0] = scene["at"][0] = size / 2
    scene["rect"], scene["extent"][0] = size.astype(np.float32), size.max()
    seen = 0
    for view, moment in enumerate(moments):
        put(scene, 0, view, forward(1, 0, flip), size / 2)
        seen = moment if tables.areas[row, moment] > 0 else seen or moments[0]
        aim(scene, 0, tables.boxes[row, seen], view)
    return scene


def _loose(rng, tables, scene: dict, piece: int, extent: float, like: int | None = None) -> None:
    """Fills a piece with a cut-out, a random shape or the like of another piece; at a random place, not moving."""
    if like is not None:
        for name in ("kind", "image", "row", "origin", "extent", "radius", "gain"):
            scene[name][piece] = scene[name][like]
        scene["gain"][piece] = scene["gain"][piece] * rng.uniform(0.93, 1.07)
    elif rng.random() < 0.7 and len(tables.cutouts[0]):
        row = tables.draw(rng, tables.cutouts)
        box = tables.boxes[row, 0]
        scene["kind"][piece], scene["image"][piece], scene["row"][piece] = 1, tables.frames[row, 0], row
        scene["origin"][piece], scene["extent"][piece] = (box[:2] + box[2:]) / 2, max(box[2:] - box[:2])
        scene["gain"][piece] = rng.uniform(0.7, 1.2)
    else:
        image = rng.choice(tables.surfaces) if rng.random() < 0.7 else rng.choice(tables.photos)
        size = tables.sizes[image]
        scene["kind"][piece], scene["image"][piece], scene["extent"][piece] = 2, image, size.min() * rng.uniform(0.4, 1)
        scene["origin"][piece] = size / 2 + rng.uniform(-0.5, 0.5, 2) * (size - scene["extent"][piece])
        scene["radius"][piece] = polygon(rng) if rng.random() < 0.5 else blob(rng, rng.uniform(0, 0.6))
        scene["gain"][piece] = rng.uniform(0.5, 1.2, 3) if rng.random() < 0.5 else rng.uniform(0.6, 1.2)
    matrix = forward(
        extent / scene["extent"][piece] * np.exp(rng.normal(0, 0.1, 2)), rng.normal(0, 0.25), rng.random() < 0.5
    )
    at = rng.uniform(0.1, 0.9, 2) * scene["rect"]
    for view in range(scene["at"].shape[1]):
        put(scene, piece, view, matrix, at)


def _box(scene: dict, tables, piece: int):
    """The box of a piece in its picture."""
    if scene["kind"][piece] == 2:
        half = scene["extent"][piece] / 2
        return np.concatenate([scene["origin"][piece] - half, scene["origin"][piece] + half])
    return tables.boxes[scene["row"][piece], 0]


def composite(rng, tables, views: int, likes: bool | None = None) -> dict:
    """Up to five things over a ground; one is meant. Each moves, turns, grows and bends from view to view, some very
    fast; its likes may stand right beside it; in clips something may cross it, or it leaves the picture and returns."""
    scene = empty(views)
    ground(rng, tables, scene)
    clip, size = views > 2, log_uniform(rng, 0.1, 0.7) * CANVAS
    likes = rng.random() < 0.35 if likes is None else likes
    count = int(rng.integers(2 if likes else 1, 5))
    chosen = int(rng.integers(1, count + 1)) if rng.random() < 0.4 else count  # later pieces lie above
    scene["target"], scene["likes"] = chosen, int(likes)
    _loose(rng, tables, scene, chosen, size)
    box = _box(scene, tables, chosen)
    pace = rng.choice([0.08, 0.2, 0.5, 1.0]) if clip else rng.choice([0.1, 0.3])
    start = rng.uniform(0.2, 0.8, 2) * CANVAS
    near = likes and rng.random() < 0.7  # in a row or a block, touching
    lattice = [(1, 0), (-1, 0), (0, 1), (0, -1), (1, 1), (-1, -1)]
    rng.shuffle(lattice)
    base = np.linalg.inv(scene["inverse"][chosen, 0].astype(np.float64))
    own = base @ np.diag(box[2:] - box[:2]) * rng.uniform(0.97, 1.06)
    fleet = rng.normal(0, pace, 2) * size  # what stands together moves together, mostly
    for piece in range(1, count + 1):
        like = piece != chosen and likes and (near or rng.random() < 0.7)
        if piece != chosen:
            _loose(rng, tables, scene, piece, size * (rng.uniform(0.85, 1.15) if like else log_uniform(rng, 0.3, 1.8)),
                   chosen if like else None)  # fmt: skip
        matrix = np.linalg.inv(scene["inverse"][piece, 0].astype(np.float64))
        at, motion = scene["at"][piece, 0].copy(), rng.normal(0, pace, 2) * size
        if piece == chosen:
            at, motion = start, fleet
        elif like and near:
            matrix, at = base, start + own @ np.array(lattice[piece - (piece > chosen) - 1], np.float64)
            motion = fleet if rng.random() < 0.8 else motion
        turn, growth = rng.normal(0, 0.12), np.exp(rng.normal(0, 0.06))
        if like and near:
            turn, growth = 0.0, 1.0
        shutter = rng.uniform(0, 0.5) if rng.random() < 0.5 else 0
        place, way = at.astype(np.float64), motion
        for view in range(views):
            if view:
                way = motion * rng.uniform(0.6, 1.4)
                place = place + way
                if not (like and near) and piece == chosen:  # turns round at the edge, so that it stays in sight
                    motion = np.where((place < 0.08 * CANVAS) | (place > 0.92 * CANVAS), -motion, motion)
                    place = np.clip(place, 0.08 * CANVAS, 0.92 * CANVAS)
            spun = forward(growth**view * np.exp(rng.normal(0, 0.02)), turn * view + rng.normal(0, 0.03) * (view > 0))
            put(scene, piece, view, spun @ matrix, place)
            scene["smear"][piece, view] = np.clip(way * shutter, -0.35 * size, 0.35 * size)
        if rng.random() < 0.4 or (piece == chosen and rng.random() < 0.3):
            soften(rng, scene, piece, rng.uniform(0.004, 0.03), rng.random() < 0.5)
    if clip and rng.random() < 0.2:  # leaves the picture and comes back, somewhere else
        gone = int(rng.integers(1, views - 1))
        back = int(min(views, gone + rng.integers(1, 3)))
        scene["at"][chosen, gone:back] += rng.choice([-1, 1], 2) * 2 * CANVAS
        scene["at"][chosen, back:] += rng.normal(0, 0.15, 2) * CANVAS
    elif clip and rng.random() < 0.35:  # something crosses, hiding it in one view
        piece, when = count + 1, int(rng.integers(1, views))
        other = log_uniform(rng, 0.8, 1.7) * size
        _loose(rng, tables, scene, piece, other, chosen if likes and rng.random() < 0.4 else None)
        way = rng.normal(0, 1, 2)
        way = way / np.hypot(*way) * (size + other) * rng.uniform(0.4, 0.9)
        for view in range(views):
            scene["at"][piece, view] = scene["at"][chosen, when] + way * (view - when)
    elif rng.random() < 0.1:
        scene["shown"][chosen, -1] = False
    for view in range(views):
        aim(scene, chosen, box, view)
    return scene


# coffee, cola, tea, juice, oil, wine, detergent, coolant: light passes through; milk, paint, sauce: it doesn't
TINTS = [(0.35, 0.2, 0.1), (0.3, 0.15, 0.1), (0.8, 0.5, 0.25), (0.95, 0.6, 0.15), (0.85, 0.75, 0.35), (0.6, 0.1, 0.15),
         (0.4, 0.6, 0.9), (0.4, 0.9, 0.5)]  # fmt: skip
PAINTS = [(240, 240, 232), (225, 215, 190), (150, 30, 20), (200, 130, 30), (30, 30, 32), (60, 90, 160), (90, 60, 30)]


def _look(rng, scene: dict, tables) -> None:
    """What the liquid makes of the floor: 0-2 absorbed, 3-5 paint, 6 opacity, 7-8 gloss far and near, 9-11 rim (light
    across and down, dark), 13 line of the mirror, 14 its blur, 15 its picture, 16 haze, 17 ripples, 18 softness,
    19 unevenness."""
    look, kind, side = scene["look"], rng.random(), scene["rect"].min()
    gloss = rng.uniform(0.15, 0.95)
    absorb, opacity = np.ones(3), 0.0
    if kind < 0.3:  # water: darkens what is porous, hardly what is tiled
        absorb = absorb * rng.uniform(0.55, 0.97)
        gloss = max(gloss, 0.35)
    elif kind < 0.65:
        absorb = np.array(TINTS[rng.integers(len(TINTS))]) ** rng.uniform(0.4, 1.3) * rng.uniform(0.6, 1)
    else:
        opacity = rng.uniform(0.5, 1)
        look[3:6] = np.clip(np.array(PAINTS[rng.integers(len(PAINTS))]) * rng.uniform(0.7, 1.1, 3), 0, 255)
    look[:3], look[6] = absorb, opacity
    look[7], look[8] = gloss * rng.uniform(0.3, 1), gloss * rng.uniform(0.3, 0.95)
    angle = rng.uniform(0, 6.3)
    look[9:13] = rng.uniform(0, 60) * np.cos(angle), rng.uniform(0, 60) * np.sin(angle), rng.uniform(0, 0.35), 0
    look[13] = side * rng.uniform(0.25, 0.8)
    look[14] = log_uniform(rng, 1, 10)
    look[15] = tables.photos[rng.integers(len(tables.photos))] if rng.random() < 0.5 else scene["image"][0, 0]
    look[16], look[17] = (
        rng.uniform(10, 150) if rng.random() < 0.35 else 0,
        rng.uniform(0, 8) if rng.random() < 0.4 else 0,
    )
    look[18], look[19] = log_uniform(rng, 0.6, 4), rng.uniform(0, 0.3) if rng.random() < 0.6 else 0
    if rng.random() < 0.5:
        for lamp in range(rng.integers(1, 5)):
            size = np.exp(rng.uniform(np.log(0.01), np.log(0.15), 2)) * side
            scene["lamp"][lamp] = (*rng.uniform(0, 1, 2) * scene["rect"], *size, rng.uniform(120, 330))


def liquid(rng, tables, views: int) -> dict:
    """A puddle on a floor: on a surface in perspective, in a photo or in a rendered scene. It spreads, or dries."""
    scene, draw = empty(views), rng.random()
    if draw < 0.5:
        image, rect = rng.choice(tables.surfaces), np.full(2, CANVAS)
        above = log_uniform(rng, 0.15, 6)  # the horizon over the picture, in heights
        scene["lens"][:] = (
            1,
            above,
            log_uniform(rng, 0.6, 5),
            rng.uniform(0, 6.3) if rng.random() < 0.5 else 0,
            rng.uniform(0.2, 0.8),
        )
        flat, lowest = np.clip(above / (above + 0.6) * rng.uniform(0.8, 1.1), 0.15, 1), 0.1
        scene["gain"][0] = rng.uniform(0.5, 1.2) * rng.uniform(0.9, 1.1, 3)
    else:
        pool = (
            tables.rendered
            if draw < 0.7 and len(tables.rendered)
            else tables.people
            if draw < 0.88 and len(tables.people)
            else tables.photos
        )
        image = rng.choice(pool)
        rect = tables.sizes[image]
        flat, lowest = rng.uniform(0.25, 0.8), rng.uniform(0.45, 0.7)
        scene["row"][0] = GROUND
    scene["kind"][0], scene["image"][0], scene["rect"], scene["liquid"] = 1, image, rect.astype(np.float32), 1
    scene["origin"][0] = scene["at"][0] = tables.sizes[image] / 2
    scene["extent"][0] = max(rect)
    side = min(rect)
    extent = side * log_uniform(rng, 0.1, 0.9)
    middle = np.array([rng.uniform(0.2, 0.8), rng.uniform(lowest + 0.2 * (1 - lowest), 0.95)]) * rect
    heading = rng.uniform(0, 6.3)
    tongue = rng.random() < 0.3
    for pool in range(rng.integers(1, POOLS + 1)):
        size = extent * (1 if pool == 0 else rng.uniform(0.1, 0.6))
        place = middle if pool == 0 else middle + rng.normal(0, 0.4, 2) * extent * (1, flat)
        if tongue and pool:
            heading += rng.normal(0, 0.4)
            place = middle + np.array([np.cos(heading), np.sin(heading) * flat]) * extent * 0.22 * (pool + 1)
            size = extent * rng.uniform(0.12, 0.3)
        scene["pool"][pool] = (*place, size / 2, flat)
        scene["pool_radius"][pool] = blob(rng, rng.uniform(0.05, 0.7))
    scene["spread"][:] = 1 + rng.uniform(0, 0.15) * np.arange(views)[:: rng.choice([-1, 1])]
    _look(rng, scene, tables)
    used = scene["pool"][scene["pool"][:, 2] > 0]
    for view in range(views):
        half = used[:, 2:3] * np.array([1, flat]) * scene["spread"][view]
        low, high = (used[:, :2] - half).min(0), (used[:, :2] + half).max(0)
        low, high = np.maximum(low, 0), np.minimum(high, rect)
        scene["middle"][view], scene["reach"][view] = (low + high) / 2, max((high - low).max(), 8)
    if rng.random() < 0.3 and len(tables.cutouts[0]):
        _loose(rng, tables, scene, 1, extent * rng.uniform(0.2, 0.7))
        scene["at"][1] = middle + rng.normal(0, 0.4, 2) * extent * (1, flat)
    if rng.random() < 0.1:
        scene["shown"][0, -1] = False
    return scene


MAKERS = {"photo": photo, "render": render, "composite": composite, "liquid": liquid}


def plan(rng, tables, views: int, count: int, kinds=None, **options) -> dict:
    """Plans of `count` scenes of `views` views, every field stacked; `what` is the number of the kind in KINDS. `kinds`
    in turn, with their `options`, instead of the chances."""
    chances = np.array(CHANCES[views == 2])
    if not len(tables.renders[0]):
        chances = chances * (1, 0, 1, 1)
    scenes, what = [], []
    for index in range(count):
        kind = kinds[index % len(kinds)] if kinds else rng.choice(KINDS, p=chances / chances.sum())
        scenes.append(MAKERS[kind](rng, tables, views, **options))
        what.append(KINDS.index(kind))
    return {name: np.stack([scene[name] for scene in scenes]) for name in scenes[0]} | {"what": np.array(what)}
