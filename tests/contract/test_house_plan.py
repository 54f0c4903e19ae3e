"""The house plan holds, and a breach planted in a copy of the code is caught, for each rule."""

import configparser
import json
import os
import shutil
import subprocess
import sys
import tomllib
from dataclasses import dataclass
from pathlib import Path

import pytest

HOUSE = Path(__file__).parents[2]
COPIED = ("services", "shared", "deploy", "lint", "pyproject.toml", ".importlinter")
TOOLS = Path(sys.executable).parent

IDEAS = "services/ideas/src/groundswell_ideas"
NOTIFICATIONS = "services/notifications/src/groundswell_notifications"
IDENTITY = "services/identity/src/groundswell_identity"
REWARDS = "services/rewards/src/groundswell_rewards"
VOTING = "services/voting/src/groundswell_voting"
WEB = "services/web/src/groundswell_web"
KIT = "shared/kit/src/groundswell_kit"
CONTRACTS = "shared/contracts/src/groundswell_contracts"
LOCAL = "deploy/local/src/groundswell_local"


@dataclass(frozen=True)
class Breach:
    """Modules to plant (path and source), and how the broken contract reports them."""

    contract: str
    plant: dict[str, str]
    reported: str

    def __str__(self) -> str:
        return f"{self.contract}: {self.reported}"


def imports(contract: str, path: str, imported: str) -> Breach:
    """A breach by one new module that imports what it may not."""
    importer = path.partition("/src/")[2].removesuffix(".py").replace("/", ".")
    return Breach(contract, {path: f"import {imported}\n"}, f"{importer} -> {imported}")


def within_capability(importer: str, imported: str) -> Breach:
    """A breach inside a new capability, `planted`, of ideas."""
    reported = f"groundswell_ideas.planted.{importer} -> groundswell_ideas.planted.{imported}"
    return Breach(
        "capability",
        {
            f"{IDEAS}/planted/__init__.py": "",
            f"{IDEAS}/planted/{imported}.py": "",
            f"{IDEAS}/planted/{importer}.py": f"import groundswell_ideas.planted.{imported}\n",
        },
        reported,
    )


BREACHES = [
    imports("layers", f"{IDEAS}/planted.py", "groundswell_voting"),
    imports("layers", f"{VOTING}/planted.py", "groundswell_ideas"),
    imports("layers", f"{IDEAS}/planted.py", "groundswell_local"),
    imports("layers", f"{LOCAL}/planted.py", "groundswell_voting"),
    imports("layers", f"{KIT}/planted.py", "groundswell_ideas"),
    imports("layers", f"{CONTRACTS}/planted.py", "groundswell_kit"),
    imports("contracts", f"{CONTRACTS}/planted.py", "msgspec"),
    imports("rules", f"{IDEAS}/contests/rules.py", "random"),
    imports("rules", f"{IDEAS}/contests/rules.py", "pydantic"),
    imports("rules", f"{IDEAS}/contests/rules.py", "groundswell_kit.clock"),
    imports("rules", f"{VOTING}/counting/fold.py", "asyncio"),
    within_capability("handlers", "routes"),
    within_capability("commands", "routes"),
    within_capability("queries", "commands"),
    within_capability("store", "commands"),
    within_capability("schemas", "store"),
    within_capability("rules", "schemas"),
    imports("stores", f"{IDEAS}/planted.py", "groundswell_ideas.contests.store"),
    imports("stores", f"{IDEAS}/submissions/routes.py", "groundswell_ideas.contests.store"),
    *(
        imports("drivers", f"{IDEAS}/contests/commands.py", driver)
        for driver in ("aiokafka", "bson", "gridfs", "pymongo", "redis")
    ),
    imports("ideas", f"{IDEAS}/contests/planted.py", "groundswell_ideas.submissions"),
    imports("ideas", f"{IDEAS}/submissions/planted.py", "groundswell_ideas.moderation"),
    imports("ideas", f"{IDEAS}/moderation/planted.py", "groundswell_ideas.selection"),
    imports("identity", f"{IDENTITY}/people/planted.py", "groundswell_identity.memberships"),
    imports("identity", f"{IDENTITY}/captures/planted.py", "groundswell_identity.memberships"),
    imports("identity", f"{IDENTITY}/memberships/planted.py", "groundswell_identity.tokens"),
    imports("identity", f"{IDENTITY}/keys/planted.py", "groundswell_identity.memberships"),
    imports("identity", f"{IDENTITY}/tokens/planted.py", "groundswell_identity.signin"),
    imports("identity", f"{IDENTITY}/signin/planted.py", "groundswell_identity.staff"),
    imports("voting", f"{VOTING}/voteslog/planted.py", "groundswell_voting.counting"),
    imports("voting", f"{VOTING}/counting/planted.py", "groundswell_voting.polls"),
    imports("voting", f"{VOTING}/passes/planted.py", "groundswell_voting.intake"),
    imports("voting", f"{VOTING}/certification/planted.py", "groundswell_voting.standings"),
    imports(
        "notifications",
        f"{NOTIFICATIONS}/audience/planted.py",
        "groundswell_notifications.messages",
    ),
    imports(
        "notifications", f"{NOTIFICATIONS}/inbox/planted.py", "groundswell_notifications.email"
    ),
    imports("rewards", f"{REWARDS}/plans/planted.py", "groundswell_rewards.ledger"),
    imports("rewards", f"{REWARDS}/ledger/planted.py", "groundswell_rewards.grants"),
    imports("rewards", f"{REWARDS}/grants/planted.py", "groundswell_rewards.statements"),
    imports("rewards", f"{REWARDS}/statements/planted.py", "groundswell_rewards.audit"),
    imports("web", f"{WEB}/voting/planted.py", "groundswell_web.contests"),
    imports("web", f"{WEB}/account/planted.py", "groundswell_web.voting"),
    imports("web", f"{WEB}/sessions/planted.py", "groundswell_web.account"),
    Breach(
        "cycles",
        {
            f"{KIT}/planted_here.py": "import groundswell_kit.planted_there\n",
            f"{KIT}/planted_there.py": "import groundswell_kit.planted_here\n",
        },
        "planted_here",
    ),
    imports("vote-path", f"{VOTING}/counting/planted.py", "starlette"),
    Breach(
        "vote-path",
        {
            f"{VOTING}/intake/planted.py": "import groundswell_kit.planted\n",
            f"{KIT}/planted.py": "import fastapi\n",
        },
        "groundswell_kit.planted -> fastapi",
    ),
]


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """A copy of the sources and of the rules about them."""
    for name in COPIED:
        if (HOUSE / name).is_dir():
            shutil.copytree(
                HOUSE / name, tmp_path / name, ignore=shutil.ignore_patterns("__pycache__")
            )
        else:
            shutil.copy(HOUSE / name, tmp_path / name)
    return tmp_path


def lint_imports(copy: Path, *options: str) -> subprocess.CompletedProcess[str]:
    """Run import-linter on the packages of the copy, which go before the installed ones."""
    sources = os.pathsep.join(str(source) for source in copy.glob("*/*/src"))
    return subprocess.run(
        [TOOLS / "lint-imports", "--no-logo", "--no-cache", *options],
        cwd=copy,
        env={"PYTHONPATH": sources, "NO_COLOR": "1", "COLUMNS": "200"},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


def plan() -> dict[str, str]:
    """The contracts of the house plan: name by id."""
    config = configparser.ConfigParser()
    config.read(HOUSE / ".importlinter")
    prefix = "importlinter:contract:"
    return {s.removeprefix(prefix): config[s]["name"] for s in config if s.startswith(prefix)}


def test_the_house_keeps_its_plan(copy: Path) -> None:
    result = lint_imports(copy)
    assert result.returncode == 0, result.stdout


def test_each_contract_has_a_breach_to_catch() -> None:
    assert {breach.contract for breach in BREACHES} == set(plan())


@pytest.mark.parametrize("breach", BREACHES, ids=str)
def test_a_breach_of_the_plan_is_caught(copy: Path, breach: Breach) -> None:
    for path, source in breach.plant.items():
        file = copy / path
        file.parent.mkdir(exist_ok=True)
        file.write_text(source)
    result = lint_imports(copy, "--contract", breach.contract)
    assert result.returncode == 1, result.stdout
    assert f"{plan()[breach.contract]} BROKEN" in result.stdout
    assert breach.reported in result.stdout


def test_banned_calls_are_caught(copy: Path) -> None:
    config = tomllib.loads((HOUSE / "pyproject.toml").read_text())
    banned = config["tool"]["ruff"]["lint"]["flake8-tidy-imports"]["banned-api"]
    package = copy / IDEAS
    for number, name in enumerate(banned):
        module = name.partition(".")[0]
        (package / f"planted_{number}.py").write_text(f"import {module}\n\nplanted = {name}\n")
    (package / "planted_print.py").write_text('print("planted")\n')
    (package / "planted_relative.py").write_text("from . import contests\n")
    expected = {f"planted_{number}.py": "TID251" for number in range(len(banned))}
    expected |= {"planted_print.py": "T201", "planted_relative.py": "TID252"}

    result = subprocess.run(
        [TOOLS / "ruff", "check", "--no-cache", "--output-format=json", package],
        cwd=copy,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )

    found = {(Path(f["filename"]).name, f["code"]) for f in json.loads(result.stdout)}
    assert set(expected.items()) <= found
