"""Turns what the rules found into the problem that a caller reads. Called by all commands."""

from collections.abc import Sequence

from groundswell_kit.problems import CONFLICT, FieldError, Problem, ProblemType

Finding = tuple[str, str, str]
"""Field, the rule's slug, and the rule in words: an Obstacle of the rules."""

# A list of thousands may be wrong in thousands of places; the first ones tell enough.
MAX_ERRORS = 20


def refuse_for(findings: Sequence[Finding], kind: ProblemType = CONFLICT) -> None:
    """Raises a problem that names the findings; returns when there are none."""
    if findings:
        errors = [FieldError(*finding) for finding in findings[:MAX_ERRORS]]
        detail = "; ".join(dict.fromkeys(error.message for error in errors))
        raise Problem(kind, detail, errors=errors)
