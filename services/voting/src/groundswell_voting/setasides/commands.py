"""Set voters aside, and reinstate them; the state machine of polls carries it out."""

from dataclasses import dataclass
from typing import Literal

from groundswell_kit.ids import new_id
from groundswell_kit.problems import ProblemType, conflict
from groundswell_voting.polls.commands import PollCommands
from groundswell_voting.polls.queries import PollQueries
from groundswell_voting.polls.rules import Change, ChangeState, VotersChange
from groundswell_voting.polls.store import ChangeStore
from groundswell_voting.setasides.rules import MAX_SET_ASIDE, has_room
from groundswell_voting.setasides.schemas import NewSetAside

TALLY_FINAL = ProblemType(
    "tally-final",
    409,
    "The tally is final",
    "The poll has been sealed, or is being sealed: nobody is set aside or reinstated any more.",
)
TOO_MANY_SET_ASIDE = ProblemType(
    "too-many-set-aside",
    409,
    "Too many voters set aside",
    f"All set-asides of a poll together name at most {MAX_SET_ASIDE} voters and passes.",
)


@dataclass(frozen=True)
class SetAsideCommands:
    """Called by the routes, inside their transaction."""

    polls: PollQueries
    changes: ChangeStore
    commands: PollCommands

    async def ask(
        self,
        brand_id: str,
        poll_id: str,
        kind: Literal["set_aside", "reinstate"],
        wanted: NewSetAside,
    ) -> Change:
        """Queue a set-aside or a reinstatement, until the poll is sealed.

        Raises problems: 404 for a poll of another brand, 409 `tally-final` when it is too late,
        409 `too-many-set-aside`.
        """
        await self.polls.of_brand(brand_id, poll_id)
        voters, pass_ids = sorted(set(wanted.voters)), sorted(set(wanted.pass_ids))
        what = VotersChange(
            kind,
            wanted.case,
            wanted.reason,
            voters=tuple(voters),
            pass_ids=tuple(pass_ids),
            resolved=None if pass_ids else tuple(voters),
        )
        change = await self.commands.ask(brand_id, poll_id, new_id("case"), what)
        if change is None or change.state is ChangeState.REFUSED:
            raise conflict("The tally of this poll is final.", TALLY_FINAL)
        # Behind the numbering of the change, which lets one request at a time count.
        named = await self.changes.voters_named(change)
        if not has_room(named, what):
            raise conflict(f"{named} voters and passes have been named before.", TOO_MANY_SET_ASIDE)
        return change
