"""Numbers of cases: read the same with whatever dash, space or width; counted per day and letter."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from storage.base import numbered
from storage.base.numbered import Unreadable
from storage.tables import fact
from tests.support import nominating
from tests.support.nominating import NOW, School
from tests.support.typed_numbers import typed

built, at = nominating.built, nominating.at


@given(typed(), st.sampled_from(["", " 材料不全", ",材料不全", "，材料不全", "材料不全", "：材料不全", " 完成 1"]))
def test_a_number_is_read_however_it_is_typed(said: tuple[str, str], tail: str) -> None:
    number, text = said
    rest = tail.lstrip(" ，,：")
    assert numbered.first(text + tail, number[0]) == (number, rest)
    assert numbered.leading(f"{text}、{text}{tail}", number[0]) == ((number,), rest)
    assert numbered.anywhere(f"完成 1 {text}{tail}", number[0])[0] == number
    assert numbered.begins(text + tail)


@given(typed(), st.sampled_from("NGXD"))
def test_a_number_of_another_letter_is_none(said: tuple[str, str], letter: str) -> None:
    number, text = said
    if letter != number[0]:
        with pytest.raises(Unreadable) as unreadable:
            numbered.first(text, letter)
        assert unreadable.value.said == number
        assert numbered.anywhere(text, letter)[0] == ""
    assert numbered.lettered(f"撤销 {text}") == number


@pytest.mark.parametrize(
    "text",
    ["X2026O403-01 完成 1", "X20260403 完成 1", "X01", "x 1", "X202604-01", "X20260403-", "X20260403-00001",
     "202604-01", "X2026-4-3-1", "编号 X0403-01", "20260403 完成", "XX20260403-01"],
)  # fmt: skip
def test_what_is_meant_as_a_number_and_is_none_is_told_apart(text: str) -> None:
    with pytest.raises(Unreadable):
        numbered.first(text, "X")
    assert numbered.begins(text)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "手机丢了",
        "三(2)中队 王小明 书面 9月1日",
        "4月3日 38人",
        "1",
        "07 材料不全",
        "王小明 编号20260901-12",
        "U盘丢了",
        "A4纸",
    ],
)
def test_other_words_are_no_number(text: str) -> None:
    assert numbered.first(text, "X") == ("", text) and not numbered.begins(text) and not numbered.lettered(text)


def test_the_letter_may_be_left_out() -> None:
    assert numbered.first(" 20260403-107", "N") == ("N20260403-107", "")
    assert numbered.first("2026040307，材料不全", "N") == ("N20260403-07", "材料不全")


def test_a_day_and_a_count_are_no_number() -> None:
    assert numbered.anywhere("20260403 38名学生的名单", "X")[0] == ""
    assert numbered.anywhere("20260403下午", "X")[0] == ""


@pytest.mark.parametrize("text", ["#17 实到39", "＃１７ 实到39", "编号17 实到39", "编号：17，实到39", "No.17 实到39"])
def test_the_number_of_a_row_is_read_however_it_is_typed(text: str) -> None:
    assert numbered.row(text) == (17, "实到39") and numbered.letter_of(text) == ""


@pytest.mark.parametrize("text", ["R12 听众65", "r12:听众65", "Ｒ１２ 听众65", "#R12 听众65", "编号R-12，听众65"])
def test_a_row_with_a_letter_is_another_one(text: str) -> None:
    assert numbered.row(text, "R") == (12, "听众65") and numbered.letter_of(text) == "R"
    assert numbered.row(text) == (None, text) == numbered.row(text, "H")


@pytest.mark.parametrize("text", ["实到39", "39", "三(2)中队", "4月3日", "", "#", "R", "全部"])
def test_other_words_are_no_row(text: str) -> None:
    assert numbered.row(text) == (None, text) == numbered.row(text, "R")


@given(st.text(max_size=60))
def test_any_text_is_taken(text: str) -> None:
    numbered.anywhere(text, "X")
    assert isinstance(numbered.begins(text), bool)


@pytest.mark.parametrize("text", ["#" * 4000, " " * 4000, "N " * 2000, "2 " * 2000, "20260403-" * 400, "编号" * 2000])
def test_a_long_text_is_read_at_once(text: str) -> None:
    numbered.anywhere(text, "X")
    numbered.begins(text)


@pytest.mark.both
def test_a_number_that_another_process_took_is_passed_over(at: School) -> None:
    def make(number: str) -> str:
        tries.append(number)
        if len(tries) == 1:
            at.db.execute(fact.insert().values(name=number, value="", at=NOW))
        at.db.execute(fact.insert().values(name=number, value="", at=NOW))
        return number

    def take() -> str:
        return numbered.store(at.db, fact.c.name, "D", date(2026, 4, 3), make)

    for name in ("D20260403-98", "D20260402-99", "D20260404-05", "X20260403-99"):
        at.db.execute(fact.insert().values(name=name, value="", at=NOW))
    tries: list[str] = []
    assert take() == "D20260403-99" and tries == ["D20260403-99"] * 2
    assert [take(), take()] == ["D20260403-100", "D20260403-101"]
