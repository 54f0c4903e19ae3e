"""The perceptual hash of a picture: 63 bits that stay nearly the same when it is scaled, recoded,
brightened or lightly retouched. Pure; called where pictures are decoded.
"""

import math
import statistics
from collections.abc import Sequence

SIDE = 32
_LOW = 8

_WAVES = [
    [math.cos(math.pi * wave * (2 * place + 1) / (2 * SIDE)) for place in range(SIDE)]
    for wave in range(_LOW)
]


def likeness(grey: Sequence[int]) -> str:
    """The hash, in 16 hex digits, of 32 by 32 grey values from 0 to 255, row by row.

    Each bit says whether one of the lowest waves (of the cosine transform) is stronger than their
    median; how many bits differ is how unlike two pictures are. Below about ten they look the
    same. Pictures of one colour have nothing to compare: all are alike.
    """
    rows = [grey[start : start + SIDE] for start in range(0, SIDE * SIDE, SIDE)]
    across = [[_weighed(row, wave) for wave in _WAVES] for row in rows]
    columns = list(zip(*across, strict=True))
    strengths = [round(_weighed(column, wave)) for wave in _WAVES for column in columns]
    # The first is the mean brightness, which says nothing of the picture.
    waves = strengths[1:]
    median = statistics.median(waves)
    bits = "".join("1" if strength > median else "0" for strength in waves)
    return f"{int(bits, 2):016x}"


def _weighed(values: Sequence[float], wave: Sequence[float]) -> float:
    return sum(value * weight for value, weight in zip(values, wave, strict=True))
