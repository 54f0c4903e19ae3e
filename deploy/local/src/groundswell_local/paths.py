"""Where this checkout keeps what it makes on this machine."""

from pathlib import Path

PROJECT = Path(__file__).resolve().parents[4]  # the package is installed editable, in a checkout
GROUNDSWELL = PROJECT / ".groundswell"


def engines_directory(directory: Path) -> Path:
    """Where the engines of an installation in `directory` live."""
    return directory / "engines"


def mail_directory(directory: Path) -> Path:
    """Where the mails of an installation in `directory` are kept."""
    return directory / "mail"
