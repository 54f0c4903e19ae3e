"""What the service hears of contests, ideas, winners, rewards, people and staff."""

from dataclasses import dataclass

from groundswell_contracts.cloudevents import CloudEvent
from groundswell_contracts.contests import ContestPhaseChanged, ContestPublished
from groundswell_contracts.ideas import IdeaSubmitted
from groundswell_contracts.people import MemberInvited, MemberRemoved, PersonErased
from groundswell_notifications.audience.commands import AudienceCommands
from groundswell_notifications.messages.commands import MessageCommands
from groundswell_notifications.messages.occasions import occasion


@dataclass(frozen=True, slots=True)
class MessageHandlers:
    """Called by the worker's consumer, each event once and in the transaction of its effect."""

    messages: MessageCommands
    audience: AudienceCommands

    async def on_contest_published(self, event: CloudEvent) -> None:
        """Keeps the contest's title, and lets it be followed."""
        if not isinstance(event.data, ContestPublished):
            raise TypeError(f"{event.data.type} publishes no contest")
        contest = event.data
        await self.audience.keep_contest(event.brand_id, contest.contest_id, contest.title)

    async def on_contest_phase_changed(self, event: CloudEvent) -> None:
        """Tells all people of the contest when voting opens, and when it is decided."""
        if not isinstance(event.data, ContestPhaseChanged):
            raise TypeError(f"{event.data.type} changes no phase")
        contest = event.data
        await self.audience.keep_contest(event.brand_id, contest.contest_id, contest.title)
        await self.on_told(event)

    async def on_idea_submitted(self, event: CloudEvent) -> None:
        """Counts the author among the contest's people, and tells them that the idea is here."""
        if not isinstance(event.data, IdeaSubmitted):
            raise TypeError(f"{event.data.type} submits no idea")
        idea = event.data
        await self.messages.enter(event.brand_id, idea.contest_id, idea.participant_id, event.time)
        await self.on_told(event)

    async def on_told(self, event: CloudEvent) -> None:
        """Tells whom the event concerns, if it concerns anybody."""
        if (told := occasion(event.data)) is not None:
            await self.messages.tell(event, told)

    async def on_person_erased(self, event: CloudEvent) -> None:
        """Erases what is kept of the person."""
        if not isinstance(event.data, PersonErased):
            raise TypeError(f"{event.data.type} erases nobody")
        await self.messages.erase(event.data.person_id)

    async def on_member_invited(self, event: CloudEvent) -> None:
        """Counts the member among the brand's staff, in these roles."""
        if not isinstance(event.data, MemberInvited):
            raise TypeError(f"{event.data.type} invites nobody")
        member = event.data
        await self.messages.join(event.brand_id, member.member_id, member.roles, event.time)

    async def on_member_removed(self, event: CloudEvent) -> None:
        """Ends all that the member was told, and forgets them."""
        if not isinstance(event.data, MemberRemoved):
            raise TypeError(f"{event.data.type} removes nobody")
        await self.messages.erase(event.data.member_id)
