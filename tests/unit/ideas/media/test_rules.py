"""Who may see a medium, and what may use it."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from groundswell_ideas.media.rules import (
    EXTENSIONS,
    TYPES,
    Media,
    Rendition,
    checked_key,
    keys_in_use,
    may_see,
    may_see_original,
    obstacles_to_using,
    refusal,
)

NOW = datetime(2026, 3, 1, tzinfo=UTC)
READY = Media(
    brand_id="nerc",
    contest_id="con_1",
    id="med_1",
    uploader_id="per_1",
    name="boat.jpg",
    content_type="image/jpeg",
    bytes=10,
    created_at=NOW,
    expires_at=NOW,
    state="ready",
)


def rules(media: Media | None, *wanted: str) -> list[tuple[str, str]]:
    found = {} if media is None else {media.id: media}
    obstacles = obstacles_to_using(
        found,
        wanted or ("med_1",),
        contest_id="con_1",
        uploader_id="per_1",
        holder_id="idea_1",
        kinds={"image"},
        field="body.fields.pictures",
    )
    return [(obstacle.field, obstacle.rule) for obstacle in obstacles]


def test_a_ready_picture_of_ones_own_may_be_used() -> None:
    assert rules(READY) == []


@pytest.mark.parametrize(
    ("media", "rule"),
    [
        (None, "unknown-media"),
        (replace(READY, uploader_id="per_2"), "unknown-media"),
        (replace(READY, contest_id="con_2"), "unknown-media"),
        (replace(READY, holder_id="idea_2"), "media-in-use"),
        (replace(READY, state="open"), "media-not-ready"),
        (replace(READY, state="checking"), "media-not-ready"),
        (replace(READY, state="refused", refusal=refusal("two-formats")), "two-formats"),
        (replace(READY, content_type="video/mp4"), "media-kind"),
    ],
)
def test_any_other_is_named_with_its_place(media: Media | None, rule: str) -> None:
    assert rules(media) == [("body.fields.pictures.0", rule)]


def test_what_is_used_already_may_be_named_again() -> None:
    assert rules(replace(READY, holder_id="idea_1", uploader_id="a colleague")) == []


def test_nothing_is_used_twice() -> None:
    assert rules(READY, "med_1", "med_1") == [("body.fields.pictures", "unique")]


def test_who_sees_what() -> None:
    readers = {
        "uploader": ("per_1", None),
        "staff": ("sue", "nerc"),
        "rival": ("eve", "other"),
        "anybody": (None, None),
    }
    inside = {"uploader", "staff"}
    shown = replace(READY, shown=True)
    assert {n for n, who in readers.items() if may_see(READY, *who)} == inside
    assert {n for n, who in readers.items() if may_see(shown, *who)} == set(readers)
    assert {n for n, who in readers.items() if may_see_original(shown, *who)} == inside


def test_each_type_has_an_extension() -> None:
    assert EXTENSIONS.keys() == TYPES.keys()


def test_files_of_two_attempts_never_meet() -> None:
    keys = {checked_key(replace(READY, attempts=n), "original") for n in (1, 2)}
    assert len(keys) == 2
    picture = Rendition("small", "image/webp", 1, 1, 1, "ab", "med_1/2/small.webp")
    used = keys_in_use(replace(READY, original="med_1/2/original", renditions=(picture,)))
    assert used == {"med_1/2/original", "med_1/2/small.webp"}
    assert keys_in_use(READY) == set()
