"""Where the public finds an idea. Pure; called by the routes."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class SiteLinks:
    """Links to the site at `site`, which ends without a slash; ids and codes need no escaping."""

    site: str

    def page(self, idea_id: str, via: str | None = None) -> str:
        """The page of an idea; `via` tells where its visitors come from."""
        return f"{self.site}/ideas/{idea_id}" + (f"?via={via}" if via else "")

    def picture_path(self, idea_id: str, tag: str) -> str:
        """The path of the picture of its card, of the look that the tag stands for."""
        return f"/ideas/{idea_id}/card.png?v={tag}"

    def code_path(self, idea_id: str) -> str:
        """The path of its QR code."""
        return f"/ideas/{idea_id}/qr.svg"
