"""The words of every kind of message, whatever stands in titles and reasons."""

import pytest

from groundswell_contracts.event import Event
from groundswell_contracts.ideas import IdeaVotesStayed
from groundswell_notifications.audience.rules import KINDS, Kind
from groundswell_notifications.messages.occasions import occasion
from groundswell_notifications.messages.rules import SUBJECT_CHARACTERS
from groundswell_notifications.messages.wording import Words, words

SUBJECTS = {
    "idea_received": "We have your idea “RRS Boaty”",
    "idea_approved": "Your idea “RRS Boaty” was approved",
    "idea_rejected": "Your idea “RRS Boaty” was not approved",
    "idea_held": "Your idea “RRS Boaty” is looked at again",
    "idea_merged": "Your idea “RRS Boaty” goes on in another one",
    "idea_answered": "Your idea “RRS Boaty” will be made",
    "idea_shortlisted": "Your idea “RRS Boaty” is on the shortlist",
    "idea_vetoed": "Your idea “RRS Boaty” was ruled out",
    "voting_opened": "Voting is open in “RRS Boaty”",
    "contest_paused": "“RRS Boaty” stands still for now",
    "contest_resumed": "“RRS Boaty” goes on",
    "result_published": "The result of “RRS Boaty” is out",
    "won": "Your idea “RRS Boaty” has won",
    "win_ended": "Your idea “RRS Boaty” is not a winner any more",
    "milestone_reached": "“Name our ship”: “RRS Boaty”",
    "reward_offered": "A reward of 500.00 GBP waits for you",
    "reward_granted": "Your reward of 500.00 GBP is booked",
    "reward_reversed": "Your reward of 500.00 GBP was taken back",
    "staff_briefed": "You hear of it first: “RRS Boaty”",
    "scores_asked": "Your scores are asked for: “RRS Boaty”",
    "review_asked": "You are asked about the idea “RRS Boaty”",
    "answer_overdue": "“RRS Boaty” owes its answer",
}
WITH_A_REASON = (
    "idea_approved",
    "idea_rejected",
    "idea_merged",
    "idea_answered",
    "idea_vetoed",
    "contest_paused",
    "contest_resumed",
    "won",
    "win_ended",
    "milestone_reached",
    "reward_reversed",
    "staff_briefed",
)


def worded(event: Event, contest: str | None = "Name our ship") -> Words:
    told = occasion(event)
    assert told is not None
    return words(told.kind, {"contest": contest, **told.facts})


@pytest.mark.parametrize("kind", KINDS)
def test_each_kind_has_its_words(kind: Kind, telling: dict[str, Event]) -> None:
    subject, text = worded(telling[kind])
    assert subject == SUBJECTS[kind]
    assert "“RRS Boaty”" in text
    assert ("It floats." in text) == (kind in WITH_A_REASON)
    assert text == text.strip()
    assert "\n\n\n" not in text
    assert "{" not in text


@pytest.mark.parametrize(
    ("outcome", "subject"),
    [("declined", "will not be made"), ("missed", "The time of your idea “RRS Boaty” is over")],
)
def test_an_answer_says_what_becomes_of_the_idea(outcome: str, subject: str) -> None:
    facts = {"idea": "RRS Boaty", "contest": None, "outcome": outcome, "reason": "It floats."}
    worded = words("idea_answered", facts)
    assert subject in worded.subject
    assert worded.text.endswith("It floats.")


@pytest.mark.parametrize("with_votes", [True, False])
def test_where_votes_went_along_the_author_is_told(
    telling: dict[str, Event], *, with_votes: bool
) -> None:
    merged = telling["idea_merged"].model_copy(update={"with_votes": with_votes})
    assert ("The votes for it count for that one now" in worded(merged).text) == with_votes


def test_who_appealed_in_vain_is_told_so(telling: dict[str, Event]) -> None:
    declined = telling["idea_rejected"].model_copy(update={"after_appeal": True})
    assert worded(declined).subject == "Your idea “RRS Boaty” stays turned down"
    assert "once more, as you asked" in worded(declined).text
    assert worded(declined).text.endswith("It floats.")
    assert "as you asked" not in worded(telling["idea_rejected"]).text


def test_votes_that_stayed_are_told_with_their_reason() -> None:
    stayed = IdeaVotesStayed(
        idea_id="idea_1",
        contest_id="con_1",
        participant_id="person_1",
        title="RRS Boaty",
        into_idea_id="idea_2",
        poll_id="poll_1",
        reason="The poll has closed.",
    )
    told = occasion(stayed)
    assert told is not None
    assert (told.kind, told.person_id, told.path) == ("idea_merged", "person_1", "/ideas/idea_2")
    subject, text = worded(stayed)
    assert subject == "The votes for your idea “RRS Boaty” did not go along"
    assert "there they count for your idea alone" in text
    assert text.endswith("The poll has closed.")
    assert "The editor's reason" not in text


def test_the_contest_is_named_where_it_is_known(telling: dict[str, Event]) -> None:
    assert "handed in to “Name our ship”" in worded(telling["idea_received"]).text
    assert "handed in to the contest" in worded(telling["idea_received"], contest=None).text


def test_who_entered_an_idea_for_somebody_is_named_and_how_to_take_it_back() -> None:
    facts = {"idea": "RRS Boaty", "contest": None, "entered_by": "The taste\nteam"}
    text = words("idea_received", facts).text
    assert text.startswith("“The taste team” has entered “RRS Boaty” in the contest in your name")
    assert "sign in with this address on the page below, and take it back there" in text
    own = words("idea_received", facts | {"entered_by": None}).text
    assert "take it back" not in own
    assert "you handed in" in own


def test_an_approval_needs_no_reason() -> None:
    text = words("idea_approved", {"idea": "RRS Boaty", "contest": None, "reason": None}).text
    assert text.endswith("everybody can see it.")


def test_the_end_of_voting_is_told(telling: dict[str, Event]) -> None:
    assert "until 16 April 2026, 23:00 UTC." in worded(telling["voting_opened"]).text


def test_staff_read_their_own_words_and_when_it_opens(telling: dict[str, Event]) -> None:
    text = worded(telling["staff_briefed"]).text
    assert text.startswith("It floats.")
    assert "from 2 March 2026, 09:00 UTC on" in text
    unsaid = words("staff_briefed", {"contest": "RRS Boaty", "reason": None, "opens_at": None}).text
    assert unsaid.startswith("We have a question for our customers")
    assert "has no day of opening yet" in unsaid


def test_a_juror_reads_which_round_is_open_and_until_when(telling: dict[str, Event]) -> None:
    text = worded(telling["scores_asked"]).text
    assert "its round “RRS Boaty” is open. Until 16 April 2026, 23:00 UTC you can score" in text
    by_hand = words("scores_asked", {"contest": "RRS Boaty", "round": "Final", "closes_at": None})
    assert "Until the brand closes it you can score" in by_hand.text


def test_an_expert_reads_about_which_idea_and_by_when(telling: dict[str, Event]) -> None:
    text = worded(telling["review_asked"]).text
    assert "The idea “RRS Boaty” has come to the end of its ladder" in text
    assert "from 2 March 2026, 09:00 UTC until 16 April 2026, 23:00 UTC" in text
    at_any_time = {"idea": "RRS Boaty", "contest": None, "opens_at": None, "closes_at": None}
    assert "You can answer it where" in words("review_asked", at_any_time).text


def test_a_missed_day_is_told_with_what_was_done_by_then(telling: dict[str, Event]) -> None:
    text = worded(telling["answer_overdue"]).text
    assert "by 6 May 2026, and" in text
    assert "7 of 1,200 ideas were answered" in text


@pytest.mark.parametrize("kind", KINDS)
def test_nothing_in_a_title_ends_a_line(kind: Kind, hostile: dict[str, Event]) -> None:
    subject, text = worded(hostile[kind])
    for strange in ("\r", "\u2028", "\u202e", "=?"):
        assert strange not in subject + text
    assert "\n" not in subject
    assert len(subject) <= SUBJECT_CHARACTERS
    assert (
        not [line for line in text.split("\n") if line.startswith("Bcc")] or kind in WITH_A_REASON
    )


def test_a_title_is_no_template() -> None:
    title = "{{ reason }} {% for x in range(9) %}x{% endfor %}"
    subject, _ = words("idea_received", {"idea": title, "contest": None})
    assert title in subject
