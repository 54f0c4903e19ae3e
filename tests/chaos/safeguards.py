"""The safeguards of the vote path: the text that each is, what is left without it, who misses it.

A text that is not found exactly once is an error: then the code has changed, and this list has to.
"""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.chaos import directed
from tests.chaos.checker import answers, stores
from tests.chaos.directed import Scenario

PACKAGE = "groundswell_voting"
SOURCES = Path(__file__).parents[2] / "services/voting/src"


class NotAsKnown(Exception):
    """The code no longer holds the text of a safeguard, or holds it more than once."""


@dataclass(frozen=True, slots=True)
class Edit:
    """In this module, the first text becomes the second."""

    module: str
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class Safeguard:
    """What is switched off, how, the interleaving it guards against, the invariant it upholds."""

    name: str
    scenario: Scenario
    breaks: str
    edits: tuple[Edit, ...]

    @property
    def slug(self) -> str:
        """The name as a word."""
        return self.name.replace(" ", "-")


ACKNOWLEDGED = answers.acknowledged_votes_are_in_the_log.__name__
COUNTED = stores.redis_equals_the_log.__name__

_COMPARISON = "if (redis.call('HGET', KEYS[1], 'offset') or '0') ~= ARGV[1] then return 0 end\n"
_LETS_THE_SAME_THROUGH = """\
local found = redis.call('HGET', KEYS[1], 'offset') or '0'
if found ~= ARGV[1] and found ~= ARGV[2] then return 0 end
"""
_WRITE = """\
      redis.call('HSET', KEYS[k], unpack(pairs, at, math.min(at + 3999, #pairs)))
"""
_INCREMENT = """\
      if string.find(KEYS[k], ':tally:', 1, true) then
        for i = at, math.min(at + 3999, #pairs), 2 do
          redis.call('HINCRBY', KEYS[k], pairs[i], pairs[i + 1])
        end
      else
        redis.call('HSET', KEYS[k], unpack(pairs, at, math.min(at + 3999, #pairs)))
      end
"""

OFFSET_COMPARISON = Safeguard(
    "offset comparison",
    directed.late_write,
    COUNTED,
    (Edit("counting/projection.py", _COMPARISON, ""),),
)
NO_HOLE = Safeguard(
    "batch without a hole",
    directed.set_back_before_load,
    COUNTED,
    (
        Edit(
            "counting/counter.py",
            "if position.offset != begins_at or memory.offset != begins_at:",
            "if False:",
        ),
        Edit("counting/counter.py", "save(fold, begins_at, ", "save(fold, position.offset, "),
    ),
)
REPEAT_RULE = Safeguard(
    "repeat rule",
    directed.out_of_order,
    COUNTED,
    (
        Edit(
            "counting/rules.py",
            "    if idea in ballot.ideas:\n        return Verdict.REPEAT, ballot\n",
            "",
        ),
    ),
)
REVISION_RULE = Safeguard(
    "revision rule",
    directed.out_of_order,
    COUNTED,
    (
        Edit(
            "counting/rules.py",
            "if ballot is not None and revision <= ballot.revision:",
            "if ballot is not None and revision == ballot.revision:",
        ),
    ),
)
ACKNOWLEDGEMENT = Safeguard(
    "wait for the acknowledgement",
    directed.dead_before_the_log_has_it,
    ACKNOWLEDGED,
    (
        Edit(
            "intake/appender.py",
            "        metadata = await acknowledged\n",
            "        for waiting in votes:\n"
            "            if not waiting.outcome.done():\n"
            "                waiting.outcome.set_result(Appended(0))\n"
            "        metadata = await acknowledged\n",
        ),
    ),
)
CLOSING_IN_THE_BOX = Safeguard(
    "append time against closing (box)",
    directed.closes_unseen,
    ACKNOWLEDGED,
    (Edit("intake/rules.py", "return appended_at_ms < end_ms", "return True"),),
)
CLOSING_IN_THE_COUNT = Safeguard(
    "append time against closing (count)",
    directed.closes_unseen,
    COUNTED,
    (
        Edit(
            "counting/rules.py",
            "if poll.stage is Stage.CLOSED or appended_at_ms >= poll.closes_at_ms:",
            "if poll.stage is Stage.CLOSED:",
        ),
    ),
)
ANNOUNCE_AND_WAIT = Safeguard(
    "announce and wait",
    directed.closes_unheard,
    ACKNOWLEDGED,
    (
        Edit(
            "control/scribe.py",
            "return time.monotonic() - announced.acknowledged_at >= self._announce_seconds",
            "return True",
        ),
    ),
)
LEASE_FROM_THE_QUESTION = Safeguard(
    "lease dated from the question",
    directed.closes_on_an_old_answer,
    ACKNOWLEDGED,
    (
        Edit(
            "intake/announcements.py",
            "        self._confirmed_at = asked_at\n",
            "        self._confirmed_at = seconds_since_boot()\n",
        ),
    ),
)
# The comparison refuses what is late, and lets the same write through again: with absolute values
# that would do no harm.
ABSOLUTE_VALUES = Safeguard(
    "absolute values",
    directed.written_twice,
    COUNTED,
    (
        Edit("counting/projection.py", _COMPARISON, _LETS_THE_SAME_THROUGH),
        Edit("counting/projection.py", _WRITE, _INCREMENT),
        Edit("counting/layout.py", "str(tally.counts[name])", "str(tally.changed[name])"),
        Edit(
            "counting/tally.py",
            "changed: set[str] = field(default_factory=set)",
            "changed: Counter[str] = field(default_factory=Counter)",
        ),
        Edit(
            "counting/tally.py",
            "        self.changed.add(name)\n",
            "        self.changed[name] += number\n",
        ),
    ),
)

SAFEGUARDS = (
    OFFSET_COMPARISON,
    NO_HOLE,
    REPEAT_RULE,
    REVISION_RULE,
    ACKNOWLEDGEMENT,
    CLOSING_IN_THE_BOX,
    CLOSING_IN_THE_COUNT,
    ANNOUNCE_AND_WAIT,
    LEASE_FROM_THE_QUESTION,
    ABSOLUTE_VALUES,
)

APART: tuple[tuple[Safeguard, Scenario], ...] = (
    (OFFSET_COMPARISON, directed.written_twice),
    (ABSOLUTE_VALUES, directed.late_write),
)
"""Two that could be taken for one: without this one, that interleaving does no harm."""


@contextmanager
def switched_off(safeguard: Safeguard, directory: Path) -> Iterator[Path]:
    """A copy of the service's code without a safeguard, to go before the real one on the path."""
    shutil.copytree(SOURCES, directory, ignore=shutil.ignore_patterns("__pycache__"))
    try:
        for edit in safeguard.edits:
            _apply(edit, directory / PACKAGE / edit.module)
        yield directory
    finally:
        shutil.rmtree(directory)


def _apply(edit: Edit, module: Path) -> None:
    text = module.read_text()
    times = text.count(edit.before)
    if times != 1:
        raise NotAsKnown(f"{edit.module} has {edit.before!r} {times} times")
    module.write_text(text.replace(edit.before, edit.after))
