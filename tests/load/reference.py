"""The measure of this machine: an empty FastAPI POST with a pydantic body. Run under uvicorn."""

from fastapi import FastAPI
from pydantic import BaseModel

app = FastAPI()


class Vote(BaseModel):
    """What a voter sends."""

    idea_id: str


@app.post("/v1/polls/{poll_id}/votes", status_code=202)
async def cast(poll_id: str, vote: Vote) -> None:
    """Takes a vote and does nothing."""


@app.get("/healthz")
async def healthz() -> None:
    """It runs."""
