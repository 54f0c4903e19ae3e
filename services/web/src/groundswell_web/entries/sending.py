"""The files of a form on their way in: which of them stay, and what is wrong with the others."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field

from groundswell_web.answers import FieldError, Refused
from groundswell_web.entries.rules import FIELD, KEPT, kept_uploads
from groundswell_web.file_forms import MAX_FILE_BYTES, MAX_FILES, MIB, SentForm
from groundswell_web.sessions.commands import Person
from groundswell_web.submissions.rules import Fields, Flaws
from groundswell_web.uploads.commands import UploadCommands

# A page is answered within about ten seconds, after the form has come.
CHECK_SECONDS = 7.0

STILL_CHECKED = (
    "What you sent is still being looked at. It stays here: send the form once more in a moment."
)
TOO_LARGE = (
    f"All files of a form may have {MAX_FILE_BYTES // MIB} MB together, and be {MAX_FILES} at "
    "most. None was kept."
)


@dataclass
class Sent:
    """The uploads of a form by field: ids, and names to show. `flaws` are by field too."""

    uploads: dict[str, dict[str, str]]
    flaws: Flaws = field(default_factory=dict)

    def ids(self) -> dict[str, list[str]]:
        """The ids alone."""
        return {name: list(found) for name, found in self.uploads.items()}

    def typed(self, fields: Fields) -> dict[str, str]:
        """The fields of the form with the uploads as it brings them with it next time."""
        typed = {name: value for name, value in fields.items() if not name.startswith(KEPT)}
        for name, uploads in self.uploads.items():
            typed |= {f"{KEPT}{name}.{upload_id}": shown for upload_id, shown in uploads.items()}
        return typed


async def send_files(
    commands: UploadCommands,
    person: Person,
    contest_id: str,
    form: SentForm,
    names: Sequence[str],
    key: str,
) -> Sent:
    """Sends in what came with a form for these fields, and waits for the check. Raises Away."""
    sent = Sent(kept_uploads(form.fields, names))
    if form.dropped == "large":
        sent.flaws |= {FIELD + file.field.removeprefix(FIELD): TOO_LARGE for file in form.files}
        return sent
    for file in form.files:
        name = file.field.removeprefix(FIELD)
        if name not in sent.uploads:
            continue
        try:
            upload_id = await commands.send(person, contest_id, file, key)
        except Refused as refused:
            if refused.status not in (409, 422, 429):
                raise
            sent.flaws[FIELD + name] = _said(file.name, refused)
            continue
        sent.uploads[name][upload_id] = file.name
    until = asyncio.get_running_loop().time() + CHECK_SECONDS
    for name, uploads in sent.uploads.items():
        for upload_id in list(uploads):
            await _check(commands, person, sent, name, upload_id, until)
    return sent


async def _check(
    commands: UploadCommands, person: Person, sent: Sent, name: str, upload_id: str, until: float
) -> None:
    try:
        upload = await commands.checked(person, upload_id, until)
    except Refused as refused:
        if refused.status != 404:
            raise
        return  # Whoever typed the idea in for its author has sent it.
    if upload.state == "checking":
        sent.flaws[FIELD + name] = STILL_CHECKED
    elif upload.refused is not None:
        shown = sent.uploads[name].pop(upload_id)
        sent.flaws[FIELD + name] = f"{shown}: {upload.refused.message}."


def _said(name: str, refused: Refused) -> str:
    if refused.status == 429:
        return "You have sent in many files that no idea uses. They go after a day; try again then."
    errors: Sequence[FieldError] = refused.errors
    words = "; ".join(error.message for error in errors) or refused.detail
    return f"{name}: {words.rstrip('.')}."
