"""The labelled study: which clips of which family, kind and seed the figures in docs/accuracy.md are measured on.

    python -m tools.scenes.study OUT [--split dev test unseen]

`dev` may be looked at while rules are made. `test` are other seeds of the same families; `unseen` is a family that is
rendered and measured at the end only. A clip that exists is left alone; a seed that draws an impossible site (no shelf in
the picture) is replaced by the next one, always the same.
"""
import argparse
import json
import subprocess
import sys
from pathlib import Path

PROJECT = Path(__file__).resolve().parent.parent.parent
HAPPENS = ["fall", "topple", "tall", "spill", "left", "removed"]
PEOPLE = {"left", "removed", "walk", "place", "cart", "cartfall"}
QUIET = ["walk", "place", "cart", "wet"]


def clips() -> list[tuple[str, str, str, int, dict]]:
    """(split, family, kind, seed, options) of every clip, in the order in which they are rendered."""
    out = []
    for split, first in (("dev", 101), ("test", 301)):
        kinds = HAPPENS + QUIET + (["leak"] if split == "dev" else ["cartfall", "shadow"])
        for kind_index, kind in enumerate(kinds):
            for family_index, family in enumerate(("hall", "depot")):
                out.append((split, family, kind, first + 100 * family_index + kind_index,
                            options(kind, kind_index + family_index)))
    kinds = HAPPENS + HAPPENS + ["fall", "spill", "leak"] + QUIET
    for index, kind in enumerate(kinds):
        out.append(("unseen", "crossdock", kind, 501 + index, {**options(kind, index + 1), "size": [640, 480]}))
    return out


def options(kind: str, index: int) -> dict:
    """Size and frame rate; people cost time to draw and move slowly."""
    if kind in PEOPLE:
        return {"size": [512, 288], "fps": [6, 8][index % 2]}
    return {"size": [640, 360], "fps": [8, 10, 12.5][index % 3]}


def render(out: Path, splits: list[str]) -> int:
    """Renders what is missing, one process a clip; returns how many clips could not be made."""
    failed = 0
    for split, family, kind, seed, options in clips():
        name = f"{kind}_{family}_{seed}"
        if split not in splits or (out / split / f"{name}.json").exists():
            continue
        for attempt in range(4):
            command = [sys.executable, "-m", "tools.scenes.generate", "--family", family, "--kind", kind, "--seed",
                       str(seed + 1000 * attempt), "--name", name, "--out", str(out / split), "--options",
                       json.dumps({**options, "quick": True})]
            if subprocess.run(command, cwd=PROJECT).returncode == 0:
                break
            for part in (out / split).glob(f"{name}.mp4"):
                part.unlink()
        else:
            failed += 1
    return failed


def main() -> int:
    """Parses the command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("out", type=Path)
    parser.add_argument("--split", nargs="*", default=["dev", "test", "unseen"])
    arguments = parser.parse_args()
    return 1 if render(arguments.out.resolve(), arguments.split) else 0


if __name__ == "__main__":
    sys.exit(main())
