"""What Kafka is told before it starts."""

from pathlib import Path

import pytest

from groundswell_local.engines import kafka
from groundswell_local.engines.recipe import Place


def test_the_controller_does_not_take_the_port_of_its_broker(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(kafka, "free_ports", lambda count: [25_864, 25_865][:count])
    place = Place(program=("java",), directory=str(tmp_path), bind="127.0.0.1", port=25_864)
    configure = kafka.RECIPE.configure
    assert configure is not None
    configure(tmp_path, place)
    listeners = "listeners=BROKER://127.0.0.1:25864,CONTROLLER://127.0.0.1:25865\n"
    assert listeners in (tmp_path / "server.properties").read_text()
