"""Takes what a form says of an idea to the ideas service; what goes wrong is shown in it.

Used by the routes.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from groundswell_kit.ids import new_id
from groundswell_web.answers import Away, Refused
from groundswell_web.contests.entry_form import EntryForm
from groundswell_web.contests.queries import ContestQueries
from groundswell_web.entries.commands import EntryCommands
from groundswell_web.entries.rules import (
    NOT_OF_BRIEFS,
    consent,
    entry,
    flaws,
    gift,
    parent,
    place_of,
)
from groundswell_web.entries.sending import Sent, send_files
from groundswell_web.file_forms import SentForm
from groundswell_web.forms import form_key
from groundswell_web.sessions.commands import Person
from groundswell_web.submissions.rules import Flaws
from groundswell_web.submissions.schemas import Idea
from groundswell_web.uploads.commands import UploadCommands

AWAY = "We could not take your idea right now. Your text is still here: send it again in a minute."
BUSY = "Too many files are on their way to us right now. Your text is still here: try again soon."
MAY_HAVE_ARRIVED = (
    "We do not know whether your idea arrived. Your text is still here: send it again as it is, "
    "and it will be taken once, whatever happened."
)
ARRIVED_BEFORE = (
    "An earlier version of this idea has arrived already; your inbox has a link to it. If you send "
    "this one too, it will be a second idea."
)
TOO_LATE = (
    "This contest does not take ideas any more. Your text is still here, should you want to keep "
    "it."
)
CHANGED_MEANWHILE = (
    "Your idea was changed elsewhere meanwhile. What you wrote is still here: compare, then save "
    "it."
)
FILES_LOST = "Choose your files again: they did not stay."
NOT_TAKEN = "The idea was not taken as it is."


@dataclass(frozen=True, slots=True, kw_only=True)
class Filling:
    """What stands in the form, and what is wrong with it: by field, and as a whole.

    `idea` is the one that is changed by it, None for a new one.
    """

    typed: Mapping[str, str]
    idea: Idea | None = None
    status: int = 200
    error: str | None = None
    flaws: Flaws = field(default_factory=dict)
    points: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class Taking:
    """Sends the files of a form first, then the idea that names them."""

    contests: ContestQueries
    commands: EntryCommands
    uploads: UploadCommands

    async def take(
        self,
        person: Person,
        contest_id: str,
        form: SentForm,
        idea: Idea | None,
        languages: str,
    ) -> Filling | Idea:
        """The idea, or the form as it is to be shown again."""
        filling = Filling(typed={**form.fields, "key": form_key(form.fields)}, idea=idea)
        if form.dropped in ("busy", "unknown"):
            # Who sent it is known by now, and was not when the first file came.
            error = BUSY if form.dropped == "busy" else AWAY
            return replace(filling, status=503, error=error, points=[FILES_LOST])
        key = filling.typed["key"]
        try:
            asked = await self.contests.entry_form(contest_id, languages)
            files = await send_files(self.uploads, person, contest_id, form, asked.media, key)
        except Away:
            points = [FILES_LOST] if form.files else []
            return replace(filling, status=503, error=AWAY, points=points)
        try:
            filling = replace(filling, typed=files.typed(filling.typed))
            body, wrong = _said(person, form.fields, asked, files, is_new=idea is None)
            if wrong:
                return replace(filling, status=422, flaws=wrong)
            if idea is None:
                return await self.commands.hand_in(person, contest_id, body, key)
            return await self._change(person, idea, body, form.fields)
        except Away as away:
            text = MAY_HAVE_ARRIVED if away.unknown else AWAY
            return replace(filling, status=503, error=text)
        except Refused as refused:
            return await self._refused(person, contest_id, filling, refused, languages)

    async def _change(
        self, person: Person, idea: Idea, body: dict[str, Any], fields: Mapping[str, str]
    ) -> Idea:
        agreed: dict[str, Any] = {
            name: body.pop(name) for name in ("declaration", "accepted_terms") if name in body
        }
        body |= {name: None for name in ("category", "region") if fields.get(name) == ""}
        if idea.status != "draft":
            body.pop("region", None)
        if idea.record is not None and idea.record.team:
            body.setdefault("team", [])
        seen = fields.get("revision", "")
        body["revision"] = int(seen) if seen.isdecimal() and len(seen) < 10 else idea.revision
        changed = await self._changed(person, idea.id, body)
        if changed.status == "draft" and fields.get("act") == "submit":
            return await self.commands.submit(person, idea.id, agreed)
        return changed

    async def _changed(self, person: Person, idea_id: str, body: dict[str, Any]) -> Idea:
        """The idea as it says this, be it since a form whose answer nobody saw."""
        try:
            return await self.commands.change(person, idea_id, body)
        except Refused as refused:
            if not _is_late(refused):
                raise
            now = await self.contests.ideas.read(idea_id, person)
            if not now.says(body):
                raise
            return now

    async def _refused(
        self, person: Person, contest_id: str, filling: Filling, refused: Refused, languages: str
    ) -> Filling:
        if refused.kind == "idempotency-key-reused":
            typed = {**filling.typed, "key": new_id("form")}
            return replace(filling, typed=typed, status=409, error=ARRIVED_BEFORE)
        if refused.status not in (409, 422, 429):
            raise refused
        if filling.idea is not None:
            # A draft may have been changed before it was not taken.
            now = await self.contests.ideas.read(filling.idea.id, person)
            typed = {**filling.typed, "revision": str(now.revision)}
            filling = replace(filling, typed=typed, idea=now)
        if _is_late(refused):
            return replace(filling, status=409, error=CHANGED_MEANWHILE)
        found: Flaws = {}
        points = []
        for error in refused.errors:
            place = place_of(error.field)
            if place is None:
                points.append(error.message)
            else:
                found.setdefault(place, f"{error.message[:1].upper()}{error.message[1:]}.")
        if not found and not points:
            points = [refused.detail]
        closed = refused.status == 409 and await self._is_closed(contest_id, languages)
        return replace(
            filling,
            status=refused.status,
            error=TOO_LATE if closed else NOT_TAKEN,
            flaws=found,
            points=points,
        )

    async def _is_closed(self, contest_id: str, languages: str) -> bool:
        try:
            return bool((await self.contests.entry_form(contest_id, languages)).closed)
        except Away:
            return False


def _is_late(refused: Refused) -> bool:
    """Whether the idea has changed since the form was shown."""
    return any(error.rule == "revision" for error in refused.errors)


def _said(
    person: Person, fields: Mapping[str, str], asked: EntryForm, files: Sent, *, is_new: bool
) -> tuple[dict[str, Any], Flaws]:
    """The body to send, and what keeps it from being sent."""
    kinds = {name: property_.kind for name, property_ in asked.form.properties.items()}
    is_brief = fields.get("brief") == "yes"
    if is_brief:
        kinds = {}
        fields = {name: value for name, value in fields.items() if name not in NOT_OF_BRIEFS}
    body, wrong = entry(fields, kinds, files.ids(), person.id)
    given, wrong_of_gift = gift(fields)
    body, wrong = body | given, flaws(fields) | wrong | files.flaws | wrong_of_gift
    if is_new:
        body |= {"brief": True} if is_brief else {}
        origin, wrong_of_origin = parent(fields)
        body, wrong = body | origin, wrong | wrong_of_origin
    if fields.get("act") in ("draft", "save"):
        return (body | {"draft": True} if is_new else body), wrong
    agreed, wrong_of_consent = consent(fields)
    return body | agreed, wrong | wrong_of_consent
