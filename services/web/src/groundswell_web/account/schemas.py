"""What identity and notifications say of a person, and how kinds of message are called here."""

from collections.abc import Mapping

from pydantic import RootModel

from groundswell_web.answers import Shape

KINDS: Mapping[str, str] = {
    "idea_received": "Your idea has arrived",
    "idea_approved": "Your idea was approved",
    "idea_rejected": "Your idea was turned down",
    "idea_held": "Your idea is looked at again",
    "idea_merged": "Your idea goes on in another one",
    "idea_answered": "The brand answered your idea",
    "idea_shortlisted": "Your idea is on the shortlist",
    "idea_vetoed": "Your idea was ruled out",
    "voting_opened": "Voting opens in a contest you take part in or follow",
    "contest_paused": "A contest you take part in or follow stands still",
    "contest_resumed": "Such a contest goes on",
    "result_published": "The result of such a contest is published",
    "won": "Your idea won",
    "win_ended": "Your idea is not a winner any more",
    "milestone_reached": "The work with the winners has come a step further",
    "reward_offered": "A reward is waiting for you",
    "reward_granted": "Your reward was booked",
    "reward_reversed": "A reward was taken back",
    "staff_briefed": "Your brand plans a contest",
    "scores_asked": "A round of a jury that you are on is open",
    "review_asked": "You are asked about an idea",
    "answer_overdue": "A contest of your brand owes its answer",
}
"""Kinds of message in words; one that is not here is shown by its name."""

LANGUAGES: Mapping[str, str] = {
    "da": "Dansk",
    "de": "Deutsch",
    "en": "English",
    "es": "Español",
    "fr": "Français",
    "it": "Italiano",
    "ja": "日本語",
    "ko": "한국어",
    "nl": "Nederlands",
    "nb": "Norsk",
    "pl": "Polski",
    "pt": "Português",
    "fi": "Suomi",
    "sv": "Svenska",
    "tr": "Türkçe",
    "uk": "Українська",
    "ar": "العربية",
    "hi": "हिन्दी",
    "zh": "中文",
}
"""Languages by their own names."""


class Profile(Shape):
    """A person as they see themselves."""

    email: str
    display_name: str | None = None
    locale: str
    time_zone: str


class Choice(Shape):
    """Whether the messages of a kind also come as mails."""

    email: bool


class Choices(RootModel[dict[str, Choice]], Shape):
    """The choice for each kind of message."""
