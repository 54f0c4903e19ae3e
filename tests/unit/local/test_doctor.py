"""The doctor's judgement, over what a machine may turn out to have."""

from dataclasses import replace

import pytest

from groundswell_local.doctor import DISK_NEEDED, MEMORY_NEEDED, Finding, examine
from groundswell_local.facts import Facts, PortUse

FULL = Facts(
    python=(3, 11),
    java=17,
    maven="3.8.7",
    kafka_jars=False,
    mongod="mongod 6.0.5",
    redis="redis-server 7.2.4",
    docker=None,
    chromium="/usr/bin/chromium",
    promtool="/usr/bin/promtool",
    engines_elsewhere=False,
    ports={9092: None, 8101: None},
    memory=MEMORY_NEEDED,
    disk=DISK_NEEDED,
    cores=2,
)


def finding(subject: str, facts: Facts) -> Finding:
    (found,) = [one for one in examine(facts) if one.subject == subject]
    return found


def test_a_full_machine_has_no_problem_and_runs_everything_natively() -> None:
    findings = examine(FULL)
    assert {one.state for one in findings} == {"ok"}
    assert all(
        finding(name, FULL).found.startswith("native") for name in ("Kafka", "MongoDB", "Redis")
    )


def test_every_problem_has_a_remedy() -> None:
    bare = replace(
        FULL,
        python=(3, 10),
        java=None,
        maven=None,
        mongod=None,
        redis=None,
        ports={9092: PortUse("java (process 7)", ours=False)},
        memory=0,
        disk=0,
    )
    problems = [one for one in examine(bare) if one.state == "problem"]
    names = ["Python", "Kafka", "MongoDB", "Redis", "Port 9092", "Memory", "Disk"]
    assert [one.subject for one in problems] == names
    assert all(one.remedy for one in problems)


@pytest.mark.parametrize(
    ("facts", "state", "found"),
    [
        (FULL, "ok", "jars by Maven 3.8.7"),
        (replace(FULL, maven=None, kafka_jars=True), "ok", "jars are here"),
        (replace(FULL, maven=None), "problem", "Java 17, no Maven"),
        (replace(FULL, java=11), "problem", "Java 11"),
        (replace(FULL, java=None), "problem", "no Java"),
        (replace(FULL, java=None, docker="28.0"), "ok", "container on Docker 28.0"),
    ],
)
def test_kafka_needs_java_and_its_jars_or_docker(facts: Facts, state: str, found: str) -> None:
    kafka = finding("Kafka", facts)
    assert kafka.state == state
    assert found in kafka.found


def test_an_engine_without_a_program_runs_as_a_container() -> None:
    facts = replace(FULL, mongod=None, docker="28.0")
    assert "container on Docker 28.0" in finding("MongoDB", facts).found
    assert finding("Redis", facts).found.startswith("native")


def test_engines_that_run_elsewhere_need_nothing_here() -> None:
    facts = replace(FULL, java=None, mongod=None, redis=None, engines_elsewhere=True)
    assert all(one.state == "ok" for one in examine(facts))


def test_a_port_of_our_own_is_no_problem() -> None:
    facts = replace(FULL, ports={8101: PortUse("python (process 7)", ours=True)})
    assert finding("Port 8101", facts).state == "ok"


def test_a_taken_port_names_the_program() -> None:
    facts = replace(FULL, ports={8101: PortUse("nginx (process 7)", ours=False)})
    assert finding("Port 8101", facts).found == "taken by nginx (process 7)"


def test_one_core_is_a_note() -> None:
    assert finding("Cores", replace(FULL, cores=1)).state == "note"


def test_what_only_tests_need_is_a_note_with_its_package() -> None:
    facts = replace(FULL, chromium=None, promtool=None)
    for subject, package in (("Chromium", "chromium"), ("promtool", "prometheus")):
        assert finding(subject, facts).state == "note"
        assert finding(subject, facts).remedy.endswith(f"apt-get install {package}")
