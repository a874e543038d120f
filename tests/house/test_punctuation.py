"""Chinese is written with its own punctuation: in every talk, and in the conversations of the handbooks."""

import re
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
