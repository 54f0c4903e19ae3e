"""Where this checkout keeps its local state, all of it below one directory."""

from pathlib import Path

PROJECT = Path(__file__).resolve().parents[4]  # the package is installed editable, in a checkout
STATE = PROJECT / ".groundswell"


def engines_directory(directory: Path) -> Path:
    """Where the engines of an installation in `directory` live."""
    return directory / "engines"
