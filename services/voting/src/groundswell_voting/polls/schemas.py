"""HTTP shapes of polls."""

from pydantic import AwareDatetime, BaseModel


class PollView(BaseModel):
    """A poll as everybody may see it; `closes_at` is UTC."""

    poll_id: str
    contest_id: str
    stage: str
    ideas_per_ballot: int
    idea_ids: list[str]
    closes_at: AwareDatetime
    close_reason: str | None
    refusal: str | None
