"""A contest's policy decides what follows from findings."""

from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from groundswell_ideas.screening.rules import (
    DEFAULTS,
    Finding,
    Policy,
    Severity,
    judge,
)
from groundswell_ideas.terms.rules import Treatment
from groundswell_ideas.terms.screening_schemas import ScreeningBody

SEVERITIES = st.sampled_from(get_args(Severity))
KINDS = st.sampled_from([*DEFAULTS, "word", "acme_trademark"])
FINDINGS = st.lists(st.builds(Finding, KINDS, SEVERITIES, st.just("title"), st.text(), st.text()))
POLICIES = st.builds(
    Policy, treatments=st.dictionaries(KINDS, st.sampled_from(get_args(Treatment)))
)


def finding(kind: str, severity: Severity = "hold") -> Finding:
    return Finding(kind, severity, "title", "match", "words")


def test_nothing_found_is_published() -> None:
    assert judge([], Policy()).outcome == "publish"


@pytest.mark.parametrize(
    ("kind", "brings", "says", "outcome"),
    [
        ("link", "hold", None, "hold"),
        ("link", "hold", "block", "refuse"),
        ("link", "hold", "note", "publish"),
        ("link", "hold", "ignore", "publish"),
        ("language", "hold", None, "publish"),
        ("language", "hold", "hold", "hold"),
        ("word", "hold", None, "hold"),
        ("word", "block", None, "refuse"),
        ("word", "block", "hold", "hold"),
        ("acme_trademark", "note", None, "publish"),
        ("acme_trademark", "note", "block", "refuse"),
    ],
)
def test_the_policy_stands_before_the_default(
    kind: str, brings: Severity, says: Treatment | None, outcome: str
) -> None:
    policy = Policy(treatments={} if says is None else {kind: says})
    screening = judge([finding(kind, brings)], policy)
    assert screening.outcome == outcome
    assert len(screening.findings) == (says != "ignore")


@given(FINDINGS, POLICIES)
def test_the_gravest_finding_decides(findings: list[Finding], policy: Policy) -> None:
    screening = judge(findings, policy)
    severities = {one.severity for one in screening.findings}
    assert (screening.outcome == "refuse") == ("block" in severities)
    assert (screening.outcome == "publish") == severities.isdisjoint({"block", "hold"})
    if screening.findings:
        assert screening.findings[0].severity == min(
            severities, key=("block", "hold", "note").index
        )


@given(FINDINGS, POLICIES)
def test_the_order_of_findings_decides_nothing(findings: list[Finding], policy: Policy) -> None:
    assert judge(findings, policy).outcome == judge(findings[::-1], policy).outcome


def test_all_kinds_are_named_where_brands_read_of_them() -> None:
    words = str(ScreeningBody.model_json_schema())
    assert [kind for kind in ("word", *DEFAULTS) if kind not in words] == []
