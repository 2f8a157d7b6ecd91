"""Collects MJCF: assets, static geometry and moving bodies of one scene."""
from .noise import to_png


def _numbers(values) -> str:
    return " ".join(f"{float(v):.5g}" for v in values)


class World:
    """Writes one MuJoCo model. `static` geoms never move; `body` ones do and may carry an object id."""

    def __init__(self, rng):
        self.rng = rng
        self.files: dict[str, bytes] = {}
        self.asset_xml: list[str] = []
        self.static_xml: list[str] = []
        self.body_xml: list[str] = []
        self.object_bodies: dict[str, int] = {}
        self.moving: list[str] = []
        self._materials: set[str] = set()

    # Assets
    def texture(self, name: str, rgb, cube: bool = True, repeat=(1, 1), specular=.1, shininess=.2, uniform=False,
                reflectance=0.0):
        """Registers a texture with a material of the same name; a cube sheet has MuJoCo's 3×4 layout."""
        self.files[name + ".png"] = to_png(rgb)
        kind = 'type="cube" gridsize="3 4" gridlayout=".U..LFRB.D.."' if cube else 'type="2d"'
        self.asset_xml.append(f'<texture name="{name}" {kind} file="{name}.png"/>')
        self.material(name, texture=name, repeat=repeat, specular=specular, shininess=shininess, uniform=uniform,
                      reflectance=reflectance)

    def material(self, name, rgba=(1, 1, 1, 1), texture=None, repeat=(1, 1), specular=.2, shininess=.3, emission=0.0,
                 uniform=False, reflectance=0.0):
        """Registers a material once."""
        if name in self._materials:
            return
        self._materials.add(name)
        tex = ""
        if texture:
            tex = f'texture="{texture}" texrepeat="{_numbers(repeat)}" texuniform="{str(uniform).lower()}"'
        self.asset_xml.append(f'<material name="{name}" {tex} rgba="{_numbers(rgba)}" specular="{specular}" '
                              f'shininess="{shininess}" emission="{emission}" reflectance="{reflectance}"/>')

    def colour(self, rgb, specular=.2, shininess=.3, emission=0.0) -> str:
        """A plain material for a colour; returns its name."""
        tone = (f"{int(max(0, v) * 255):03d}" for v in rgb)
        name = "_".join(["c", *tone, f"{specular * 10:.0f}", f"{emission * 10:.0f}"])
        self.material(name, rgba=(*rgb, 1), specular=specular, shininess=shininess, emission=emission)
        return name

    def mesh(self, name, vertices, faces, texcoords=None):
        """Registers a triangle mesh (with one texture coordinate a vertex, if any) as an OBJ file."""
        lines = [f"v {_numbers(v)}" for v in vertices]
        if texcoords is not None:
            lines += [f"vt {_numbers(t)}" for t in texcoords]
            lines += ["f " + " ".join(f"{i + 1}/{i + 1}" for i in face) for face in faces]
        else:
            lines += ["f " + " ".join(str(i + 1) for i in face) for face in faces]
        self.files[name + ".obj"] = ("\n".join(lines) + "\n").encode()
        self.asset_xml.append(f'<mesh name="{name}" file="{name}.obj" inertia="shell"/>')

    # Geometry
    def geom(self, kind, pos, size=None, material=None, quat=None, euler=None, rgba=None, collide=False, mesh=None,
             name=None, mass=None, friction=(.6, .01, .001), extra="") -> str:
        """The XML of one geom."""
        parts = [f'<geom type="{kind}" pos="{_numbers(pos)}"']
        for key, value in (("size", size), ("quat", quat), ("euler", euler), ("rgba", rgba)):
            if value is not None:
                parts.append(f'{key}="{_numbers(value)}"')
        for key, value in (("material", material), ("mesh", mesh), ("name", name), ("mass", mass)):
            if value is not None:
                parts.append(f'{key}="{value}"')
        if collide:
            parts.append(f'contype="1" conaffinity="1" friction="{_numbers(friction)}"')
        else:
            parts.append('contype="0" conaffinity="0"')
        return " ".join(parts) + f" {extra}/>"

    def box(self, centre, size, material, collide=False, euler=None, **more):
        """A static box with full side lengths `size`."""
        self.static_xml.append(self.geom("box", centre, [max(.002, s / 2) for s in size], material, euler=euler,
                                         collide=collide, **more))

    def cylinder(self, centre, radius, height, material, collide=False, euler=None, **more):
        """A static upright cylinder."""
        self.static_xml.append(self.geom("cylinder", centre, (radius, height / 2), material, euler=euler,
                                         collide=collide, **more))

    def body(self, name, pos, geoms, joint="free", quat=(1, 0, 0, 0), object_id=None):
        """A moving body; joint: 'free', 'mocap' or the XML of its joints."""
        mocap = ' mocap="true"' if joint == "mocap" else ""
        joints = "<freejoint/>" if joint == "free" else ("" if joint == "mocap" else joint)
        self.body_xml.append(f'<body name="{name}" pos="{_numbers(pos)}" quat="{_numbers(quat)}"{mocap}>{joints}'
                             + "".join(geoms) + "</body>")
        self.moving.append(name)
        if object_id:
            self.object_bodies[name] = object_id

    def xml(self, camera_xml: str, lights_xml: str, extent: float, width: int, height: int, timestep=.002) -> str:
        """The whole model."""
        return f"""<mujoco><compiler angle="degree"/>
<option timestep="{timestep}" gravity="0 0 -9.81" integrator="implicitfast" cone="elliptic" impratio="5"/>
<statistic extent="{extent}" center="0 1 1"/>
<visual><global offwidth="{width}" offheight="{height}"/><quality shadowsize="1536" offsamples="4" numslices="16"
 numstacks="7" numquads="1"/><map znear="0.02" zfar="4" shadowclip="1" shadowscale="0.9"/>
<headlight ambient="0 0 0" diffuse="0 0 0" specular="0 0 0"/></visual>
<default><geom solref="0.006 1" solimp="0.95 0.99 0.001"/></default>
<asset>{''.join(self.asset_xml)}</asset>
<worldbody>{lights_xml}{camera_xml}{''.join(self.static_xml)}{''.join(self.body_xml)}</worldbody></mujoco>"""
