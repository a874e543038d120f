"""Who runs what when; CI may not skip anything. What the tests share stands in tests/support/shared.py."""

import gc
import os
import re
import shutil
from collections import Counter
from pathlib import Path

import pytest
from xdist.scheduler import LoadScopeScheduling

from tests.support import POSTGRESQL

MUST_NOT_SKIP = os.environ.get("TESTS_MUST_NOT_SKIP") == "1"
# Long as well, but on PostgreSQL, where nothing else is run of what takes long.
LONG_HERE = (
    r"tests/practice/test_(digest_page|second_district)\.py|tests/commands/test_doctor_wecom\.py",
    r"tests/whole/test_case_numbers\.py|tests/storage/test_migrations\.py|tests/pipeline/test_(seen|together)\.py",
    r"tests/guard/test_lent\.py|tests/children/test_compliance\.py|tests/checkins/test_events_in_any_order\.py",
    r"tests/reading/test_(fuzz|properties|claims)\.py|tests/whole/test_(typed_labels|questions)\.py",
    r"tests/reminders/test_(wrong_clock|letters_of_a_year|preview_of_all|absence|ticks)\.py|tests/years/test_year\.py",
    r"tests/guard/test_(key|exports)\.py|tests/storage/test_(migration_notices|rotation)\.py",
    r"tests/commands/test_(commands|doctor|doctor_robot|audit_command|outbox_command|rotation_command|confirm)\.py",
    r"tests/practice/test_(bad_input|this_machine)\.py|tests/channels/wecom/test_crypto\.py",
    r"test_a_whole_province_is_addressed|test_a_dry_run_shows_and_the_word_does|test_each_letter_goes_to_a_person_once",
    r"tests/people/test_clock_put_back\.py|test_it_gives_way_and_may_break",
    r"tests/medals/test_states\.py|tests/programmes/test_cases\.py|test_states_and_rates_equal_a_recount",
    r"test_whoever_answers_in_the_platforms_place|test_nothing_else_is_ever_raised|test_the_same_words_to_many",
    r"test_a_csv_file_has_limits|test_what_is_taken_for_known_is_in_the_font|test_the_conversations_are_true",
    r"test_whatever_is_sent_is_turned_away_and_breaks_nothing|tests/channels/telegram/test_groups\.py",
)
# Real processes that are killed, browsers, every talk on every platform, walks over all commands, long outages,
# years, thousands of rows, and long talks: `make test-long`. In this order they begin.
LONG = [
    re.compile(pattern)
    for pattern in (
        r"tests/(processes|newcomer)/",
        r"/test_(browser|emulator|rights|process|migrate_to|backup)\.py",
        r"tests/channels/\w+/test_talks\.py",
        r"tests/whole/test_(walk|names_walk|examples)\.py",
        r"tests/guard/test_(planted_words|erased|rights_given)\.py",
        r"tests/children/test_(retention|nights|nameless)\.py|tests/channels/test_outages\.py",
        r"tests/materials/test_(five_reports|forms)\.py|tests/medals/test_lists\.py|tests/people/test_joining\.py",
        r"tests/reminders/test_(preview|clock_steps|feed)\.py|test_a_year_of_reminders|test_g2_all_covered",
        r"test_a_process_imports_only_when_told|test_what_would_cost_all_memory|test_a_county_of_five_thousand",
        *(() if POSTGRESQL else LONG_HERE),
    )
]
# Looks at the files of the project and at nothing that runs: `make check`.
STATIC = re.compile(r"tests/house/test_(tidy|imports|operations|punctuation|promises)\.py")
# So often the clock is moved in a talk of many days, all of which are ticked through; so much is said in a long one.
MANY_DAYS, MUCH_SAID = (3, 1000) if POSTGRESQL else (2, 20)
# The longest of the others, one by one as well.
TALKS = re.compile(r"tests/whole/test_talks\.py")
MEMORY = Path("/dev/shm")


def turn(nodeid: str) -> int:
    """Whose turn it is first."""
    patterns = [*LONG, TALKS]
    return next((place for place, pattern in enumerate(patterns) if pattern.search(nodeid)), len(patterns))


class Turns(LoadScopeScheduling):
    """A module goes to one worker, for the sake of its fixtures; long tests one by one to whoever is free."""

    def _split_scope(self, nodeid: str) -> str:
        return nodeid if turn(nodeid) <= len(LONG) else nodeid.partition("::")[0]


def pytest_xdist_make_scheduler(config: pytest.Config, log: object) -> Turns:
    return Turns(config, log)


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--area", help="only the tests and talks of this area, without those that take long")


def pytest_configure(config: pytest.Config) -> None:
    # Who only hands out the tests has no use for the program, and nobody begins before it is ready.
    if hasattr(config, "workerinput") or config.getoption("dist") == "no":
        for plugin in ("tests.support.leaks", "tests.support.shared"):
            config.pluginmanager.import_plugin(plugin)
    # The tests kill processes, not the machine: nothing has to reach a disk.
    if MEMORY.is_dir() and shutil.disk_usage(MEMORY).free > 2 << 30:
        os.environ.setdefault("PYTEST_DEBUG_TEMPROOT", str(MEMORY))


def pytest_ignore_collect(collection_path: Path, config: pytest.Config) -> bool | None:
    """What is long or static as a whole is not even read where it is not run: each worker would."""
    at = collection_path.as_posix()
    short = config.getoption("markexpr") == "not long and not static"
    return True if short and at.endswith(".py") and (turn(at) < len(LONG) or STATIC.search(at)) else None


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Long tests are begun first; what only a server can do is left out on SQLite: there is one process on a file."""
    area = config.getoption("area")
    for item in items:
        if turn(item.nodeid) < len(LONG) or (not area and _is_long_talk(item)):
            item.add_marker("long")
        if STATIC.search(item.nodeid):
            item.add_marker("static")
    left_out = {
        item for item in items
        if (item.get_closest_marker("postgresql") and not POSTGRESQL) or (area and not _is_of(item, area))
    }  # fmt: skip
    if left_out:
        config.hook.pytest_deselected(items=list(left_out))
    items[:] = sorted((item for item in items if item not in left_out), key=lambda item: turn(item.nodeid))


def _talk(item: pytest.Item) -> Path | None:
    """The transcript that this test plays."""
    return item.callspec.params["path"] if item.path.name == "test_talks.py" and hasattr(item, "callspec") else None


def _is_long_talk(item: pytest.Item) -> bool:
    talk = _talk(item)
    if talk is None:
        return False
    words = talk.read_text(encoding="utf-8")
    moved, said = re.findall(r"^@ ", words, re.MULTILINE), re.findall(r"^[^→#@\s]", words, re.MULTILINE)
    return len(moved) >= MANY_DAYS or len(said) > MUCH_SAID


def _is_of(item: pytest.Item, area: str) -> bool:
    """Whether this is a test or a talk of the area that takes no long time."""
    if talk := _talk(item):
        return talk.parent.name == area and item.path.parent.name == "whole"
    return item.nodeid.startswith(f"tests/{area}/") and turn(item.nodeid) > len(LONG)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    """What has been run of the area."""
    if config.getoption("area"):
        ran = Counter(
            re.sub(r"::(?!test_talk\[).*", "", each.nodeid) for each in terminalreporter.stats.get("passed", ())
        )
        terminalreporter.write_line("\n".join(f"{number:5} {name}" for name, number in sorted(ran.items())))


def pytest_collection_finish() -> None:
    """What is there now stays, and little of what comes is a circle: the collector need not look so often (a fifth)."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(100_000, 20, 20)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item, call):
    report = yield
    if MUST_NOT_SKIP and report.skipped:
        report.outcome = "failed"
        report.longrepr = f"{item.nodeid} was skipped, and CI may not skip: {report.longrepr}"
    return report
