"""Command line of the scene generator.

    python -m tools.scenes.generate --family hall --kind fall --seed 7 --out DIR
    python -m tools.scenes.generate --all samples [--only NAME …]
"""
import argparse
import json
import subprocess
import sys
import time
from pathlib import Path

HERE = Path(__file__).resolve().parent
PROJECT = HERE.parent.parent


def factories() -> dict:
    """Script classes by the name used on the command line."""
    from . import carts, danger, effects, falls, spills, work
    return {"fall": falls.RackFall, "cartfall": carts.CartFall, "topple": falls.Topple, "spill": spills.TipSpill,
            "leak": spills.Leak, "tall": falls.TallTip, "left": work.LeaveBox, "removed": work.TakeBox,
            "down": danger.PersonFalls, "nearmiss": danger.NearMiss,
            "walk": work.WalkBy, "place": work.PlaceBox, "cart": carts.CartBy,
            "lights": effects.Lights, "shake": effects.Shake, "shadow": effects.Shadow,
            "wet": effects.WetFloor}


def one(arguments) -> None:
    """Renders one clip in this process (one OpenGL context a process)."""
    from .clip import make
    from .family import FAMILIES
    options = json.loads(arguments.options)
    kwargs = options.pop("script", {})
    script = factories()[arguments.kind]
    name = arguments.name or f"{arguments.kind}_{arguments.family}_{arguments.seed}"
    begun = time.time()
    label = make(lambda rng: script(rng, **kwargs), FAMILIES[arguments.family], arguments.seed, name,
                 Path(arguments.out), options)
    incident = label["incident"]
    print(f"{name}: {incident['kind']} {incident['start_s']}–{incident['end_s']} s, {label['frames']} frames, "
          f"{label['bytes'] / 1e6:.2f} MB, {time.time() - begun:.0f} s", flush=True)


def all_of(group: str, only: list[str]) -> int:
    """Renders every clip of a manifest, each in a process of its own; returns how many failed."""
    failed = 0
    for entry in json.loads((HERE / f"{group}.json").read_text())["clips"]:
        if only and entry["name"] not in only:
            continue
        command = [sys.executable, "-m", "tools.scenes.generate", "--family", entry["family"], "--kind", entry["kind"],
                   "--seed", str(entry["seed"]), "--name", entry["name"], "--out", str(PROJECT / group),
                   "--options", json.dumps(entry.get("options", {}))]
        failed += subprocess.run(command, cwd=PROJECT).returncode != 0
    return failed


def main() -> int:
    """Parses the command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--family", default="hall")
    parser.add_argument("--kind", help="what happens")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--name")
    parser.add_argument("--out", default=".")
    parser.add_argument("--options", default="{}", help="JSON: fps, size, clock, zones, b_frames, script {…}")
    parser.add_argument("--all", metavar="GROUP", help="every clip of tools/scenes/GROUP.json into GROUP/")
    parser.add_argument("--only", nargs="*", default=[])
    arguments = parser.parse_args()
    if arguments.all:
        return 1 if all_of(arguments.all, arguments.only) else 0
    if arguments.kind not in factories():
        parser.error(f"--kind must be one of {', '.join(sorted(factories()))}")
    one(arguments)
    sys.stdout.flush()
    import os
    os._exit(0)      # OSMesa's context cannot be freed once the interpreter shuts down


if __name__ == "__main__":
    sys.exit(main())
