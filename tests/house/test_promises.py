"""Every promise of docs/privacy.md and SECURITY.md names tests, and these are there."""

import ast
import re
from pathlib import Path

import pytest

from storage.sealed_columns import SEALED

ROOT = Path(__file__).parents[2]
NAMED = re.compile(r"`(tests/[\w./-]+)(?:::(\w+))?`")
PRIVACY = (ROOT / "docs/privacy.md").read_text(encoding="utf-8").partition("## What holds each promise")[2]
SECURITY = (ROOT / "SECURITY.md").read_text(encoding="utf-8")


def rows(text: str) -> list[tuple[str, str]]:
    """(what is promised, what holds it) of a table with two columns."""
    lines = [line.strip("|").split(" | ") for line in text.splitlines() if line.startswith("|")]
    return [(promise.strip(), held.strip()) for promise, held in lines[2:]]


def functions(path: Path) -> set[str]:
    """The tests of a file, of its classes too."""
    found = ast.walk(ast.parse(path.read_text(encoding="utf-8")))
    names = [node.name for node in found if isinstance(node, ast.FunctionDef | ast.ClassDef)]
    return {name for name in names if name.lower().startswith("test")}


@pytest.mark.parametrize("text", [PRIVACY, SECURITY], ids=["privacy", "security"])
def test_the_tests_that_hold_a_promise_are_there(text: str) -> None:
    named = NAMED.findall(text)
    missing = [
        (path, test)
        for path, test in named
        if not (ROOT / path).is_file() or (test and test not in functions(ROOT / path))
    ]
    assert missing == [] and named


def test_every_promise_of_the_table_names_a_test() -> None:
    table = rows(PRIVACY)
    assert len(table) > 20
    assert [promise for promise, held in table if NAMED.sub("", held).strip(" ,")] == []


def test_a_test_that_is_not_there_would_be_missed() -> None:
    assert NAMED.findall("`tests/guard/test_key.py::test_x`, `tests/talks/a.txt`") == [
        ("tests/guard/test_key.py", "test_x"), ("tests/talks/a.txt", "")
    ]  # fmt: skip
    assert "test_an_empty_database_gets_a_key_of_its_own" in functions(ROOT / "tests/guard/test_key.py")


def test_what_is_to_be_vacuumed_is_every_table_with_words_about_children() -> None:
    whole = (ROOT / "docs/privacy.md").read_text(encoding="utf-8")
    [named] = re.findall(r"`VACUUM FULL ([\w, ]+);`", whole)
    # Of adults, of the platform, of the practice page.
    others = {"holding", "access_token", "screen"}
    assert {table.name for table in SEALED} - others <= set(named.split(", "))
