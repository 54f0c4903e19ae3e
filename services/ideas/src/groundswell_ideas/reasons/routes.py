"""HTTP of the catalogue of reasons."""

from dataclasses import dataclass

from fastapi import APIRouter

from groundswell_ideas.languages.wanted import WantedLocales
from groundswell_ideas.reasons.rules import Reasons, words_for
from groundswell_ideas.reasons.schemas import ReasonAnswer, ReasonList


@dataclass(frozen=True, slots=True)
class ReasonRoutes:
    """Mounted by `app`."""

    reasons: Reasons

    def router(self) -> APIRouter:
        """All routes of reasons."""
        router = APIRouter(prefix="/v1/moderation", tags=["moderation"])
        router.get("/reasons")(self.list_reasons)
        return router

    async def list_reasons(self, wanted: WantedLocales) -> ReasonList:
        """What may be wrong with an idea or a comment, in the reader's language."""
        return ReasonList(
            items=[
                ReasonAnswer(
                    code=reason.code,
                    about=list(reason.about),
                    reportable=reason.reportable,
                    needs_words=reason.needs_words,
                    words=words_for(reason, wanted),
                )
                for reason in self.reasons.values()
            ]
        )
