"""A cursor comes back as it was made, or not at all."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from groundswell_kit import cursors
from groundswell_kit.problems import Problem

SECRET = b"of this installation alone, long"
PAYLOADS = st.dictionaries(st.text(), st.none() | st.integers() | st.text() | st.booleans())


@given(payload=PAYLOADS)
def test_a_cursor_comes_back_as_it_was_made(payload: dict[str, object]) -> None:
    cursor = cursors.encode(payload, SECRET)
    assert cursor.isascii()
    assert not set(cursor) & set("=+/&?# ")
    assert cursors.decode(cursor, SECRET) == payload


def assert_refused(cursor: str, secret: bytes = SECRET) -> None:
    with pytest.raises(Problem) as refused:
        cursors.decode(cursor, secret)
    assert refused.value.kind.status == 422
    assert [error.field for error in refused.value.errors] == ["query.cursor"]


@given(payload=PAYLOADS, data=st.data())
def test_a_changed_cursor_is_refused(payload: dict[str, object], data: st.DataObject) -> None:
    cursor = cursors.encode(payload, SECRET)
    place = data.draw(st.integers(0, len(cursor) - 2))  # the last character may hold spare bits
    letter = data.draw(st.sampled_from("abcXYZ019-_").filter(lambda c: c != cursor[place]))
    assert_refused(cursor[:place] + letter + cursor[place + 1 :])
    assert_refused(cursor[:place])


@given(text=st.text(max_size=80))
def test_an_invented_cursor_is_refused(text: str) -> None:
    assert_refused(text)


def test_a_cursor_of_another_secret_is_refused() -> None:
    assert_refused(cursors.encode({"after": 1}, SECRET), b"another secret")
