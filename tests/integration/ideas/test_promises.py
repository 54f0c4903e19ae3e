"""What a brand promises: before the opening, while the contest runs, and when the day has come."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from groundswell_contracts.commitments import CommitmentOverdue
from groundswell_contracts.contests import ContestAmended, ContestPublished
from groundswell_contracts.staff import StaffBriefed
from groundswell_ideas.admission.commands import AdmissionCommands
from groundswell_ideas.admission.rules import Declaration, Entrant
from groundswell_ideas.app import contest_commands
from groundswell_kit.clock import utc_now
from groundswell_kit.mongo import transaction
from groundswell_kit.problems import Problem
from tests.integration.ideas.submissions.desk import make_and_earn
from tests.integration.ideas.world import BRAND, World
from tests.support.service import Json

WHY = {"reason": "So it was agreed."}


async def amendments(world: World, contest_id: str) -> list[Json]:
    found = await world.done("GET", f"/v1/contests/{contest_id}/amendments", by=None)
    items: list[Json] = found["items"]
    return items


async def keep_word(world: World, contest_id: str) -> None:
    """As if the day by which the contest answers had passed."""
    past = utc_now() - timedelta(seconds=1)
    await world.database["timers"].update_one(
        {"_id": f"{contest_id}/answer"}, {"$set": {"due_at": past, "try_at": past}}
    )
    while await contest_commands(world.stores).try_next_timer():
        pass


async def overdue(world: World) -> list[CommitmentOverdue]:
    told = [event.data for event in await world.events()]
    return [data for data in told if isinstance(data, CommitmentOverdue)]


class TestBeforeTheOpening:
    async def test_the_sheet_and_the_opening_agree(self, world: World) -> None:
        draft = await world.draft(template="design-and-vote", owner=None)
        path = f"/v1/contests/{draft['id']}"
        sheet = await world.done("GET", f"{path}/readiness", by="juror")
        assert sheet["ready"] is False
        refused = await world.send("POST", f"{path}/phase", {"to": "submission"}, if_match="*")
        assert refused.status_code == 409
        assert refused.json()["errors"] == sheet["obstacles"]
        missing = {promise["name"] for promise in sheet["promises"] if not promise["present"]}
        assert missing == {"owner", "people", "staff_words", "reward_budget"}

        told = {
            "owner": "The director",
            "people": ["Designers"],
            "staff_words": "You are the first to know.",
            "reward_budget": {"amount_minor": 1_000, "currency": "GBP"},
        }
        await world.done("PATCH", path, told, if_match="*")
        assert (await world.done("GET", f"{path}/readiness"))["ready"] is True
        await world.enter(draft["id"], "submission")

    async def test_a_preview_shows_a_draft_and_nothing_else(self, world: World) -> None:
        draft, other = await world.draft(), await world.draft(title="Another")
        link = await world.done("POST", f"/v1/contests/{draft['id']}/preview", by="editor")
        assert datetime.fromisoformat(link["expires_at"]) > utc_now() + timedelta(days=6)
        query = f"preview={link['url_token']}"
        path = f"/v1/contests/{draft['id']}"
        assert (await world.done("GET", f"{path}?{query}", by=None))["title"] == "Name our ship"
        await world.done("GET", f"{path}/entry-form?{query}", by="participant")
        for stranger in (
            f"{path}?preview={link['url_token']}x",
            f"/v1/contests/{other['id']}?{query}",
            f"{path}/decision?{query}",
            f"{path}/ideas?{query}",
        ):
            assert (await world.send("GET", stranger, by=None)).status_code == 404

    async def test_a_clone_is_a_draft_with_the_same_terms(self, world: World) -> None:
        contest_id, _ = await world.contest_in("voting", template="name-it", title="Name it")
        original = await world.done("GET", f"/v1/contests/{contest_id}")
        path = f"/v1/contests/{contest_id}/clone"
        clone = await world.done("POST", path, key="once")
        assert await world.done("POST", path, key="once") == clone
        assert (clone["phase"], clone["poll_ids"]) == ("draft", [])
        for field in ("title", "template", "rules", "timetable", "selection", "answer_by"):
            assert clone[field] == original[field]
        assert (await world.stores.contests.get(BRAND, clone["id"])).cloned_from == contest_id

    async def test_what_is_published_names_its_programme(self, world: World) -> None:
        calendar = [{"to": "voting", "at": "2100-03-28T01:30"}]
        draft = await world.draft(calendar=calendar, time_zone="Europe/London")
        await world.enter(draft["id"], "submission")
        (told,) = [e.data for e in await world.events() if isinstance(e.data, ContestPublished)]
        assert (told.template, told.time_zone) == ("name-it", "Europe/London")
        assert [(e.to, e.at.isoformat()) for e in told.calendar] == [
            ("voting", "2100-03-28T01:30:00+00:00")
        ]


class TestStaff:
    async def test_a_manager_tells_them_first_and_once(self, world: World) -> None:
        opens = {"to": "submission", "at": "2100-03-28T09:00"}
        draft = await world.draft(
            staff_words="You first.", calendar=[opens], time_zone="Europe/Berlin"
        )
        path = f"/v1/contests/{draft['id']}"
        answers = [await world.send("POST", f"{path}/staff-briefing") for _ in range(3)]
        assert {answer.status_code for answer in answers} == {200}
        told = answers[0].json()
        assert [answer.json() for answer in answers] == [told] * 3
        assert answers[-1].headers["ETag"] == f'"v{draft["version"] + 1}"'
        assert (await world.done("GET", f"{path}/readiness", by="auditor"))["staff"] == told
        (briefed,) = await briefings(world)
        assert briefed == StaffBriefed(
            contest_id=draft["id"],
            title="Name our ship",
            words="You first.",
            opens_at=datetime(2100, 3, 28, 7, tzinfo=UTC),
        )
        assert (await world.send("GET", path, by=None)).status_code == 404

        await world.enter(draft["id"], "submission")
        assert await world.done("POST", f"{path}/staff-briefing") == told
        assert await briefings(world) == [briefed]

    async def test_nobody_else_tells_them(self, world: World) -> None:
        path = f"/v1/contests/{(await world.draft())['id']}/staff-briefing"
        for by in ("editor", "juror", "participant"):
            assert (await world.send("POST", path, by=by)).status_code == 403
        assert (await world.send("POST", path, brand="other")).status_code == 404
        assert await briefings(world) == []

    async def test_what_was_not_told_is_told_right_before_the_opening(self, world: World) -> None:
        draft = await world.draft()
        path = f"/v1/contests/{draft['id']}"
        await world.done("POST", f"{path}/staff-briefing")
        await world.done("PATCH", path, {"staff_words": "Now in words."}, if_match="*")
        sheet = await world.done("GET", f"{path}/readiness")
        assert (sheet["ready"], sheet["staff"]["up_to_date"]) == (True, False)
        opened = await world.enter(draft["id"], "submission")

        first, second = await briefings(world)
        assert (first.words, first.opens_at) == (None, None)
        opened_at = datetime.fromisoformat(opened["phases"][1]["reached_at"])
        assert (second.words, second.opens_at) == ("Now in words.", opened_at)
        names = [
            type(event.data).__name__
            for event in await world.events()
            if event.data.key == draft["id"]
        ]
        assert names == ["ContestPublished", "ContestPhaseChanged", "StaffBriefed", "StaffBriefed"]


async def briefings(world: World) -> list[StaffBriefed]:
    told = [event.data for event in await world.events()]
    return [data for data in told if isinstance(data, StaffBriefed)]


class TestLanguages:
    async def test_a_reader_is_answered_in_the_language_that_is_there(self, world: World) -> None:
        texts = {"id": {"title": "Namai kapal kami", "rules": "Satu suara."}}
        draft = await world.draft(languages=["en", "id"], texts=texts)
        path = f"/v1/contests/{draft['id']}"
        await world.enter(draft["id"], "submission")
        shown = await world.client.get(path, headers={"Accept-Language": "id-ID, en;q=0.5"})
        assert shown.headers["Content-Language"] == "id"
        assert "Accept-Language" in shown.headers["Vary"]
        assert (shown.json()["locale"], shown.json()["title"]) == ("id", "Namai kapal kami")
        fallen = await world.client.get(f"{path}?locale=fr")
        assert (fallen.json()["locale"], fallen.json()["title"]) == ("en", "Name our ship")
        listed = await world.done("GET", "/v1/contests?locale=id", by=None)
        assert listed["items"][0]["title"] == "Namai kapal kami"
        assert (await world.send("GET", f"{path}?locale=tlh!", by=None)).status_code == 422


class TestStandingStill:
    async def test_open_polls_are_paused_and_resumed_with_their_contest(self, world: World) -> None:
        polls = [{"name": "north"}, {"name": "south"}]
        contest_id, north, _, _ = await world.vote(polls=polls)
        path = f"/v1/contests/{contest_id}"
        change = {"poll_changed": {"poll_id": north, "paused": True}, **WHY}
        await world.done("POST", f"{path}/amendments", change)
        await world.done("POST", f"{path}/pause", WHY)
        paused = await world.done("GET", path, by=None)
        assert paused["pause"]["reason"] == WHY["reason"]
        assert [poll["paused"] for poll in paused["polls"]] == [True, True]
        again = await world.send("POST", f"{path}/pause", WHY)
        assert again.status_code == 409
        stuck = await world.send("POST", f"{path}/phase", {"to": "deliberation"}, if_match="*")
        assert [error["field"] for error in stuck.json()["errors"]] == ["pause"]

        await world.done("POST", f"{path}/resume", WHY)
        resumed = await world.done("GET", path, by=None)
        assert resumed["pause"] is None
        # North had been paused by itself, and stays so.
        assert [poll["paused"] for poll in resumed["polls"]] == [True, False]
        found = await amendments(world, contest_id)
        assert [item["number"] for item in found] == [1, 2, 3, 4, 5]
        assert [item["paused"] for item in found] == [None, True, None, False, None]
        told = [e.data for e in await world.events() if isinstance(e.data, ContestAmended)]
        assert [t.number for t in told] == [1, 2, 3, 4, 5]
        south = resumed["polls"][1]["id"]
        changes = [(t.poll_changed.poll_id, t.poll_changed.paused) for t in told if t.poll_changed]
        assert changes == [(north, True), (south, True), (south, False)]

    async def test_a_paused_contest_takes_no_ideas(self, world: World) -> None:
        draft = await world.draft()
        path = f"/v1/contests/{draft['id']}"
        assert (await world.send("POST", f"{path}/pause", WHY)).status_code == 409
        await world.enter(draft["id"], "submission")
        assert (await world.send("POST", f"{path}/resume", WHY)).status_code == 409
        await world.done("POST", f"{path}/pause", WHY)
        idea = {"title": "RRS Boaty", "summary": "Because."}
        refused = await world.send("POST", f"{path}/ideas", idea, by="participant")
        assert [error["rule"] for error in refused.json()["errors"]] == ["paused"]
        form = await world.done("GET", f"{path}/entry-form", by=None)
        assert [obstacle["rule"] for obstacle in form["closed"]] == ["paused"]
        await world.done("POST", f"{path}/resume", WHY)
        await world.submit(draft["id"])


class TestPilot:
    async def enters(self, world: World, contest_id: str, person: str) -> None:
        """What submissions do when somebody hands in."""
        commands = AdmissionCommands(world.stores.contests, world.stores.admission)
        contest = await world.stores.contests.get(BRAND, contest_id)

        async def work() -> None:
            entrant = Entrant(participant_id=person)
            await commands.admit(contest, entrant, Declaration(), None, utc_now())

        await transaction(world.stores.contests.client, work)

    async def test_a_pilot_has_so_many_people_until_it_is_widened(self, world: World) -> None:
        draft = await world.draft(pilot={"people": 2, "days": 14})
        path = f"/v1/contests/{draft['id']}"
        assert (await world.send("POST", f"{path}/pilot/widen", WHY)).status_code == 409
        await world.enter(draft["id"], "submission")
        for person in ("per_1", "per_2", "per_1"):
            await self.enters(world, draft["id"], person)
        with pytest.raises(Problem, match="all places of the pilot are taken"):
            await self.enters(world, draft["id"], "per_3")
        shown = await world.done("GET", path, by=None)
        assert (shown["pilot"]["people"], shown["pilot"]["widened_at"]) == (2, None)
        await world.done("POST", f"{path}/pilot/widen", WHY)
        await self.enters(world, draft["id"], "per_3")
        (widening,) = await amendments(world, draft["id"])
        assert (widening["pilot_widened"], widening["reason"]) == (True, WHY["reason"])
        shown = await world.done("GET", path, by=None)
        assert shown["pilot"]["widened_at"] is not None
        assert shown["pilot"]["ends_at"] is None
        assert (await world.send("POST", f"{path}/pilot/widen", WHY)).status_code == 409


class TestTheWord:
    async def test_what_is_overdue_is_told_once(self, world: World) -> None:
        draft = await world.draft()
        await world.enter(draft["id"], "submission")
        turned_down, _ = [await world.submit(draft["id"], f"Ship {n}") for n in range(2)]
        await world.done("POST", f"/v1/ideas/{turned_down}/reject", WHY, by="editor")
        for _ in range(2):
            await keep_word(world, draft["id"])
        (told,) = await overdue(world)
        assert (told.contest_id, told.to_answer) == (draft["id"], 2)
        assert told.answer_by.isoformat() == draft["answer_by"]
        shown = await world.done("GET", f"/v1/contests/{draft['id']}", by=None)
        assert shown["overdue_since"] is not None
        assert shown["answers"] == {"to_answer": 2, "in_time": 1, "share": 5_000}

    async def test_who_stands_still_has_promised_all_the_same(self, world: World) -> None:
        draft = await world.draft()
        await world.enter(draft["id"], "submission")
        await world.done("POST", f"/v1/contests/{draft['id']}/pause", WHY)
        await keep_word(world, draft["id"])
        (told,) = await overdue(world)
        assert told.contest_id == draft["id"]

    async def test_a_decision_in_time_keeps_the_word(self, world: World) -> None:
        contest_id, _ = await world.contest_in("decided")
        await keep_word(world, contest_id)
        assert await overdue(world) == []
        shown = await world.done("GET", f"/v1/contests/{contest_id}", by=None)
        assert shown["answers"] == {"to_answer": 3, "in_time": 3, "share": 10_000}
        assert shown["overdue_since"] is None

    async def test_where_no_outcome_comes_going_live_is_the_answer(self, world: World) -> None:
        draft = await world.draft(**make_and_earn())
        await world.enter(draft["id"], "submission")
        await world.submit(draft["id"], "A pizza with mango")
        then = utc_now() - timedelta(minutes=1)
        a_minute_ago = {"$set": {"decided_at": then, "published_at": then}}
        await world.database["ideas"].update_many({}, a_minute_ago)
        await keep_word(world, draft["id"])
        assert await overdue(world) == []
        shown = await world.done("GET", f"/v1/contests/{draft['id']}", by=None)
        assert shown["answers"] == {"to_answer": 1, "in_time": 1, "share": 10_000}


class TestGuests:
    @pytest.mark.parametrize(
        ("eligibility", "segments", "invited"),
        [
            ({"who": "invited"}, [], True),
            ({"who": "segment", "segments": ["members"]}, ["members"], True),
            ({"who": "segment", "segments": ["members"]}, ["fans"], False),
        ],
    )
    async def test_who_is_on_the_list_may_enter(
        self, world: World, eligibility: dict[str, Any], segments: list[str], invited: bool
    ) -> None:
        draft = await world.draft(eligibility=eligibility)
        path = f"/v1/contests/{draft['id']}/guests"
        await world.enter(draft["id"], "submission")
        entries = [{"participant_id": "per_1", "segments": segments}]
        for _ in range(2):
            await world.done("PUT", path, {"entries": entries})
        listed = await world.done("GET", path, by="auditor")
        assert listed["items"] == entries
        enters = TestPilot().enters
        if invited:
            await enters(world, draft["id"], "per_1")
        else:
            with pytest.raises(Problem, match="for people of members"):
                await enters(world, draft["id"], "per_1")
        assert (await world.send("DELETE", f"{path}/per_1")).status_code == 204
        assert (await world.send("DELETE", f"{path}/per_1")).status_code == 404
        with pytest.raises(Problem):
            await enters(world, draft["id"], "per_1")
