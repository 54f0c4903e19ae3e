"""HTTP of templates: read them."""

from dataclasses import dataclass

from fastapi import APIRouter

from groundswell_ideas.templates.catalogue import Templates
from groundswell_ideas.templates.schemas import TemplateAnswer, TemplateList
from groundswell_kit.problems import not_found


@dataclass(frozen=True, slots=True)
class TemplateRoutes:
    """Mounted by `app`."""

    templates: Templates

    def router(self) -> APIRouter:
        """All routes of templates."""
        router = APIRouter(prefix="/v1/templates", tags=["templates"])
        router.get("")(self.list_templates)
        router.get("/{name}")(self.get_template)
        return router

    async def list_templates(self) -> TemplateList:
        """The programmes that a brand can take, with their rules in words."""
        return TemplateList(items=[TemplateAnswer.of(item) for item in self.templates.values()])

    async def get_template(self, name: str) -> TemplateAnswer:
        """A programme with its rules, its phases, and what a brand may change."""
        if name not in self.templates:
            raise not_found("There is no such template.")
        return TemplateAnswer.of(self.templates[name])
