"""Alerts and dashboard speak of metrics that exist; each alert is tried out and has its page."""

import importlib
import json
import re
import subprocess
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import typer.main
import yaml
from prometheus_client import REGISTRY

from tests.support.compose import composed, new_installation
from tests.support.promtool import promtool

HOUSE = Path(__file__).parents[2]
OBSERVABILITY = HOUSE / "deploy/observability"
RUNBOOK = HOUSE / "docs/runbook"
DASHBOARD = OBSERVABILITY / "grafana/dashboards/vote-path.json"
ALERTS = [
    rule
    for group in yaml.safe_load((OBSERVABILITY / "alerts.yml").read_text())["groups"]
    for rule in group["rules"]
]
NAMES = [alert["alert"] for alert in ALERTS]
CASES = yaml.safe_load((OBSERVABILITY / "alerts.test.yml").read_text())["tests"]
TARGET_LABELS = {"job", "instance", "service", "process"}  # prometheus.yml gives them to all
SERVICES = sorted(path.name for path in (HOUSE / "services").iterdir() if path.is_dir())
CONTAINERS = composed(new_installation())
COMPOSE_COMMAND = re.compile(
    r"docker compose (?:exec|logs(?: --\w+ \w+)?|restart|stop|run --rm) ([a-z-]+)[ `]"
)
PAGES = sorted(RUNBOOK.glob("*.md"))


def expressions() -> Iterator[str]:
    """Every expression of the alerts and of the dashboard."""
    yield from (alert["expr"] for alert in ALERTS)
    for panel in json.loads(DASHBOARD.read_text())["panels"]:
        yield from (target["expr"] for target in panel.get("targets", ()))


@cache
def metrics() -> dict[str, set[str]]:
    """The names that the code's metrics have in Prometheus, with their labels."""
    for path in [*HOUSE.glob("services/*/src/**/*.py"), *HOUSE.glob("shared/*/src/**/*.py")]:
        if "prometheus_client" in path.read_text():
            importlib.import_module(".".join(path.parts[path.parts.index("src") + 1 :])[:-3])
    return {
        name: set(collector._labelnames) | ({"le"} if name.endswith("_bucket") else set())
        for collector, names in REGISTRY._collector_to_names.items()
        for name in names
        if hasattr(collector, "_labelnames")
    }


def used(expression: str) -> Iterator[tuple[str, set[str]]]:
    """Each metric of an expression with the labels that its matchers name."""
    for match in re.finditer(r"\b(groundswell_\w+)(?:\{([^}]*)\})?", expression):
        yield match[1], set(re.findall(r"(\w+)\s*(?:=~|!~|!=|=)", match[2] or ""))


def test_alerts_and_dashboard_use_metrics_and_labels_that_exist() -> None:
    known = metrics()
    for expression in expressions():
        of_all: set[str] = set()
        for name, labels in used(expression):
            assert name in known, expression
            assert labels <= known[name] | TARGET_LABELS, expression
            of_all |= known[name]
        for grouping in re.findall(r"\bby \(([^)]*)\)", expression):
            assert set(grouping.split(", ")) <= of_all | TARGET_LABELS, expression


def test_the_alerts_are_tried_out() -> None:
    for arguments in (["check", "rules", "alerts.yml"], ["test", "rules", "alerts.test.yml"]):
        done = _promtool(*arguments)
        assert done.returncode == 0, done.stdout + done.stderr


def test_promtool_notices_an_alert_that_does_not_fire(tmp_path: Path) -> None:
    rules = (OBSERVABILITY / "alerts.yml").read_text()
    (tmp_path / "alerts.yml").write_text(
        rules.replace("_age_seconds) > 60", "_age_seconds) > 6000")
    )
    cases = tmp_path / "alerts.test.yml"
    cases.write_text((OBSERVABILITY / "alerts.test.yml").read_text())
    done = _promtool("test", "rules", str(cases))
    assert done.returncode == 1
    assert "OutboxStuck" in done.stdout + done.stderr


@pytest.mark.parametrize("name", NAMES)
def test_an_alert_is_tried_both_firing_and_silent(name: str) -> None:
    outcomes = {
        bool(case["exp_alerts"])
        for test in CASES
        for case in test["alert_rule_test"]
        if case["alertname"] == name
    }
    assert outcomes == {True, False}


@pytest.mark.parametrize("alert", ALERTS, ids=NAMES)
def test_an_alert_has_a_page_that_is_listed(alert: dict[str, Any]) -> None:
    slug = re.sub(r"(?<!^)(?=[A-Z])", "-", alert["alert"]).lower()
    assert alert["annotations"]["runbook_url"] == f"docs/runbook/{slug}.md"
    page = (RUNBOOK / f"{slug}.md").read_text()
    assert page.startswith(f"# {alert['alert']}\n")
    assert re.findall(r"^## (.+)$", page, re.MULTILINE) == ["What it costs", "Look", "Do"]
    severity = alert["labels"]["severity"]
    listed = f"| [{alert['alert']}]({slug}.md) | {severity} |"
    assert listed in (RUNBOOK / "README.md").read_text()


def test_there_is_no_page_without_its_alert() -> None:
    pages = {alert["annotations"]["runbook_url"] for alert in ALERTS}
    assert {str(page.relative_to(HOUSE)) for page in PAGES} == pages | {"docs/runbook/README.md"}


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_pages_name_commands_containers_and_settings_that_exist(page: Path) -> None:
    text = page.read_text()
    containers = composed(new_installation())
    for name in re.findall(
        r"docker compose (?:exec|logs(?: --\w+ \w+)?|restart|stop) ([a-z-]+)[ `]", text
    ):
        assert name in containers, name
    for service, words in re.findall(r"groundswell_([a-z]+) ([a-z -]+)", text):
        assert _is_command(service, words.split()), f"groundswell_{service} {words}"
    for service, words in re.findall(r"bin/groundswell ([a-z]+) ([a-z -]+)", text):
        assert _is_command(service, words.split()), f"groundswell {service} {words}"
    known = set(metrics())
    named = set(re.findall(r"`(groundswell_\w+)`", text)) - {f"groundswell_{s}" for s in SERVICES}
    assert named <= known
    variables = set(re.findall(r"\b(GROUNDSWELL_\w+)", text))
    readable = (HOUSE / "docker-compose.yml").read_text() + (HOUSE / "README.md").read_text()
    readable += "".join(path.read_text() for path in HOUSE.glob("services/*/README.md"))
    assert {name for name in variables if name not in readable} == set()


def _is_command(service: str, words: list[str]) -> bool:
    """Whether the service has a command of this name, and a group has its subcommand."""
    module = importlib.import_module(f"groundswell_{service}.__main__")
    command = typer.main.get_command(module.main).commands.get(words[0])  # type: ignore[attr-defined]
    subcommands = getattr(command, "commands", None)
    return command is not None and (subcommands is None or words[1] in subcommands)


def test_the_expressions_of_the_dashboard_parse(tmp_path: Path) -> None:
    rules = [
        {"record": f"panel_{number}", "expr": expression.replace("$__rate_interval", "1m")}
        for number, expression in enumerate(expressions())
    ]
    file = tmp_path / "panels.yml"
    file.write_text(yaml.safe_dump({"groups": [{"name": "panels", "rules": rules}]}))
    done = _promtool("check", "rules", str(file))
    assert done.returncode == 0, done.stdout + done.stderr


def test_the_dashboard_is_one_that_grafana_takes() -> None:
    panels = json.loads(DASHBOARD.read_text())["panels"]
    assert len({panel["id"] for panel in panels}) == len(panels)
    taken: set[tuple[int, int]] = set()
    for panel in panels:
        place = panel["gridPos"]
        assert place["x"] + place["w"] <= 24
        cells = {
            (x, y)
            for x in range(place["x"], place["x"] + place["w"])
            for y in range(place["y"], place["y"] + place["h"])
        }
        assert not cells & taken, f"{panel['title']} overlaps another panel"
        taken |= cells
        if panel["type"] != "row":
            assert panel["datasource"]["uid"] == _datasource_uid()
            assert panel["description"]
    for name in re.findall(r"Alert: (\w+)", DASHBOARD.read_text()):
        assert name in NAMES


def _datasource_uid() -> str:
    file = OBSERVABILITY / "grafana/provisioning/datasources/prometheus.yml"
    (source,) = yaml.safe_load(file.read_text())["datasources"]
    uid: str = source["uid"]
    return uid


def test_prometheus_takes_its_configuration() -> None:
    done = _promtool("check", "config", "--syntax-only", "prometheus.yml")
    assert done.returncode == 0, done.stdout + done.stderr


def _promtool(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [promtool(), *arguments], cwd=OBSERVABILITY, capture_output=True, text=True, check=False
    )
