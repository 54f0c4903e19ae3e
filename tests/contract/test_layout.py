"""Files and functions are small, modules say what they are, READMEs name commands that exist."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

HOUSE = Path(__file__).parents[2]
SOURCES = sorted(
    path
    for folder in ("services", "shared", "deploy", "lint")
    for path in (HOUSE / folder).rglob("*.py")
)
LONGEST_FILE = 300
LONGEST_FUNCTION = 40

Function = ast.FunctionDef | ast.AsyncFunctionDef


def functions(tree: ast.Module) -> Iterator[Function]:
    return (node for node in ast.walk(tree) if isinstance(node, Function))


def lines_of_code(function: Function) -> int:
    """Lines from `def` to the end, without the docstring: promises are not counted as length."""
    documented = ast.get_docstring(function) is not None
    docstring = function.body[0] if documented else None
    end = function.end_lineno or function.lineno
    length = end - function.lineno + 1
    if docstring is not None:
        length -= (docstring.end_lineno or docstring.lineno) - docstring.lineno + 1
    return length


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: str(path.relative_to(HOUSE)))
def test_a_module_is_small_and_says_what_it_is(path: Path) -> None:
    source = path.read_text()
    tree = ast.parse(source)
    assert ast.get_docstring(tree), "open the module with what lives here and who calls it"
    assert len(source.splitlines()) <= LONGEST_FILE
    long = {
        f.name: lines_of_code(f) for f in functions(tree) if lines_of_code(f) > LONGEST_FUNCTION
    }
    assert not long


def test_readmes_name_commands_that_exist() -> None:
    targets = set(re.findall(r"^([a-z-]+):", (HOUSE / "Makefile").read_text(), re.MULTILINE))
    pages = [HOUSE / "README.md", *HOUSE.glob("*/*/README.md"), *HOUSE.glob("docs/**/*.md")]
    for page in pages:
        # In a page a command stands in backticks or at the start of a line of a code block.
        named = set(re.findall(r"(?:`|^\s*\$?\s*)make ([a-z-]+)", page.read_text(), re.MULTILINE))
        assert named <= targets, page
