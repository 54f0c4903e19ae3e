from dataclasses import asdict, replace
from datetime import UTC, date, datetime, timedelta, timezone
from typing import Any, ClassVar

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from groundswell_contracts.poll_rules import PollRules
from groundswell_ideas.contests.rules import Contest
from groundswell_ideas.contests.schemas import ContestAnswer, DraftChanges, NewContest
from groundswell_ideas.forms.rules import EntryForm, Property
from groundswell_ideas.polls.rules import Poll, PollTerms
from groundswell_ideas.templates.catalogue import Templates
from groundswell_ideas.terms.rules import Money, RewardPlan, Terms, Texts, Timetable
from groundswell_ideas.terms.schemas import TermsChanges, TimetableBody, changed, merged, terms_of
from groundswell_kit.problems import Problem

TIMETABLE = {
    "submission_closes_at": "2026-12-10T22:00:00Z",
    "voting_opens_at": "2026-12-11T09:00:00+01:00",
    "voting_closes_at": "2026-12-20T22:00:00.123987Z",
}
PLAN: dict[str, Any] = {
    "per_winner": {"amount_minor": 50_000, "currency": "GBP"},
    "terms": "Paid within 30 days of your acceptance.",
}


def refused_fields(model: type[NewContest | DraftChanges], body: dict[str, Any]) -> list[str]:
    with pytest.raises(ValidationError) as refusal:
        model.model_validate(body)
    return [".".join(map(str, error["loc"])) for error in refusal.value.errors()]


def terms(body: dict[str, Any]) -> Terms:
    return terms_of(NewContest.model_validate(body).patch())


def applied(changes: TermsChanges, before: Terms) -> Terms:
    return terms_of(changed(asdict(before), changes.patch()))


class TestNewContest:
    def test_a_draft_needs_its_title_and_its_vote(self) -> None:
        assert refused_fields(NewContest, {}) == ["title"]
        with pytest.raises(Problem) as refusal:
            terms({"title": "Name our ship"})
        assert [error.field for error in refusal.value.errors] == ["body.vote"]
        body = {"title": " Name our ship ", "vote": "binding"}
        assert terms(body) == Terms(title="Name our ship", vote="binding")

    @pytest.mark.parametrize(
        ("field", "value"),
        [
            ("title", " "),
            ("title", "x" * 201),
            ("title", 7),
            ("vote", "maybe"),
            ("owner", ""),
            ("rules", "x" * 20_001),
            ("answer_by", "soon"),
            ("answer_by", "9999-12-31"),
            ("answer_by", "1999-12-31"),
            ("colour", "blue"),
            ("timetable", "tomorrow"),
        ],
    )
    def test_a_wrong_field_is_named(self, field: str, value: object) -> None:
        body = {"title": "Name our ship", "vote": "advisory", field: value}
        assert refused_fields(NewContest, body) == [field]

    @pytest.mark.parametrize(
        "moment",
        ["2026-12-10T22:00:00", "0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00", "never"],
    )
    def test_a_moment_has_its_zone_and_lies_in_our_times(self, moment: str) -> None:
        body = {
            "title": "Name our ship",
            "vote": "advisory",
            "timetable": TIMETABLE | {"submission_closes_at": moment},
        }
        assert refused_fields(NewContest, body) == ["timetable.submission_closes_at"]

    def test_a_timetable_out_of_order_is_refused(self) -> None:
        body = {
            "title": "Name our ship",
            "vote": "advisory",
            "timetable": TIMETABLE | {"voting_closes_at": "2026-12-11T08:00:00Z"},
        }
        with pytest.raises(Problem) as refusal:
            terms(body)
        assert [error.field for error in refusal.value.errors] == ["body.timetable"]

    @pytest.mark.parametrize(
        ("changes", "field"),
        [
            ({"amount_minor": 0}, "reward_plan.per_winner.amount_minor"),
            ({"amount_minor": 10**12 + 1}, "reward_plan.per_winner.amount_minor"),
            ({"amount_minor": 500.0}, "reward_plan.per_winner.amount_minor"),
            ({"amount_minor": "500"}, "reward_plan.per_winner.amount_minor"),
            ({"amount_minor": True}, "reward_plan.per_winner.amount_minor"),
            ({"currency": "gbp"}, "reward_plan.per_winner.currency"),
            ({"currency": "GBPP"}, "reward_plan.per_winner.currency"),
            ({"tax": 1}, "reward_plan.per_winner.tax"),
        ],
    )
    def test_money_is_whole_and_names_its_currency(
        self, changes: dict[str, object], field: str
    ) -> None:
        plan = PLAN | {"per_winner": PLAN["per_winner"] | changes}
        body = {"title": "Name our ship", "vote": "advisory", "reward_plan": plan}
        assert refused_fields(NewContest, body) == [field]

    def test_a_reward_has_terms(self) -> None:
        plan = PLAN | {"terms": " "}
        body = {"title": "Name our ship", "vote": "advisory", "reward_plan": plan}
        assert refused_fields(NewContest, body) == ["reward_plan.terms"]

    def test_moments_turn_to_utc_and_milliseconds(self) -> None:
        said = terms({"title": "Name our ship", "vote": "advisory", "timetable": TIMETABLE})
        assert said.timetable == Timetable(
            datetime(2026, 12, 10, 22, tzinfo=UTC),
            datetime(2026, 12, 11, 8, tzinfo=UTC),
            datetime(2026, 12, 20, 22, 0, 0, 123_000, tzinfo=UTC),
        )

    @given(
        moment=st.datetimes(
            datetime(2000, 1, 2),  # noqa: DTZ001 - Hypothesis adds the zone
            datetime(2199, 12, 30),  # noqa: DTZ001 - the same
            timezones=st.sampled_from([UTC, timezone(timedelta(hours=5, minutes=45))]),
        )
    )
    def test_cutting_a_moment_moves_it_by_less_than_a_millisecond(self, moment: datetime) -> None:
        later = moment + timedelta(hours=1)
        body = {
            "submission_closes_at": moment,
            "voting_opens_at": moment,
            "voting_closes_at": later,
        }
        kept = TimetableBody.model_validate(body).submission_closes_at
        assert kept is not None
        assert kept.tzinfo is UTC
        assert timedelta(0) <= moment - kept < timedelta(milliseconds=1)
        assert kept.microsecond % 1000 == 0


class TestDraftChanges:
    TERMS = Terms(title="Name our ship", vote="advisory", owner="James", rules="One vote each.")

    def test_what_is_left_out_stays_and_null_takes_away(self) -> None:
        changes = DraftChanges.model_validate({"owner": None, "answer_by": "2027-01-15"})
        assert applied(changes, self.TERMS) == Terms(
            title="Name our ship",
            vote="advisory",
            rules="One vote each.",
            answer_by=date(2027, 1, 15),
        )

    def test_nothing_changes_nothing(self) -> None:
        assert applied(DraftChanges(), self.TERMS) == self.TERMS

    def test_a_timetable_changes_moment_by_moment_and_stays_in_order(self) -> None:
        changes = DraftChanges.model_validate({"timetable": TIMETABLE})
        timed = applied(changes, self.TERMS)
        assert (
            timed.timetable
            == terms({"title": "x", "vote": "advisory", **changes.patch()}).timetable
        )
        later = DraftChanges.model_validate(
            {"timetable": {"voting_closes_at": "2026-12-24T22:00:00Z"}}
        )
        moved = applied(later, timed).timetable
        assert timed.timetable is not None
        closing = datetime(2026, 12, 24, 22, tzinfo=UTC)
        assert moved == replace(timed.timetable, voting_closes_at=closing)
        with pytest.raises(Problem, match="both voting_opens_at and voting_closes_at"):
            applied(later, self.TERMS)

    def test_the_texts_of_one_language_are_taken_away(self) -> None:
        texts = {"fr": {"title": "Notre navire"}, "de": {"title": "Unser Schiff"}}
        both = applied(DraftChanges.model_validate({"texts": texts}), self.TERMS)
        left = applied(DraftChanges.model_validate({"texts": {"fr": None}}), both)
        assert left.texts == {"de": Texts(title="Unser Schiff")}

    def test_a_form_is_replaced_as_a_whole(self) -> None:
        port = {"type": "string", "maxLength": 80}
        forms = ({"port": port, "year": {"type": "integer"}}, {"port": {"type": "integer"}})
        before = self.TERMS
        for properties in forms:
            form = {"properties": properties, "required": ["port"]}
            before = applied(DraftChanges.model_validate({"entry_form": form}), before)
        assert before.entry_form == EntryForm(
            properties={"port": Property(type="integer")}, required=("port",)
        )

    def test_a_reward_plan_is_promised_and_taken_away(self) -> None:
        promised = applied(DraftChanges.model_validate({"reward_plan": PLAN}), self.TERMS)
        assert promised.reward_plan == RewardPlan(Money(50_000, "GBP"), PLAN["terms"])
        assert applied(DraftChanges.model_validate({"owner": "Jo"}), promised).reward_plan
        without = applied(DraftChanges.model_validate({"reward_plan": None}), promised)
        assert without == self.TERMS

    @pytest.mark.parametrize("field", ["title", "vote"])
    def test_title_and_vote_cannot_be_taken_away(self, field: str) -> None:
        assert refused_fields(DraftChanges, {field: None}) == [field]


class TestPolls:
    BODY: ClassVar[dict[str, Any]] = {"title": "Name our ship", "vote": "advisory"}

    def test_a_contest_has_one_poll_unless_it_says_otherwise(self) -> None:
        assert terms(self.BODY).polls == (PollTerms(),)

    def test_each_poll_has_a_name_of_its_own(self) -> None:
        polls = [{"name": "north"}, {"name": " south ", "rules": {"period": "day"}}]
        said = terms(self.BODY | {"polls": polls})
        assert [poll.name for poll in said.polls] == ["north", "south"]
        wrong: list[list[dict[str, str]]] = [[{"name": "n"}, {"name": " n"}], [{}, {}], []]
        for polls_of_no_sense in wrong:
            body = self.BODY | {"polls": polls_of_no_sense}
            assert refused_fields(NewContest, body) == ["polls"]

    def test_there_are_fifty_at_most(self) -> None:
        polls = [{"name": f"poll {n}"} for n in range(51)]
        most = NewContest.model_validate(self.BODY | {"polls": polls[:50]})
        assert len(terms_of(most.patch()).polls) == 50
        assert refused_fields(NewContest, self.BODY | {"polls": polls}) == ["polls"]

    def test_a_draft_changes_all_of_them_and_never_loses_them(self) -> None:
        before = terms(self.BODY)
        changes = DraftChanges.model_validate({"polls": [{"name": "north"}]})
        assert applied(changes, before).polls == (PollTerms("north"),)
        assert refused_fields(DraftChanges, {"polls": None}) == ["polls"]


def test_an_amended_closing_is_shown(draft: Contest) -> None:
    closing = datetime(2026, 4, 20, tzinfo=UTC)
    poll = Poll(id="poll_1", name="", rules=PollTerms().rules, idea_ids=(), closes_at=closing)
    answer = ContestAnswer.of(replace(draft, polls=(poll,)))
    assert answer.timetable is not None
    assert answer.timetable.voting_closes_at == closing
    assert answer.poll_ids == ["poll_1"]
    assert [(poll.id, poll.closes_at) for poll in answer.polls] == [("poll_1", closing)]


def test_polls_are_promised_where_people_come_to_vote(draft: Contest, templates: Templates) -> None:
    assert [poll.id for poll in ContestAnswer.of(draft).polls] == [None]
    pizza = replace(draft, programme=templates["make-and-earn"].programme)
    assert ContestAnswer.of(pizza).polls == []


def test_a_contest_is_shown_with_the_way_it_went(draft: Contest) -> None:
    answer = ContestAnswer.of(draft)
    assert answer.phase == "draft"
    assert [reached.phase for reached in answer.phases] == ["draft"]
    assert answer.poll_ids == []
    (poll,) = answer.polls
    assert (poll.id, poll.name, poll.closes_at) == (None, "", None)
    assert poll.rules == PollRules()
    assert ContestAnswer.model_validate_json(answer.model_dump_json()) == answer


def test_an_object_is_merged_and_a_list_replaced() -> None:
    base = {"selection": {"shortlist": {"by": "jury", "size": 3}}, "people": ["Ann"], "owner": "O"}
    patch = {"selection": {"shortlist": {"size": 5}}, "people": ["Bo"], "owner": None}
    assert merged(base, patch) == {
        "selection": {"shortlist": {"by": "jury", "size": 5}},
        "people": ["Bo"],
    }


def test_a_contest_is_shown_in_the_language_that_is_wanted(draft: Contest) -> None:
    texts = {"fr": Texts(title="Nommez notre navire"), "en": Texts(summary="A ship.")}
    french = replace(draft, terms=replace(draft.terms, languages=("en", "fr"), texts=texts))
    answer = ContestAnswer.of(french, ["fr-CA", "en"])
    assert (answer.locale, answer.title) == ("fr", "Nommez notre navire")
    assert (answer.summary, answer.rules) == ("A ship.", draft.terms.rules)
    assert ContestAnswer.of(french, ["de"]).title == "Name our ship"


def test_the_public_does_not_read_what_is_for_staff(draft: Contest) -> None:
    body = {
        "title": "x",
        "vote": "advisory",
        "selection": {"shortlist": {"curator": "Creative director", "curator_id": "sub_7"}},
        "staff_words": "You first.",
        "reward_budget": {"amount_minor": 7_777, "currency": "GBP"},
    }
    contest = replace(draft, terms=terms(body))
    for reader in (None, "other"):
        shown = ContestAnswer.of(contest, staff_of=reader).model_dump_json()
        assert "Creative director" in shown
        assert not [secret for secret in ("sub_7", "You first", "7777") if secret in shown]
    record = ContestAnswer.of(contest, staff_of=contest.brand_id).record
    assert record is not None
    assert (record.staff_words, record.curator_id) == ("You first.", "sub_7")
    assert record.reward_budget is not None
    assert record.reward_budget.amount_minor == 7_777


def test_staff_read_back_what_they_have_set(draft: Contest) -> None:
    form = {"type": "object", "properties": {"port": {"type": "string", "maxLength": 80}}}
    body = {
        "title": "x",
        "vote": "advisory",
        "languages": ["en", "fr"],
        "texts": {"fr": {"title": "Nommez notre navire"}},
        "entry_form": form,
    }
    record = ContestAnswer.of(replace(draft, terms=terms(body)), staff_of=draft.brand_id).record
    assert record is not None
    assert record.texts["fr"].title == "Nommez notre navire"
    assert record.entry_form == form | {"required": [], "additionalProperties": False}
