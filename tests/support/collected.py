"""A CSV file of ideas with pictures as people collect them, to measure imports by.

`python -m tests.support.collected FOLDER N` writes one.
"""

import csv
import random
import sys
from pathlib import Path

from PIL import Image, ImageDraw

HEADER = ("reference", "title", "summary", "author", "original_at", "pictures")
SIZE = (1600, 1200)
BASES = 12

_BEGINNINGS = ("bo", "la", "ki", "mer", "sto", "tra", "ven", "gol", "pin", "ruf")
_MIDDLES = ("ta", "le", "ni", "so", "mu", "der", "fal", "ges", "hon", "ir")
_ENDS = ("ck", "n", "s", "t", "ra", "lo", "mi", "del", "ver", "x")
WORDS = [f"{a}{b}{c}" for a in _BEGINNINGS for b in _MIDDLES for c in _ENDS]


def collected(folder: Path, ideas: int) -> Path:
    """Writes so many ideas, each with a picture of its own: 200 to 500 kB of JPEG, some PNG."""
    (folder / "pictures").mkdir(parents=True, exist_ok=True)
    bases = [_scene() for _ in range(BASES)]
    rows = []
    for number in range(ideas):
        chance = random.Random(number)  # noqa: S311 - the same pictures each time, no secret
        picture = _with_shapes(bases[number % BASES], chance)
        name = f"pictures/{number:05}.{'png' if number % 10 == 9 else 'jpg'}"
        if name.endswith("png"):
            picture.resize((1200, 900)).quantize(32).save(folder / name)
        else:
            picture.save(folder / name, quality=chance.choice((76, 82, 88)))
        words = [chance.choice(WORDS) for _ in range(50)]
        day = f"{2010 + number % 12}-{1 + number % 12:02}-{1 + number % 28:02}"
        author = f"Author {number % 1500}"
        title, summary = " ".join(words[:4]).capitalize(), f"{' '.join(words[4:]).capitalize()}."
        rows.append((f"old-{number:05}", title, summary, author, day, name))
    path = folder / "ideas.csv"
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        csv.writer(file).writerows([HEADER, *rows])
    return path


def _scene() -> Image.Image:
    """Soft colours with the grain of a camera, which is what makes a photo large."""
    width, height = SIZE
    coarse = [Image.effect_noise((width // 24, height // 24), 80) for _ in range(3)]
    colours = Image.merge("RGB", coarse).resize(SIZE, Image.Resampling.BICUBIC)
    return Image.blend(colours, Image.effect_noise(SIZE, 14).convert("RGB"), 0.35)


def _with_shapes(scene: Image.Image, chance: random.Random) -> Image.Image:
    picture = scene.copy()
    pen = ImageDraw.Draw(picture)
    for _ in range(14):
        x, y, side = chance.randrange(SIZE[0]), chance.randrange(SIZE[1]), chance.randrange(60, 500)
        colour = tuple(chance.randrange(256) for _ in range(3))
        pen.ellipse((x - side // 2, y - side // 2, x + side // 2, y + side // 3), fill=colour)
    return picture


if __name__ == "__main__":
    print(collected(Path(sys.argv[1]), int(sys.argv[2])))  # noqa: T201 - where it was written
