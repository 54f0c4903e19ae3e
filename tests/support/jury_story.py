"""A jury at work over public HTTP, with the criteria of the themed contest; for scenarios."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import httpx2

from tests.support.programme_story import Headers, ProgrammeStory

CRITERIA = ("Originality", "Use to customers", "Feasibility")


@dataclass(slots=True, kw_only=True)
class JuryStory:
    """The ids of the ideas by their titles, and the path of the round that is scored in."""

    story: ProgrammeStory
    ideas: dict[str, str] = field(default_factory=dict)
    round_path: str = ""

    def juror(self, name: str) -> Headers:
        """The Authorization of an evaluator."""
        return self.story.employee(name, "juror")

    async def plan_round(self, name: str, purpose: str, **times: str) -> None:
        """A manager plans the next round."""
        manager, path = self.story.staff("manager"), f"{self.story.path}/rounds"
        body = {"name": name, "purpose": purpose, **times}
        self.round_path = f"{path}/{(await self.story.done('POST', path, manager, body))['id']}"

    async def score(self, juror: str, title: str, *points: int) -> httpx2.Response:
        """The answer to an evaluator who scores an idea by the criteria in their order."""
        body = {"scores": dict(zip(CRITERIA, points, strict=True))}
        path = f"{self.round_path}/ideas/{self.ideas[title]}/scores"
        return await self.story.send("PUT", path, self.juror(juror), body)

    async def all_score(self, jurors: Sequence[str], sheet: Mapping[str, tuple[int, ...]]) -> None:
        """These evaluators give these ideas the same."""
        for juror in jurors:
            for title, points in sheet.items():
                answer = await self.score(juror, title, *points)
                assert answer.status_code == httpx2.codes.OK, answer.text

    async def shortlist(self, *titles: str) -> httpx2.Response:
        """The answer to an editor who puts these on the shortlist."""
        headers = self.story.staff("editor") | await self.story.version()
        body = {"idea_ids": [self.ideas[title] for title in titles]}
        return await self.story.send("PUT", f"{self.story.path}/shortlist", headers, body)
