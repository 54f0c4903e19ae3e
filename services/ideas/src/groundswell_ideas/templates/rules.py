"""What a template is: a course through the phases, terms to begin with, and what may change.

Pure; called when contests are drafted, edited and led on.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from groundswell_ideas.terms.rules import PHASES, Obstacle, Phase

Json = Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """A phase of a course: where it leads, and what may be done in it."""

    phase: Phase
    onward: tuple[Phase, ...] = ()
    takes_ideas: bool = False
    votes: bool = False


@dataclass(frozen=True, slots=True)
class Limit:
    """A term that a brand may change, by its path; a `*` in it stands for any place in a list.

    A number lies between minimum and maximum, a list has as many items; a text is one of the
    choices. What is None is not limited. A term that is `required` is not left open either.
    """

    path: str
    minimum: int | None = None
    maximum: int | None = None
    choices: tuple[str, ...] = ()
    required: bool = False


ALWAYS_PROMISED = ("owner", "rules", "timetable", "answer_by")
"""Without these terms no contest opens, whatever its template: everybody is told them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Programme:
    """What a contest keeps of its template, whatever becomes of the file.

    `promises` are the terms without which it does not open.
    """

    name: str
    version: int
    steps: tuple[Step, ...]
    limits: tuple[Limit, ...]
    promises: tuple[str, ...] = ALWAYS_PROMISED

    def step(self, phase: Phase) -> Step:
        """The step of a phase; one that the course leaves out leads nowhere."""
        return next((step for step in self.steps if step.phase == phase), Step(phase=phase))

    @property
    def always_votes(self) -> bool:
        """Whether no way to the end leads past a vote."""
        return "closed" not in self.ahead_of("draft", without="voting")

    @property
    def ends_with_publication(self) -> bool:
        """Whether an idea waits for nothing but to be public: no vote comes, and no decision."""
        return not {"voting", "deliberation", "decided"} & self.ahead_of("draft")

    def ahead_of(self, phase: Phase, without: Phase | None = None) -> set[Phase]:
        """The phases that a contest may still come to, or may come to `without` one of them."""
        ahead: set[Phase] = set()
        frontier = [phase]
        while frontier:
            onward = set(self.step(frontier.pop()).onward) - ahead - {without}
            ahead |= onward
            frontier += onward
        return ahead


@dataclass(frozen=True, slots=True, kw_only=True)
class Template:
    """A programme as its file has it. `terms` are the fields of a new contest's body."""

    title: str
    summary: str
    rules_in_words: tuple[str, ...]
    programme: Programme
    terms: Json


BRANDS_OWN = (
    "title",
    "owner",
    "people",
    "staff_words",
    "rules",
    "timetable",
    "time_zone",
    "calendar",
    "answer_by",
    "reward_budget",
    "languages",
    "texts",
    "terms_of_entry",
    "eligibility",
    "pilot",
    "prizes",
)
"""What every brand says for itself, whatever the template."""


def obstacles_to_adjusting(programme: Programme, before: Json, after: Json) -> list[Obstacle]:
    """Which terms may not be as they are after a change: fixed ones that differ, and limits."""
    fixed = [
        Obstacle(f"body.{path}", "fixed-by-template", f"{programme.name} fixes {path}")
        for path in differences(before, after)
        if not _is_adjustable(programme, path)
    ]
    return fixed + [
        obstacle
        for limit in programme.limits
        for path, value in found_at(after, limit.path)
        for obstacle in _beyond(limit, path, value)
    ]


def differences(before: Any, after: Any, path: str = "") -> Iterator[str]:
    """The paths at which two terms differ; lists of different lengths differ as a whole."""
    if isinstance(before, Mapping) and isinstance(after, Mapping):
        for name in sorted(before.keys() | after.keys()):
            yield from differences(before.get(name), after.get(name), _below(path, name))
    elif _is_list(before) and _is_list(after) and len(before) == len(after):
        for position, (old, new) in enumerate(zip(before, after, strict=True)):
            yield from differences(old, new, _below(path, str(position)))
    elif before != after:
        yield path


def _below(path: str, name: str) -> str:
    return f"{path}.{name}" if path else name


def _is_list(value: Any) -> bool:
    return isinstance(value, Sequence) and not isinstance(value, str)


def _is_adjustable(programme: Programme, path: str) -> bool:
    names = path.split(".")
    if names[0] in BRANDS_OWN:
        return True
    return any(_leads_to(limit.path.split("."), names) for limit in programme.limits)


def _leads_to(pattern: Sequence[str], names: Sequence[str]) -> bool:
    """Whether a pattern is the beginning of a path, or all of it."""
    return len(pattern) <= len(names) and all(
        wanted in ("*", name) for wanted, name in zip(pattern, names, strict=False)
    )


def found_at(value: Any, pattern: str, path: str = "") -> Iterator[tuple[str, Any]]:
    """What stands at the places that a pattern means, with the path of each."""
    name, _, rest = pattern.partition(".")
    if name == "":
        yield path, value
    elif name == "*" and _is_list(value):
        for position, item in enumerate(value):
            yield from found_at(item, rest, _below(path, str(position)))
    elif isinstance(value, Mapping) and name in value:
        yield from found_at(value[name], rest, _below(path, name))


def _beyond(limit: Limit, path: str, value: Any) -> Iterator[Obstacle]:
    if value is None:
        if limit.required:
            words = f"{path} cannot be left open"
            yield Obstacle(f"body.{path}", "template-required", words)
        return
    if limit.choices and value not in limit.choices:
        words = f"{path} is one of {', '.join(limit.choices)}"
        yield Obstacle(f"body.{path}", "template-choice", words)
    size = len(value) if _is_list(value) or isinstance(value, Mapping) else value
    if limit.minimum is not None and size < limit.minimum:
        yield Obstacle(f"body.{path}", "template-minimum", f"{path} is {limit.minimum} at least")
    if limit.maximum is not None and size > limit.maximum:
        yield Obstacle(f"body.{path}", "template-maximum", f"{path} is {limit.maximum} at most")


def obstacles_to_course(steps: Sequence[Step]) -> list[Obstacle]:
    """What is wrong with a course: it goes from draft to closed, never back, and skips no step."""
    found = []
    listed = [step.phase for step in steps]
    if len(set(listed)) != len(listed):
        found.append(Obstacle("transition", "unique", "each phase leads on in one place"))
    for step in steps:
        for phase in step.onward:
            if PHASES.index(phase) <= PHASES.index(step.phase):
                message = f"{step.phase} cannot lead back to {phase}"
                found.append(Obstacle("transition", "order", message))
            if phase != "closed" and phase not in listed:
                message = f"{phase} leads nowhere, and the last phase is closed"
                found.append(Obstacle("transition", "end", message))
    reached = {"draft"}.union(*(step.onward for step in steps))
    found += [
        Obstacle("transition", "reached", f"nothing leads to {phase}")
        for phase in listed
        if phase not in reached
    ]
    if "draft" not in listed:
        found.append(Obstacle("transition", "start", "nothing leads on from draft"))
    if not any(step.takes_ideas for step in steps):
        found.append(Obstacle("transition", "ideas", "ideas are taken in no phase"))
    for step in steps:
        if step.votes != (step.phase == "voting"):
            found.append(
                Obstacle("transition", "votes", "votes are cast in voting, and there alone")
            )
    return found
