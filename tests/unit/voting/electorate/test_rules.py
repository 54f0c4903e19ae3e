from datetime import UTC, datetime
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from groundswell_voting.electorate.rules import (
    Candidate,
    Entry,
    candidate,
    needs_roll,
    obstacle,
)
from groundswell_voting.voteslog.rules import Eligibility, Rules

DAY = 86_400
NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
NOW_SECONDS = int(NOW.timestamp())

NAMES = st.text("abcXYZ", max_size=2)
AGES = st.none() | st.integers(-5, 5)
ELIGIBILITIES = st.builds(
    Eligibility,
    invited_only=st.booleans(),
    segments=st.lists(NAMES.filter(bool), max_size=2).map(tuple),
    regions=st.lists(NAMES.filter(bool), max_size=2).map(tuple),
    account_age_seconds=st.integers(0, 5),
)
CANDIDATES = st.builds(
    Candidate,
    on_roll=st.booleans(),
    segment=NAMES,
    region=st.none() | NAMES,
    account_age_seconds=AGES,
)


def rule_of(reason: str | None) -> str | None:
    """The rule that a reason begins with."""
    return None if reason is None else reason.partition(":")[0]


class TestObstacle:
    def test_everybody_may_vote_where_no_rule_says_otherwise(self) -> None:
        assert obstacle(Eligibility(), Candidate()) is None
        assert obstacle(Eligibility(), Candidate(True, "club", "vn", -1)) is None

    @pytest.mark.parametrize(
        ("rules", "who", "reason"),
        [
            (
                Eligibility(invited_only=True),
                Candidate(segment="club", region="vn", account_age_seconds=DAY),
                "invited_only: only who is on the poll's electoral roll may vote.",
            ),
            (
                Eligibility(segments=("club", "press")),
                Candidate(on_roll=True),
                "segments: only club, press may vote; yours is not known.",
            ),
            (
                Eligibility(segments=("club",)),
                Candidate(on_roll=True, segment="Club"),
                "segments: only club may vote; yours is Club.",
            ),
            (
                Eligibility(regions=("VN", "TH")),
                Candidate(on_roll=True),
                "regions: only VN, TH may vote; yours is not known.",
            ),
            (
                Eligibility(regions=("VN",)),
                Candidate(region="TH"),
                "regions: only VN may vote; yours is TH.",
            ),
            (
                Eligibility(account_age_seconds=DAY),
                Candidate(on_roll=True),
                "account_age_seconds: an account must be 86400 s old; yours is not known.",
            ),
            (
                Eligibility(account_age_seconds=DAY),
                Candidate(account_age_seconds=DAY - 1),
                "account_age_seconds: an account must be 86400 s old; yours is 86399 s.",
            ),
            (
                Eligibility(account_age_seconds=1),
                Candidate(account_age_seconds=0),
                "account_age_seconds: an account must be 1 s old; yours is 0 s.",
            ),
        ],
    )
    def test_it_says_what_stands_in_the_way(
        self, rules: Eligibility, who: Candidate, reason: str
    ) -> None:
        assert obstacle(rules, who) == reason

    @pytest.mark.parametrize(
        ("rules", "who"),
        [
            (Eligibility(invited_only=True), Candidate(on_roll=True)),
            (Eligibility(segments=("club", "press")), Candidate(on_roll=True, segment="press")),
            (Eligibility(regions=("VN", "TH")), Candidate(region="TH")),
            (Eligibility(regions=("VN",)), Candidate(region="vn")),
            (Eligibility(regions=("straße",)), Candidate(region="STRASSE")),
            (Eligibility(account_age_seconds=DAY), Candidate(account_age_seconds=DAY)),
        ],
    )
    def test_who_meets_the_rule_may_vote(self, rules: Eligibility, who: Candidate) -> None:
        assert obstacle(rules, who) is None

    def test_each_rule_is_asked_for_alone_and_the_first_one_unmet_is_named(self) -> None:
        """All rules on or off, each met or not."""
        names = ["invited_only", "segments", "regions", "account_age_seconds"]
        for asked, met in product(product([False, True], repeat=4), repeat=2):
            rules = Eligibility(
                invited_only=asked[0],
                segments=("club",) if asked[1] else (),
                regions=("VN",) if asked[2] else (),
                account_age_seconds=10 if asked[3] else 0,
            )
            who = Candidate(
                on_roll=met[0],
                segment="club" if met[1] else "press",
                region="VN" if met[2] else None,
                account_age_seconds=10 if met[3] else 9,
            )
            unmet = [name for name, a, m in zip(names, asked, met, strict=True) if a and not m]
            assert rule_of(obstacle(rules, who)) == (unmet[0] if unmet else None)

    @given(ELIGIBILITIES, CANDIDATES)
    def test_there_is_none_when_every_rule_is_met_and_only_then(
        self, rules: Eligibility, who: Candidate
    ) -> None:
        met = {
            "invited_only": who.on_roll or not rules.invited_only,
            "segments": not rules.segments or who.segment in rules.segments,
            "regions": not rules.regions
            or (who.region or "").lower() in {region.lower() for region in rules.regions},
            "account_age_seconds": rules.account_age_seconds == 0
            or (
                who.account_age_seconds is not None
                and who.account_age_seconds >= rules.account_age_seconds
            ),
        }
        found = rule_of(obstacle(rules, who))
        assert (found is None) == all(met.values())
        assert found is None or not met[found]

    @given(st.integers(-5, 10), st.integers(0, 10), st.integers(0, 10))
    def test_an_account_does_not_grow_out_of_the_right_to_vote(
        self, age: int, later: int, wanted: int
    ) -> None:
        rules = Eligibility(account_age_seconds=wanted)
        now, then = Candidate(account_age_seconds=age), Candidate(account_age_seconds=age + later)
        assert obstacle(rules, now) is not None or obstacle(rules, then) is None


class TestCandidate:
    def test_somebody_of_whom_nothing_is_told(self) -> None:
        assert candidate(None, None, None, NOW) == Candidate()

    def test_the_token_tells_of_who_is_not_on_the_roll(self) -> None:
        who = candidate(None, "VN", NOW_SECONDS - DAY, NOW)
        assert who == Candidate(region="VN", account_age_seconds=DAY)

    def test_the_roll_goes_before_the_token(self) -> None:
        entry = Entry("person_1", "club", "TH")
        assert candidate(entry, "VN", None, NOW) == Candidate(True, "club", "TH")

    def test_a_roll_without_a_region_leaves_it_to_the_token(self) -> None:
        assert candidate(Entry("person_1", "club"), "VN", None, NOW).region == "VN"
        assert candidate(Entry("person_1", "club"), None, None, NOW).region is None

    @given(st.integers(0, NOW_SECONDS + DAY))
    def test_age_is_counted_in_whole_seconds(self, created_at: int) -> None:
        late = NOW.replace(microsecond=999_000)
        assert candidate(None, None, created_at, late).account_age_seconds == (
            NOW_SECONDS - created_at
        )


class TestNeedsRoll:
    @pytest.mark.parametrize(
        "rules",
        [
            Rules(weights={"club": 5}),
            Rules(eligibility=Eligibility(invited_only=True)),
            Rules(eligibility=Eligibility(segments=("club",))),
            Rules(eligibility=Eligibility(regions=("VN",))),
        ],
    )
    def test_what_it_is_asked_for(self, rules: Rules) -> None:
        assert needs_roll(rules)

    @pytest.mark.parametrize(
        "rules", [Rules(), Rules(eligibility=Eligibility(account_age_seconds=DAY))]
    )
    def test_other_rules_do_without_it(self, rules: Rules) -> None:
        assert not needs_roll(rules)

    @given(ELIGIBILITIES, st.booleans(), NAMES)
    def test_without_it_nobody_on_it_is_treated_otherwise(
        self, eligibility: Eligibility, weighted: bool, segment: str
    ) -> None:
        """Where the roll is not asked for, no entry changes who may vote, or with what weight."""
        rules = Rules(eligibility=eligibility, weights={"abc": 3} if weighted else {})
        if needs_roll(rules):
            return
        entry = Entry("person_1", segment, "VN")
        with_roll, without = (candidate(e, None, 0, NOW) for e in (entry, None))
        assert obstacle(eligibility, with_roll) == obstacle(eligibility, without)
        assert rules.weight_of(with_roll.segment) == rules.weight_of(without.segment)
