"""Chinese is written with its own punctuation: in every talk, and in the conversations of the handbooks."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

from tests.support.process import ROOT

HALF_WIDTH = re.compile(
    r"[\u4e00-\u9fff」）][,;:?!](?=[\u4e00-\u9fff「…]|$)|\((?!演示\)|[一二三四五六七八九]\))[\u4e00-\u9fff]"
)
# What a person wrote is said back as it was written.
ECHOED = "手机丢了,上面有提名的消息"


def said_by_the_bot(path: Path) -> list[str]:
    """The lines of its bubbles and buttons."""
    found, said = [], False
    for line in path.read_text(encoding="utf-8").splitlines():
        said = line.startswith("→") or (said and line.startswith("  "))
        if said:
            found.append(re.sub(r"^→ \S+: ", "", line).strip())
    return found


def test_what_the_bot_says_has_full_width_punctuation() -> None:
    places = [*(ROOT / "tests/talks").rglob("*.txt"), *(ROOT / "docs").glob("*-handbook.md")]
    lines = [line for path in places for line in said_by_the_bot(path)]
    assert len(lines) > 1000
    assert [line for line in lines if HALF_WIDTH.search(line) and line != ECHOED] == []


# Between Chinese, between a setting's name or a value and Chinese; not the syntax of what is to be typed.
_PROSE = re.compile(
    r"[\u4e00-\u9fff」）\0][,;:?!](?=[\u4e00-\u9fff「])|[\u4e00-\u9fff][,;?!]"
    r"|[A-Z0\w」）]: (?=[\u4e00-\u9fff「\0])|\([\u4e00-\u9fff]"
)
# Columns, settings, addresses and rules as they are to be typed; the marks of the made-up districts.
_TYPED = re.compile(
    r"\(演示\)|[A-Z_]+=\S+|\w+://\S+|组织,类型.*|青禾区\S*,\S*|首批: admitted|三\(\d\)|^ *[\w/()]+,[\w/(),]+$",
    re.MULTILINE,
)
# A pattern to read by is not said to anybody.
_PATTERN = re.compile(r"\\|\(\?|\[[^\]]{2,}\]|\?\$|[)|]\||\.\*|[^？]\?[^ ]?[|)(]")


def said_in_code(path: Path) -> Iterator[str]:
    """The Chinese strings of a module that people read, with what is filled in as a NUL; without docstrings."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    inside = {id(part) for each in ast.walk(tree) if isinstance(each, ast.JoinedStr) for part in each.values}
    inside |= {id(each.value) for each in ast.walk(tree) if isinstance(each, ast.Expr)}
    for each in ast.walk(tree):
        words = ""
        if isinstance(each, ast.JoinedStr):
            words = "".join(str(part.value) if isinstance(part, ast.Constant) else "\0" for part in each.values)
        elif isinstance(each, ast.Constant) and isinstance(each.value, str) and id(each) not in inside:
            words = each.value
        if len(re.findall(r"[\u4e00-\u9fff]", words)) > 1 and not _PATTERN.search(words):
            yield _TYPED.sub("", words)


def test_what_the_program_says_has_full_width_punctuation() -> None:
    """Settings, doctor, the command line and every other sentence, where no talk shows it."""
    found = {
        f"{path.name}: {words}"
        for path in (ROOT / "bot").rglob("*.py")
        for words in said_in_code(path)
        if _PROSE.search(words)
    }
    assert found == set()
    assert len(list(said_in_code(ROOT / "bot/settings/kinds.py"))) > 20


def test_what_stands_beside_the_program_has_full_width_punctuation() -> None:
    lines = [
        line for name in (".env.example", "Makefile") for line in (ROOT / name).read_text(encoding="utf-8").splitlines()
    ]
    assert [line for line in lines if re.search(r"[\u4e00-\u9fff」）][,;:?!](?=[\u4e00-\u9fff「]|$)", line)] == []


def test_what_the_pages_say_has_full_width_punctuation() -> None:
    pages = [*(ROOT / "docs").glob("*.md"), *(ROOT / "docs/privacy").glob("*.md"), ROOT / "README.zh-CN.md"]
    texts = {page.name: re.sub(r"^ *```.*?^ *```", "", page.read_text("utf-8"), flags=re.M | re.S) for page in pages}
    found = {
        (name, line)
        for name, text in texts.items()
        for line in text.splitlines()
        # What is to be typed stands for one sign; names side by side in a cell of a table are a list of such.
        if len(re.findall("[\u4e00-\u9fff]", line)) > 5
        and re.search(
            r"[\u4e00-\u9fff」）\0A-Za-z][?!;] ?(?=[\u4e00-\u9fff「\0])|[\u4e00-\u9fff」）],", _typed_as_one(line)
        )
    }
    assert found == set()


def _typed_as_one(line: str) -> str:
    return re.sub(r"`[^`]*`|\]\([^)]*\)", "\0", line)
