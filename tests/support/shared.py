"""What the tests of a process share, a pytest plugin: statements, features, a county whose changes are taken back."""

from collections.abc import Iterator

import pytest
from hypothesis import HealthCheck, settings
from sqlalchemy import Connection

from tests.support.county import County
from tests.support.databases import POSTGRESQL, drop_databases, new_database, share_statements
from tests.support.features import share_features

# No test fails because the machine is slow.
_NEVER_MIND = [HealthCheck.too_slow, HealthCheck.function_scoped_fixture]
settings.register_profile("patient", deadline=None, suppress_health_check=_NEVER_MIND)


def pytest_configure() -> None:
    settings.load_profile("patient")
    share_statements()
    share_features()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_teardown(item: pytest.Item) -> Iterator[None]:
    yield
    folder = getattr(item, "funcargs", {}).get("tmp_path")
    if folder and POSTGRESQL:
        drop_databases(folder)


@pytest.fixture(scope="module")
def county_database(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Connection]:
    """One database for all tests of a module, so that its statements are compiled once."""
    opened = new_database(tmp_path_factory.mktemp("county"))
    with opened.write.connect() as db:
        yield db
    opened.close()


@pytest.fixture
def county(county_database: Connection) -> Iterator[County]:
    """A county; what a test does to it is rolled back."""
    transaction = county_database.begin()
    yield County(county_database)
    transaction.rollback()
