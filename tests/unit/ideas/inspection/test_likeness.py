"""Pictures that look the same have nearly the same hash, others have not."""

import io

from PIL import Image, ImageEnhance

from groundswell_ideas.inspection.likeness import likeness
from tests.support.pictures import drawing, encoded


def hashed(picture: Image.Image) -> str:
    grey = picture.convert("L").resize((32, 32), Image.Resampling.LANCZOS)
    return likeness(list(grey.tobytes()))


def unlikeness(one: str, other: str) -> int:
    """How many bits of two hashes differ."""
    return (int(one, 16) ^ int(other, 16)).bit_count()


def test_the_same_picture_once_more_is_much_alike() -> None:
    original = drawing(800, 600)
    recoded = Image.open(io.BytesIO(encoded(original, quality=30)))
    variants = [
        recoded,
        original.resize((200, 150)),
        ImageEnhance.Brightness(original).enhance(1.2),
        ImageEnhance.Contrast(original).enhance(0.8),
        original.crop((4, 3, 796, 597)),
    ]
    assert [d for d in (unlikeness(hashed(original), hashed(v)) for v in variants) if d > 8] == []


def test_other_pictures_are_much_unlike() -> None:
    hashes = [hashed(drawing(seed=seed)) for seed in range(1, 30)]
    distances = [unlikeness(a, b) for n, a in enumerate(hashes) for b in hashes[:n]]
    assert min(distances) > 10


def test_a_hash_is_16_hex_digits() -> None:
    for picture in (drawing(), Image.new("L", (9, 9), 255), Image.new("L", (9, 9), 0)):
        assert len(hashed(picture)) == 16
        assert int(hashed(picture), 16) < 2**63
    assert unlikeness("0" * 16, "f" * 16) == 64
