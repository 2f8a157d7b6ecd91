"""Parameter sets of scene families: the building, the camera's place and lens, the surfaces, the picture processing.

A family is a set of ranges; a seed picks one site out of it. Another family differs by values only, never by code.
"""
from dataclasses import dataclass, field

Range = tuple[float, float]


@dataclass(frozen=True)
class Family:
    """Ranges (low, high) from which one seeded site is drawn; metres, degrees, 0…1 colours."""
    name: str
    # Building
    hall_half: tuple[float, float] = (11.0, 9.0)     # half length (x) and half depth (y) of the floor
    wall_y: float = 5.6                              # the wall behind the racks
    wall_height: float = 7.5
    wall_styles: tuple[str, ...] = ("cladding", "block", "panel")
    wall_colours: tuple = ((.62, .64, .62), (.55, .58, .56), (.66, .63, .57), (.50, .55, .60))
    floor_colours: tuple = ((.43, .43, .42), (.48, .47, .44), (.38, .39, .40), (.50, .49, .48))
    floor_stain: Range = (.06, .12)
    line_colours: tuple = ((.80, .66, .12), (.82, .80, .76), (.78, .52, .12))
    # Racks
    rack_y: float = 4.2                              # centre line of the main rack
    rack_depth: float = 1.1
    bay_width: Range = (2.5, 2.8)
    level_heights: tuple = ((.12, 1.75, 3.3), (.12, 1.55, 2.95), (.12, 1.9, 3.6))
    upright_colours: tuple = ((.13, .25, .52), (.14, .36, .26), (.42, .43, .45), (.55, .13, .11))
    beam_colours: tuple = ((.82, .42, .08), (.80, .62, .10), (.76, .30, .10))
    # Light
    lamp_height: float = 7.0
    ambient: Range = (.34, .44)
    key: Range = (.42, .52)
    jitter: float = .16                              # radius of the light directions (soft shadows)
    # Camera
    height_m: Range = (3.6, 5.0)
    distance_m: Range = (6.3, 7.8)                   # from the point looked at
    azimuth_deg: Range = (16, 38)                    # to the left or right of facing the rack
    fovy_deg: Range = (40, 50)
    # Picture processing
    sizes: tuple = ((640, 360),)
    fps: tuple = (10, 12.5, 15)
    barrel: Range = (.02, .09)
    vignette: Range = (.10, .28)
    noise_sigma: Range = (2.0, 3.8)                  # in 8-bit steps at mid grey
    blur_sigma: Range = (.35, .6)
    white_balance: Range = (-.05, .05)
    saturation: Range = (.8, 1.0)
    contrast: Range = (1.0, 1.12)
    bitrate_kbps: Range = (650, 850)
    gop_s: Range = (1.0, 2.0)
    monochrome: bool = False
    extras: dict = field(default_factory=dict)


HALL = Family(name="hall")

DEPOT = Family(
    name="depot", hall_half=(9.0, 8.0), wall_y=4.6, wall_height=4.6,
    wall_styles=("panel", "block"), wall_colours=((.74, .72, .66), (.60, .50, .42), (.68, .70, .70)),
    floor_colours=((.36, .42, .36), (.52, .44, .38), (.33, .34, .38)), floor_stain=(.03, .07),
    line_colours=((.75, .14, .1), (.85, .85, .82), (.15, .35, .65)), rack_y=3.4, rack_depth=.8, bay_width=(1.7, 2.1),
    level_heights=((.1, .95, 1.85), (.1, 1.1, 2.1)),
    upright_colours=((.55, .56, .58), (.2, .2, .22)), beam_colours=((.55, .56, .58), (.20, .38, .58), (.7, .7, .68)),
    lamp_height=4.4, ambient=(.28, .36), key=(.5, .62), jitter=.3, height_m=(2.7, 3.4), distance_m=(5.2, 6.6),
    azimuth_deg=(5, 45), fovy_deg=(58, 72), sizes=((854, 480), (704, 396)), fps=(8, 12, 20), barrel=(.08, .18),
    vignette=(.2, .42), noise_sigma=(3.0, 5.0), blur_sigma=(.6, .95), white_balance=(-.10, .10), saturation=(.55, .8),
    contrast=(.88, 1.0), bitrate_kbps=(600, 780), gop_s=(2.0, 4.0))

# Never looked at while the rules are made: rendered and measured at the end.
CROSSDOCK = Family(
    name="crossdock", hall_half=(13.0, 10.0), wall_y=6.6, wall_height=8.5, wall_styles=("cladding", "panel"),
    wall_colours=((.80, .80, .78), (.44, .47, .50)), floor_colours=((.60, .59, .56), (.30, .30, .31)),
    floor_stain=(.02, .10), line_colours=((.9, .9, .9), (.85, .75, .1)), rack_y=5.0, rack_depth=1.3,
    bay_width=(2.9, 3.3), level_heights=((.15, 1.5, 2.9), (.15, 1.35, 2.6)),
    upright_colours=((.75, .76, .76), (.10, .32, .30)), beam_colours=((.10, .12, .14), (.82, .78, .20)),
    lamp_height=8.0, ambient=(.40, .50), key=(.30, .40), jitter=.1, height_m=(5.4, 6.6), distance_m=(8.6, 10.2),
    azimuth_deg=(0, 25), fovy_deg=(38, 46), sizes=((640, 480), (800, 450)), fps=(6, 10, 25), barrel=(.0, .04),
    vignette=(.0, .12), noise_sigma=(1.0, 2.2), blur_sigma=(.7, 1.1), white_balance=(-.02, .02), saturation=(.0, .05),
    contrast=(1.1, 1.25), bitrate_kbps=(450, 600), gop_s=(.5, 4.0), monochrome=True)

FAMILIES = {family.name: family for family in (HALL, DEPOT, CROSSDOCK)}
