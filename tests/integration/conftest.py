"""What the integration tests of all services share: an issuer of tokens that they trust."""

import pytest

from tests.support.issuer import LocalIssuer


@pytest.fixture(scope="session")
def issuer(tmp_path_factory: pytest.TempPathFactory) -> LocalIssuer:
    return LocalIssuer(tmp_path_factory.mktemp("issuer"))
