"""Clips with real motion for choosing weights and the host's constants, in the DAVIS layout.

    MUJOCO_GL=osmesa python -m tools.model.motion --textures FILE --out FOLDER [--count 10] [--jointed]
    python -m tools.model.motion --scenes FOLDER --out FOLDER
    python -m tools.model.motion --fixed VIDEO [--fixed VIDEO …] --out FOLDER

With neither `--scenes` nor `--fixed`: new MuJoCo scenes (other seeds than the training's), in which things fall and tumble and the camera
goes around them; with `--jointed` a body is followed whose limbs move. `--scenes`: clips that `tools.scenes` made; the frames that have masks, for each object of at least
LEAST pixels. `--fixed`: real videos of a fixed camera; what differs from the median picture and stays in one piece by
itself (people, mostly) is followed; its outline is as good as the difference. Cut-outs that slide over photos
don't stand for this: a training that did better on such clips made real videos worse.
"""

import argparse
import pathlib

import cv2
import numpy as np

FRAMES, LEAST, FIRST_SEED = 36, 250, 77_000_000


def write(out: pathlib.Path, name: str, frames) -> None:
    """Writes (RGB, bool mask) pairs as one sequence."""
    folders = [out / kind / "480p" / name for kind in ("JPEGImages", "Annotations")]
    for folder in folders:
        folder.mkdir(parents=True, exist_ok=True)
    for index, (image, mask) in enumerate(frames):
        quality = [cv2.IMWRITE_JPEG_QUALITY, 75]
        cv2.imwrite(str(folders[0] / f"{index:05d}.jpg"), np.ascontiguousarray(image[..., ::-1]), quality)
        cv2.imwrite(str(folders[1] / f"{index:05d}.png"), mask.astype(np.uint8) * 255)


def target_geoms(rng, frames, scene):
    """The geoms of a random movable body that is large enough at first and seen most of the time, or None."""
    body = np.array(scene["body"] + [0] * (256 - len(scene["body"])))
    areas = np.zeros((len(frames), len(scene["movable"])), int)
    for row, frame in zip(areas, frames):
        np.add.at(row, body[:254], np.bincount(frame[..., 3].ravel(), minlength=256)[:254])
    wanted = np.array(scene["jointed"]) if any(scene["jointed"]) else np.array(scene["movable"])
    fit = (areas[0] > 500) & (areas[0] < 20_000) & ((areas > 150).mean(0) > 0.7) & wanted
    if not fit.any():
        return None
    chosen = rng.choice(np.nonzero(fit)[0])
    return np.isin(np.arange(256), [geom for geom in range(254) if body[geom] == chosen])


def rendered(seed: int, textures, jointed: bool = False):
    """(RGB, mask) pairs of one new scene, or None when nothing in it fits."""
    from .render import render_scene

    rng = np.random.default_rng(seed)
    frames, scene = render_scene(rng, textures, FRAMES, 0.4, jointed)
    geoms = target_geoms(rng, frames, scene)
    if geoms is None:
        return None
    gain = max(1.0, 80 / max(frames[0, ..., :3].mean(), 8))
    return [(cv2.convertScaleAbs(np.ascontiguousarray(frame[..., :3]), alpha=gain), geoms[frame[..., 3]]) for frame in frames]


def labelled(video: pathlib.Path):
    """Yields (object id, [(RGB, mask)]) of one labelled clip: from the first frame on which shows enough of the object."""
    masks = {int(path.stem): path for path in video.with_suffix(".masks").glob("*.png")}
    reader, index, frames = cv2.VideoCapture(str(video)), 0, []
    while True:
        good, image = reader.read()
        if not good:
            break
        if index in masks:
            frames.append((image[..., ::-1], cv2.imread(str(masks[index]), cv2.IMREAD_GRAYSCALE)))
        index += 1
    for number in sorted({int(value) for _, ids in frames for value in np.unique(ids) if value}):
        pairs = [(image, ids == number) for image, ids in frames]
        first = next((at for at, (_, mask) in enumerate(pairs) if mask.sum() >= LEAST), None)
        if first is not None and len(pairs) - first >= 8:
            yield number, pairs[first : first + FRAMES]


def different(image, background):
    """Bool map of what differs from the background, without specks; shadows (a little darker, the same colour) are
    left out."""
    gap = cv2.GaussianBlur(np.float32(image), (0, 0), 1.2) - background
    size, tint = np.abs(gap).max(2), np.ptp(gap, axis=2)
    shadow = (gap.max(2) < 0) & (image.mean(2) > 0.55 * background.mean(2)) & (tint < 20)
    found = ((size > 26) & ~shadow).astype(np.uint8)
    found = cv2.morphologyEx(found, cv2.MORPH_OPEN, np.ones((3, 3)))
    return cv2.morphologyEx(found, cv2.MORPH_CLOSE, cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (9, 9)))


def fixed(video: pathlib.Path, most: int = 4):
    """Yields [(RGB, mask)] of up to `most` runs of FRAMES frames in which something moves alone."""
    reader, frames = cv2.VideoCapture(str(video)), []
    step = max(1, round(reader.get(cv2.CAP_PROP_FPS) / 10))
    while reader.grab():
        _, image = reader.retrieve()
        frames.append(cv2.resize(image, (640, round(640 * image.shape[0] / image.shape[1])))[..., ::-1].copy())
        for _ in range(step - 1):
            reader.grab()
    background = cv2.GaussianBlur(np.float32(np.median(frames[:: max(1, len(frames) // 41)], axis=0)), (0, 0), 1.2)
    at, made = 0, 0
    while at + FRAMES < len(frames) and made < most:
        run, before = [], None
        for image in frames[at : at + FRAMES]:
            _, labels, stats, _ = cv2.connectedComponentsWithStats(different(image, background))
            height, width = labels.shape
            x, y, w, h, area = stats[1:].T if len(stats) > 1 else np.zeros((5, 0), int)
            inside = (x > 2) & (y > 2) & (x + w < width - 2) & (y + h < height - 2) & (area > 2 * LEAST)
            if before is None:
                order = np.nonzero(inside)[0]
                if not len(order):
                    break
                chosen = order[area[order].argmax()] + 1
            else:
                overlapped = np.bincount(labels[before], minlength=len(stats))
                overlapped[0] = 0
                chosen = int(overlapped.argmax())
                ratio = stats[chosen, 4] / before.sum()
                if chosen == 0 or not inside[chosen - 1] or not 0.75 < ratio < 1.33:
                    break
            before = labels == chosen
            run.append((image, before))
        went = np.hypot(*(np.argwhere(run[0][1]).mean(0) - np.argwhere(run[-1][1]).mean(0))) if run else 0
        if len(run) == FRAMES and went > 25:
            yield run
            made += 1
            at += 3 * FRAMES
        else:
            at += max(3, len(run))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--textures")
    parser.add_argument("--scenes")
    parser.add_argument("--fixed", action="append", default=[])
    parser.add_argument("--out", required=True)
    parser.add_argument("--count", type=int, default=10)
    parser.add_argument("--jointed", action="store_true")
    args = parser.parse_args()
    out = pathlib.Path(args.out)
    if args.scenes:
        for video in sorted(pathlib.Path(args.scenes).glob("*.mp4")):
            for number, pairs in labelled(video):
                write(out, f"{video.stem}-{number}", pairs)
    for video in map(pathlib.Path, args.fixed):
        for number, pairs in enumerate(fixed(video)):
            write(out, f"{video.stem}-{number}", pairs)
            print(f"motion: {video.stem}-{number}", flush=True)
    if args.scenes or args.fixed:
        return
    textures, made, seed = np.load(args.textures, mmap_mode="r"), 0, FIRST_SEED
    while made < args.count:
        seed += 1
        pairs = rendered(seed, textures, args.jointed)
        if pairs is not None:
            write(out, f"render{made:02d}", pairs)
            made += 1
            print(f"motion: {made} of {args.count}", flush=True)


if __name__ == "__main__":
    main()
