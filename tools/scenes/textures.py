"""Procedural surfaces: cartons with tape and labels, totes, wood, painted metal, walls. All RGB, 0…1."""
import cv2
import numpy as np

from .noise import grain, smooth_noise

WORDS = ["NORDFRACHT", "PAKKO", "ALMA", "KESTREL", "BERGER", "TIVOLI", "QUARTZ", "HELIOS", "OMBRA", "LUMEN", "VARDE"]


def _text(image, text, origin, scale, colour, thickness=1):
    mask = np.zeros(image.shape[:2], np.uint8)
    cv2.putText(mask, text, origin, cv2.FONT_HERSHEY_SIMPLEX, scale, 255, thickness, cv2.LINE_AA)
    alpha = (mask.astype(np.float32) / 255)[..., None]
    image[:] = image * (1 - alpha) + np.array(colour, np.float32) * alpha


def shipping_label(rng, width=56, height=40):
    """A white sticker with an address block and a bar code."""
    label = np.full((height, width, 3), 0.93, np.float32)
    for row in range(4, height // 2, 5):
        cv2.line(label, (4, row), (int(rng.integers(width // 2, width - 5)), row), (0.35, 0.35, 0.38), 1)
    x = 4
    while x < width - 6:
        bar = int(rng.integers(1, 4))
        label[height // 2 + 2:height - 4, x:x + bar] = 0.12
        x += bar + int(rng.integers(1, 4))
    return label


def carton_face(rng, base, size, seam: str, word: str | None, ink, label: bool):
    """One carton face; `seam` is 'top' (taped flap joint), 'end' (tape coming down) or 'plain'."""
    face = np.ones((size, size, 3), np.float32) * np.asarray(base, np.float32)
    face += (0.035 * smooth_noise(rng, (size, size), size / 2, 4))[..., None]
    flutes = np.sin(np.arange(size) * 2 * np.pi / 5.3) * 0.006
    face += (flutes[:, None] + grain(rng, (size, size), 0.012))[..., None]
    tape = np.clip(np.array(base) * 1.12 + 0.05, 0, 1)
    half = size // 16
    face = face.astype(np.float32)
    if seam == "top":
        cv2.line(face, (0, size // 2), (size, size // 2), tuple(float(c) * 0.55 for c in base), 1)
        face[size // 2 - half:size // 2 + half] = 0.35 * face[size // 2 - half:size // 2 + half] + 0.65 * tape
    elif seam == "end":
        face[:size // 4, size // 2 - half:size // 2 + half] = tape * 0.9
    if word:
        scale = size / 128 * rng.uniform(0.5, 0.85)
        _text(face, word, (int(size * rng.uniform(0.06, 0.2)), int(size * rng.uniform(0.4, 0.6))), scale, ink, 2)
        for k in range(2):
            x = int(size * (0.72 + 0.12 * k))
            cv2.arrowedLine(face, (x, int(size * .9)), (x, int(size * .74)), ink, 2, tipLength=0.45)
    if label:
        sticker = shipping_label(rng, int(size * rng.uniform(.32, .46)), int(size * rng.uniform(.22, .34)))
        y = int(rng.uniform(.55, .68) * size) - (0 if rng.random() < .5 else size // 3)
        x = int(rng.uniform(.05, .5) * size)
        face[y:y + sticker.shape[0], x:x + sticker.shape[1]] = sticker[:size - y, :size - x]
    border = np.minimum.reduce(np.meshgrid(np.minimum(np.arange(size), np.arange(size)[::-1]),
                                           np.minimum(np.arange(size), np.arange(size)[::-1])))
    face *= (0.82 + 0.18 * np.clip(border / (size * 0.035), 0, 1))[..., None]
    return np.clip(face, 0, 1)


def cube_sheet(faces: dict[str, np.ndarray]) -> np.ndarray:
    """Lays six square faces (R L U D F B: +x −x +y −y +z −z) into MuJoCo's 3×4 grid '.U..LFRB.D..'."""
    size = next(iter(faces.values())).shape[0]
    sheet = np.zeros((3 * size, 4 * size, 3), np.float32)
    for index, key in enumerate(".U..LFRB.D.."):
        if key in faces:
            row, column = divmod(index, 4)
            sheet[row * size:(row + 1) * size, column * size:(column + 1) * size] = faces[key]
    return sheet


def carton(rng, size=128) -> np.ndarray:
    """A closed corrugated box: brown, sometimes white or darker, with printing on some sides."""
    style = rng.random()
    if style < 0.78:
        base = np.array([0.66, 0.49, 0.32]) * rng.uniform(0.85, 1.12) + rng.uniform(-.02, .02, 3)
    elif style < 0.9:
        base = np.array([0.82, 0.80, 0.76]) * rng.uniform(0.9, 1.05)
    else:
        base = np.array([0.50, 0.36, 0.25]) * rng.uniform(0.9, 1.1)
    word = str(rng.choice(WORDS))
    ink = [(0.12, 0.1, 0.09), (0.62, 0.12, 0.1), (0.1, 0.2, 0.45), (0.1, 0.35, 0.2)][int(rng.integers(4))]

    def face(seam, printed, label):
        return carton_face(rng, base, size, seam, word if printed else None, ink, label)
    return cube_sheet({"F": face("top", False, rng.random() < .5), "B": face("top", False, False),
                       "R": face("end", rng.random() < .3, True),
                       "L": face("end", rng.random() < .3, rng.random() < .5),
                       "U": face("plain", rng.random() < .7, rng.random() < .4),
                       "D": face("plain", rng.random() < .7, rng.random() < .6)})


def tote(rng, colour, size=96) -> np.ndarray:
    """A moulded plastic container: ribs, a rim, a sticker."""
    def side(label):
        face = np.ones((size, size, 3), np.float32) * colour
        for x in range(size // 8, size, size // 5):
            face[size // 5:, x:x + 3] *= 0.78
        face[:size // 7] *= 1.18
        face[size // 7:size // 6] *= 0.6
        if label:
            face[size // 2:size // 2 + size // 4, size // 3:size // 3 + size // 3] = cv2.resize(
                shipping_label(rng), (size // 3, size // 4))
        face += (0.02 * smooth_noise(rng, (size, size), size / 3))[..., None]
        return np.clip(face, 0, 1)
    top = np.ones((size, size, 3), np.float32) * colour * 1.05
    cv2.rectangle(top, (8, 8), (size - 9, size - 9), tuple(float(c) * .75 for c in colour), 3)
    return cube_sheet({"F": np.clip(top, 0, 1), "B": top * 0.8, "R": side(True), "L": side(False), "U": side(False),
                       "D": side(True)})


def wrapped(rng, size=160) -> np.ndarray:
    """A stretch-wrapped pallet load: cartons seen through glossy film with diagonal folds."""
    def side():
        face = np.zeros((size, size, 3), np.float32)
        rows, columns = int(rng.integers(3, 6)), int(rng.integers(2, 5))
        for r in range(rows):
            for c in range(columns):
                base = np.array([0.62, 0.47, 0.32]) * rng.uniform(.85, 1.15)
                y0, y1 = r * size // rows, (r + 1) * size // rows
                x0, x1 = c * size // columns, (c + 1) * size // columns
                face[y0:y1, x0:x1] = base
                face[y0:y0 + 2, x0:x1] *= 0.6
                face[y0:y1, x0:x0 + 2] *= 0.6
                if rng.random() < .4:
                    sticker = shipping_label(rng, 22, 16)
                    face[y0 + 6:y0 + 22, x0 + 5:x0 + 27] = sticker[:max(0, min(16, size - y0 - 6)),
                                                                   :max(0, min(22, size - x0 - 5))]
        film = smooth_noise(rng, (size, size), 26, 3)
        shear = cv2.warpAffine(film, np.float32([[1, 0, 0], [0.5, .3, 0]]), (size, size), borderMode=cv2.BORDER_REFLECT)
        gloss = np.clip(shear * .12 + .16, 0, .5)[..., None]
        return face * (1 - gloss) + gloss * np.array([.86, .89, .92])
    return cube_sheet({k: np.clip(side(), 0, 1) for k in "RLUDFB"})


def wood(rng, size=128) -> np.ndarray:
    """Rough pallet boards, grain along x."""
    streaks = cv2.resize(smooth_noise(rng, (size, size // 8 + 2), size / 10, 4), (size, size))
    base = np.array([0.60, 0.46, 0.30]) * rng.uniform(.8, 1.1)
    return np.clip(base * (1 + 0.10 * streaks[..., None] + grain(rng, (size, size), .04)[..., None]), 0, 1)


def painted_metal(rng, colour, size=128, holes=False) -> np.ndarray:
    """Scratched paint; with holes: a rack upright's slots."""
    surface = np.ones((size, size, 3), np.float32) * colour
    surface *= 1 + 0.05 * smooth_noise(rng, (size, size), size / 3)[..., None]
    worn = smooth_noise(rng, (size, size), size / 5, 5) > 2.1
    surface[worn] = surface[worn] * .4 + .25
    if holes:
        for y in range(4, size, 10):
            surface[y:y + 4, size // 2 - 9:size // 2 + 9] *= 0.3
    return np.clip(surface, 0, 1)


def wall(rng, colour, size=(512, 1024), style="cladding") -> np.ndarray:
    """A wall: corrugated cladding, concrete blocks or panels, with dirt towards the floor."""
    height, width = size
    image = np.ones((height, width, 3), np.float32) * colour
    x = np.arange(width)
    if style == "cladding":
        wave = np.sin(x * 2 * np.pi / 16)
        image *= (0.93 + 0.09 * np.sign(wave) * np.abs(wave) ** .3)[None, :, None]
    elif style == "block":
        for row, y in enumerate(range(0, height, 24)):
            image[y:y + 2] *= 0.85
            for joint in range((row % 2) * 24, width, 48):
                image[y:y + 24, joint:joint + 2] *= 0.85
    else:
        image[:, ::128] *= 0.75
    image *= 1 + 0.05 * smooth_noise(rng, size, width / 4, 5)[..., None]
    dirt = np.clip((np.arange(height) / height - .75) * 1.2, 0, .3)[:, None, None]
    return np.clip(image * (1 - dirt) + grain(rng, size, .015)[..., None], 0, 1)
