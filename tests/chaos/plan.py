"""What a seed fixes: the polls, every request with its moment, and the faults. Pure.

Moments are seconds since the surge began.
"""

from base64 import urlsafe_b64encode
from dataclasses import dataclass
from hashlib import sha256

IDEAS = ("idea_boaty", "idea_poppy", "idea_henry", "idea_cold", "idea_david", "idea_late")
OPENING = IDEAS[:5]
LATE, REMOVED = IDEAS[5], IDEAS[4]
MERGED, MERGED_INTO = IDEAS[2], IDEAS[1]
MAIN_CHANNEL = "web"

HOLDS = "holds a write of"
PATIENT, HASTY = 12, 1
"""Attempts of somebody who sends again, and of somebody who never does."""

OPENING_SECONDS = 6.0
"""How long before the surge the polls begin to open."""


@dataclass(frozen=True, slots=True)
class Case:
    """Voters who are set aside or reinstated; `at` None: when the poll has closed.

    `by_pass`: they are named by the passes that they voted with.
    """

    name: str
    kind: str
    """`set-asides` or `reinstatements`."""
    voters: tuple[str, ...]
    at: float | None = None
    by_pass: bool = False


@dataclass(frozen=True, slots=True)
class PollPlan:
    """A poll: its rules, what is changed while people vote, and when and how it ends.

    `ideas_per_ballot` None: any number. `weights` are those of the segments of its electoral roll,
    if it has one. `ladder` holds votes and seconds of its steps. `pause`: when, and how long.
    `merges`: when an idea is merged into another one, comes back, is merged again.
    """

    poll_id: str
    changeable: bool
    ideas_per_ballot: int | None
    end: str
    """`on time`, `early` (its contest leaves voting), `moved` (its closing is), or `last`."""
    ends_at: float
    amended_at: float | None = None
    """When an idea is added and another removed; None: never."""
    per_day: bool = False
    channels: tuple[str, ...] = (MAIN_CHANNEL,)
    weights: tuple[tuple[str, int], ...] = ()
    ladder: tuple[tuple[int, int], ...] = ()
    pause: tuple[float, float] | None = None
    merges: tuple[float, ...] = ()
    cases: tuple[Case, ...] = ()


@dataclass(frozen=True, slots=True)
class Request:
    """What is sent. `bad` says what is wrong with it, if something is.

    `torn`: so many seconds lie between the halves of its body.
    """

    ideas: tuple[str, ...]
    revision: int | None = None
    bad: str | None = None
    channel: str = MAIN_CHANNEL
    torn: float = 0.0


@dataclass(frozen=True, slots=True)
class Step:
    """Requests that are sent at once, so long after the step before, each so often if need be."""

    requests: tuple[Request, ...]
    after: float = 0.0
    attempts: int = PATIENT


@dataclass(frozen=True, slots=True)
class Journey:
    """One voter in one poll, in one period.

    `segment` is what the electoral roll says of them, empty for nothing; None where the poll has
    no roll. Where it has one they get their passes from the api, which names them otherwise.
    """

    at: float
    poll_id: str
    voter: str
    steps: tuple[Step, ...]
    period: str = ""
    segment: str | None = None


@dataclass(frozen=True, slots=True)
class Fault:
    """Something that is done to a process or an engine; `seconds` is how long it lasts."""

    at: float
    what: str
    target: str
    seconds: float = 0.0

    def __str__(self) -> str:
        lasting = f" for {self.seconds:.1f} s" if self.seconds else ""
        return f"{self.at:5.1f} s  {self.what} {self.target}{lasting}"


@dataclass(frozen=True, slots=True)
class Plan:
    """All that happens in a run; `features` are the rules that some of its polls have.

    `clock_seconds`: how wrong the second worker's clock is.
    """

    seed: int
    seconds: float
    features: tuple[str, ...]
    clock_seconds: int
    polls: tuple[PollPlan, ...]
    journeys: tuple[Journey, ...]
    faults: tuple[Fault, ...]


def voter_name(seed: int, number: int) -> str:
    """A pseudonym as voting makes them: 22 characters for 16 bytes."""
    digest = sha256(f"{seed}/{number}".encode()).digest()
    return urlsafe_b64encode(digest[:16]).decode().rstrip("=")
