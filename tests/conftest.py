"""What tests share: CI may not skip anything; a county whose changes each test takes back."""

import os
from collections.abc import Iterator

import pytest
from sqlalchemy import Connection

from tests.support import leaks
from tests.support.county import County
from tests.support.databases import POSTGRESQL, new_database

MUST_NOT_SKIP = os.environ.get("TESTS_MUST_NOT_SKIP") == "1"


def pytest_configure(config: pytest.Config) -> None:
    config.pluginmanager.register(leaks, "leaks")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """What only a server can do is left out on SQLite: there is one process on a file."""
    left_out = [] if POSTGRESQL else [item for item in items if item.get_closest_marker("postgresql")]
    if left_out:
        config.hook.pytest_deselected(items=left_out)
        items[:] = [item for item in items if item not in left_out]


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item, call):
    report = yield
    if MUST_NOT_SKIP and report.skipped:
        report.outcome = "failed"
        report.longrepr = f"{item.nodeid} was skipped, and CI may not skip: {report.longrepr}"
    return report


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
