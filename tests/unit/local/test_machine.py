"""What is read out of the answers of Java and Docker."""

import pytest

from groundswell_local import machine


@pytest.mark.parametrize(
    ("printed", "major"),
    [
        ('openjdk version "17.0.15" 2025-04-15', 17),
        ('java version "1.8.0_402"', 8),
        ('openjdk version "21" 2023-09-19', 21),
        ("no such thing", None),
        (None, None),
    ],
)
def test_java_tells_its_major_version(
    monkeypatch: pytest.MonkeyPatch, printed: str | None, major: int | None
) -> None:
    monkeypatch.setattr(machine, "answer", lambda *_: printed)
    assert machine.java_major_version() == major


def test_a_command_that_is_missing_or_fails_gives_no_answer() -> None:
    assert machine.answer("no-such-program") is None
    assert machine.answer("false") is None
    assert machine.answer("echo", "hello") == "hello\n"
