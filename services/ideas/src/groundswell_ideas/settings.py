"""What the ideas service may be told through the environment."""

from pathlib import Path
from typing import Any

from pydantic import AnyHttpUrl, Field, ImportString

from groundswell_kit.settings import EngineSettings


class Settings(EngineSettings):
    """The settings of all services, and the ports of this one (GROUNDSWELL_IDEAS_API_PORT ...).

    `public_url` is where people reach the site, for links to ideas. `templates_dir` holds further
    templates, one a file. What people send in is kept under `media_url`: a folder, or a bucket
    with a prefix. A worker looks at it in the folder `media_scratch` (None is the system's for
    temporary files) and opens as many pictures at once as it has `media_decoders`.
    `screening_words_dir` holds further word lists, one a file, and `screens` name, by brand, the
    screens that it brings: objects of an installed package, {"acme": ["acme_screens:trademarks"]}.
    """

    ideas_api_port: int = Field(default=8101, ge=0, le=65535)
    ideas_worker_port: int = Field(default=8111, ge=0, le=65535)
    public_url: AnyHttpUrl = AnyHttpUrl("http://127.0.0.1:8100")
    templates_dir: Path | None = None
    media_url: str = Field(
        default="file:///var/lib/groundswell/media", pattern=r"^(file|s3|gs|az|abfss?)://"
    )
    media_scratch: Path | None = None
    media_decoders: int = Field(default=2, ge=1, le=16)
    screening_words_dir: Path | None = None
    screens: dict[str, list[ImportString[Any]]] = Field(default_factory=dict)
