"""Collects photographic surfaces into one array, for renders, composites and liquids.

    python -m tools.model.textures --cache DIR --deb-root DIR --warehouse DIR

`--deb-root` holds the unpacked Debian packages ufoai-textures, gnome-backgrounds and plasma-workspace-wallpapers;
`--warehouse` the AWS RoboMaker warehouse models. Writes DIR/textures.npy, uint8 RGB [count, 256, 256, 3].
"""

import argparse
import pathlib
import zipfile

import cv2
import numpy as np

SIDE = 256
SURFACE_WORDS = ("build", "misc", "desert", "nature", "snow", "tropic", "indust", "common", "ufo", "terrain", "sand")


def add(tiles: list, bgr, squares: int, rng) -> None:
    """Appends `squares` square cuts of a picture at SIDE x SIDE; flat ones (no texture at all) are left out."""
    if bgr is None or min(bgr.shape[:2]) < 64:
        return
    height, width = bgr.shape[:2]
    for _ in range(squares):
        side = min(height, width) if squares == 1 else int(min(height, width) * rng.uniform(0.3, 0.9))
        y, x = rng.integers(0, height - side + 1), rng.integers(0, width - side + 1)
        tile = cv2.resize(bgr[y : y + side, x : x + side], (SIDE, SIDE), interpolation=cv2.INTER_AREA)
        if tile.std() > 4:
            tiles.append(cv2.cvtColor(tile, cv2.COLOR_BGR2RGB))


def decode(data: bytes):
    """BGR picture of encoded bytes, or None."""
    return cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_COLOR)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--cache", required=True)
    parser.add_argument("--deb-root", required=True)
    parser.add_argument("--warehouse", required=True)
    args = parser.parse_args()
    rng = np.random.default_rng(1)
    tiles: list = []
    for archive in sorted(pathlib.Path(args.deb_root).rglob("*.pk3")):
        with zipfile.ZipFile(archive) as pack:
            for name in sorted(pack.namelist()):
                low = name.lower()
                plain = low.endswith((".jpg", ".png", ".tga")) and not low.rsplit(".", 1)[0].endswith(
                    ("_nm", "_sm", "_gm", "_rm")
                )
                if plain and "textures/" in low and any(word in low for word in SURFACE_WORDS):
                    add(tiles, decode(pack.read(name)), 1, rng)
    surfaces = len(tiles)
    for path in sorted(pathlib.Path(args.warehouse).rglob("*.png")):
        add(tiles, cv2.imread(str(path)), 4, rng)
    for path in sorted(pathlib.Path(args.deb_root).rglob("*")):
        if path.suffix.lower() in (".jpg", ".png", ".webp") and path.is_file():
            add(tiles, cv2.imread(str(path)), 6, rng)
    cache = pathlib.Path(args.cache)
    cache.mkdir(parents=True, exist_ok=True)
    np.save(cache / "textures.npy", np.stack(tiles))
    print(f"textures: {surfaces} surfaces, {len(tiles)} in all", flush=True)


if __name__ == "__main__":
    main()
