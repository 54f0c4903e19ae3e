"""The contest as its people lead it, each step a call of the public HTTP of ideas and voting."""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any

from groundswell_kit.clock import utc_now
from groundswell_kit.ids import new_id
from groundswell_local.demo.calls import Calls
from groundswell_local.issuer import LocalIssuer

BRAND = "polar-ship"
TITLE = "Name our polar research ship"
RULES = (
    "One vote for each person, for one of the five names on the shortlist. The vote is advisory: "
    "the ship's owner has the last word, and publishes the reason for it."
)
VETO_REASON = (
    "The crowd's favourite is a joy. A ship that carries people through polar winters, often on "
    "serious business, needs a name that fits every one of its days."
)
WINNER_REASON = (
    "The name honours a lifetime of bringing the natural world to everybody, which is what this "
    "ship sails for."
)
REWARD = {"amount_minor": 1_000_000, "currency": "GBP"}
REWARD_TERMS = (
    "The ship's owner pays the amount once to whoever handed in the name that is selected. By "
    "accepting, the winner lets the owner use the name for the ship and all that is said of it."
)

_OPENING_SECONDS = 60.0
_CERTIFICATION_SECONDS = 180.0
_DECISION_SECONDS = 60.0


class ShipContest:
    """One run of the contest, from its opening to the decision; its methods go in this order.

    Each raises CallFailed when a service refuses the step or does not get there in time.
    `ideas` holds the ids of the names, in the order of the names that were handed in.
    """

    def __init__(self, calls: Calls, issuer: LocalIssuer, ideas_url: str, voting_url: str) -> None:
        self.contest_id = ""
        self.poll_id = ""
        self.ideas: list[str] = []
        self._calls = calls
        self._issuer = issuer
        self._ideas_url = ideas_url
        self._voting_url = voting_url

    @property
    def contest_url(self) -> str:
        """Where ideas tells of the contest."""
        return f"{self._ideas_url}/v1/contests/{self.contest_id}"

    @property
    def poll_url(self) -> str:
        """Where voting tells of the contest's poll."""
        return f"{self._voting_url}/v1/polls/{self.poll_id}"

    def staff(self, role: str) -> str:
        """The token of somebody who has this role at the brand."""
        return self._issuer.mint(f"{BRAND}-{role}", [role], BRAND)

    async def open(self) -> None:
        """The brand publishes the contest; it takes ideas from now on."""
        drafted = await self._calls.send(
            "POST",
            [f"{self._ideas_url}/v1/contests"],
            self.staff("manager"),
            _document(),
            _idempotent(),
        )
        self.contest_id = drafted.json()["id"]
        await self._enter("submission")

    async def hand_in(self, names: Sequence[str], authors: Sequence[str]) -> None:
        """Each name is handed in by the participant whose token stands at the same place."""
        urls = [f"{self.contest_url}/ideas"]
        for name, author in zip(names, authors, strict=True):
            idea = {"title": name, "summary": f"Let the ship be called {name}."}
            answer = await self._calls.send("POST", urls, author, idea, _idempotent())
            self.ideas.append(answer.json()["id"])

    async def shortlist(self) -> None:
        """An editor approves the ideas and puts them all on the shortlist."""
        editor = self.staff("editor")
        for idea_id in self.ideas:
            await self._calls.send(
                "POST", [f"{self._ideas_url}/v1/ideas/{idea_id}/approve"], editor, {}
            )
        await self._calls.send(
            "PUT",
            [f"{self.contest_url}/shortlist"],
            editor,
            {"idea_ids": self.ideas},
            await self._unchanged_since_now(),
        )

    async def open_voting(self) -> None:
        """The brand opens the vote; returns when voting gives passes for it."""
        contest = await self._enter("voting")
        self.poll_id = contest["poll_ids"][-1]
        await self._calls.read_until(
            self.poll_url, lambda poll: bool(poll["stage"] == "open"), _OPENING_SECONDS
        )

    async def close_voting(self) -> dict[str, Any]:
        """The brand closes the vote before its time; returns the certified tally."""
        await self._enter("deliberation")
        tally: dict[str, Any] = await self._calls.read_until(
            f"{self.poll_url}/tally", lambda _: True, _CERTIFICATION_SECONDS
        )
        return tally

    async def decide(self, vetoed: str, winner: str) -> dict[str, Any]:
        """The brand vetoes one idea and selects another; returns the public decision."""
        url = f"{self.contest_url}/decision"
        # The certified tally travels to ideas as an event.
        await self._calls.read_until(url, lambda page: page["tally"] is not None, _DECISION_SECONDS)
        manager = self.staff("manager")
        veto = {"idea_id": vetoed, "reason": VETO_REASON}
        await self._calls.send("POST", [f"{self.contest_url}/vetoes"], manager, veto, _idempotent())
        selection = {"idea_ids": [winner], "reason": WINNER_REASON}
        await self._calls.send(
            "POST", [f"{self.contest_url}/winners"], manager, selection, _idempotent()
        )
        await self._enter("decided")
        decision: dict[str, Any] = (await self._calls.send("GET", [url])).json()
        return decision

    async def _enter(self, phase: str) -> dict[str, Any]:
        answer = await self._calls.send(
            "POST",
            [f"{self.contest_url}/phase"],
            self.staff("manager"),
            {"to": phase},
            await self._unchanged_since_now(),
        )
        contest: dict[str, Any] = answer.json()
        return contest

    async def _unchanged_since_now(self) -> Mapping[str, str]:
        """The precondition that nobody else changes the contest meanwhile."""
        contest = await self._calls.send("GET", [self.contest_url], self.staff("manager"))
        return {"if-match": contest.headers["etag"]}


def _document() -> dict[str, object]:
    """The contest as it is published: the days are counted from now on."""
    now = utc_now()
    return {
        "title": TITLE,
        "owner": "The ship's owner, in a replay of 2016",
        "vote": "advisory",
        "rules": RULES,
        "timetable": {
            "submission_closes_at": (now + timedelta(days=1)).isoformat(),
            "voting_opens_at": (now + timedelta(days=1)).isoformat(),
            "voting_closes_at": (now + timedelta(days=8)).isoformat(),
        },
        "answer_by": (now + timedelta(days=30)).date().isoformat(),
        "reward_plan": {"per_winner": REWARD, "terms": REWARD_TERMS},
    }


def _idempotent() -> Mapping[str, str]:
    return {"idempotency-key": new_id("demo")}
