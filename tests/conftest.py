"""What all tests share: CI may not skip anything."""

import os

import pytest

MUST_NOT_SKIP = os.environ.get("TESTS_MUST_NOT_SKIP") == "1"


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item, call):
    report = yield
    if MUST_NOT_SKIP and report.skipped:
        report.outcome = "failed"
        report.longrepr = f"{item.nodeid} was skipped, and CI may not skip: {report.longrepr}"
    return report
