"""Words for the platforms: cut at their limits, shown as they are."""

import pytest

from bot.channels.text import literal, octets, split, units

FAMILY = "👨‍👩‍👧‍👦"
FLAG = "🇨🇳"


@pytest.mark.parametrize("stuff", ["中", "👍", FAMILY, FLAG, "e\u0301", "👍🏽", "中\n", "行行\n\n"])
@pytest.mark.parametrize("shift", range(4))
def test_a_split_keeps_every_character_whole(stuff: str, shift: int) -> None:
    text = "b" * shift + stuff * (9000 // len(stuff))
    pieces = split(text, 4096, units)
    assert "".join("".join(pieces).split()) == "".join(text.split())
    assert all(0 < units(piece) <= 4096 for piece in pieces) and len(pieces) <= units(text) // 2000 + 1
    whole = stuff.strip()
    assert all(piece.replace("\n", "").removeprefix("b" * shift).replace(whole, "") == "" for piece in pieces)


def test_a_split_prefers_paragraphs_then_lines() -> None:
    assert split("a" * 30 + "\n\n" + "b" * 10 + "\n" + "c" * 30, 50, units) == ["a" * 30, "b" * 10 + "\n" + "c" * 30]
    assert split("a" * 10 + "\n\n" + "b" * 25 + "\n" + "c" * 30, 50, units) == ["a" * 10 + "\n\n" + "b" * 25, "c" * 30]
    assert split("e" + "\u0301" * 5000, 4096, units)[0] == "e" + "\u0301" * 4095


@pytest.mark.parametrize(("words", "shown"), [
    ("三(2)中队 主题队日 38 人", "三(2)中队 主题队日 38 人"),
    ("1. 王老师\n2) 李*老*师", "1．王老师\n2）李＊老＊师"),
    ("# 不是标题\n> 不是引用\n- 一\n---", "＃ 不是标题\n＞ 不是引用\n· 一\n———"),
    ("[点这里](http://x) <@all> _b_ `c` ~~d~~ &lt;", "[点这里］(http://x) ＜@all> ＿b＿ ｀c｀ ～～d～～ ＆lt;"),
    ("#12 和 N20260403-07,编号 #12", "＃12 和 N20260403-07,编号 #12"),
    ("写上 BACKUP_DIR 和 NAME_KEY", "写上 BACKUP_DIR 和 NAME_KEY"),
    ("    代码?", "\u3000代码?"),
])  # fmt: skip
def test_words_are_shown_as_they_are(words: str, shown: str) -> None:
    assert literal(words) == shown


def test_pieces_are_short_and_whole() -> None:
    text = "\n".join(f"三({n})中队 😀 第{n}行" for n in range(500))
    cut = split(text, 4096)
    assert all(len(piece.encode()) <= 4096 for piece in cut) and "\n".join(cut) == text
    one_line = "队" * 5000
    assert "".join(split(one_line, 4096)) == one_line and split("  \n", 10) == []
    assert octets("中a") == 4
