"""Every command that takes the number of a case finds it however it is typed, and does nothing for one that is none."""

from collections.abc import Iterator
from contextlib import contextmanager
from copy import copy

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import func, select

from storage.children import guardian_requests, incidents
from storage.children.guardian_requests import Wanted
from storage.database import Database
from storage.medals.states import State
from storage.tables import guardian_request, incident, nomination
from tests.support import nominating
from tests.support.nominating import N1, NOW, WANG, School
from tests.support.typed_numbers import typed

pytestmark = pytest.mark.both

built = nominating.built
G1, X1 = "G20260403-01", "X20260403-01"
# What is said, by whom, with the number in its place, and what the answer then has in it.
LI, ZHAO, ZHANG = "li", "zhao", "zhang"
COMMANDS = [
    ("待审 {}", LI, N1, f"{N1} 四(1)中队 王*明 一星章\n提名人"),
    ("待审{}", LI, N1, f"{N1} 四(1)中队 王*明 一星章\n提名人"),
    ("同意 {}", LI, N1, f"已同意 {N1}"),
    ("同意{}", LI, N1, f"已同意 {N1}"),
    ("退回 {} 材料不全", LI, N1, f"已退回 {N1}"),
    ("退回：{}", LI, N1, f"请回复退回 {N1} 的理由"),
    ("通过 {}", LI, N1, f"已同意 {N1}"),
    ("{} 通过", LI, N1, f"已同意 {N1}"),
    ("查看 {} 核对事迹", LI, N1, f"{N1} 四(1)中队 王小明 一星章"),
    ("撤回提名 {}", ZHANG, N1, f"已撤回提名 {N1}"),
    ("撤回 {}", ZHANG, N1, f"已撤回提名 {N1}"),
    ("撤销{}", ZHANG, N1, f"已撤回提名 {N1}"),
    ("办理 {}", ZHAO, G1, f"{G1}：要删除"),
    ("结案 {} 不是监护人", ZHAO, G1, f"{G1} 已结案"),
    ("家长申请 {}", ZHAO, G1, f"{G1} 删除 四(1)中队"),
    ("泄露 {}", ZHAO, X1, f"泄露事件 {X1}"),
    ("泄露 {} 完成 1", ZHAO, X1, f"泄露事件 {X1}"),
    ("泄露 {} 结案", ZHAO, X1, "步还没有做完，不能结案"),
    ("泄露{} 第一步已完成", ZHAO, X1, f"泄露事件 {X1}"),
    ("泄漏 {} 完成①", ZHAO, X1, f"泄露事件 {X1}"),
    ("泄露 完成 1 {}", ZHAO, X1, f"泄露事件 {X1}"),
    ("{} 完成 1", ZHAO, X1, f"泄露事件 {X1}"),
    ("{}", ZHAO, X1, f"泄露事件 {X1}"),
]  # fmt: skip
quick = settings(max_examples=20)


@pytest.fixture(scope="module")
def prepared(built: tuple[Database, School]) -> Iterator[School]:
    """A nomination, a guardian's request and a leak, each the first of its day."""
    opened, school = built
    with opened.write.connect() as db:
        at = copy(school)
        at.db = db
        at.nominate(at.zhang, WANG)
        child = at.db.execute(select(nomination.c.child_id)).scalar_one()
        due = NOW.date().replace(day=27)
        guardian_requests.receive(at.db, at.vault, at.squad, child, Wanted.ERASE, "", at.zhao, due, NOW)
        incidents.begin(at.db, at.vault, at.school, "手机丢了", at.zhao, NOW)
        yield at
        db.rollback()


@pytest.fixture
def cases(prepared: School) -> Iterator[School]:
    with undone(prepared):
        yield prepared


@contextmanager
def undone(at: School) -> Iterator[None]:
    nested = at.db.begin_nested()
    try:
        yield
    finally:
        nested.rollback()


def counts(at: School) -> list[int | None]:
    return [at.db.scalar(select(func.count()).select_from(table)) for table in (nomination, guardian_request, incident)]


@pytest.mark.parametrize(("words", "who", "number", "then"), COMMANDS, ids=[words for words, *_ in COMMANDS])
@quick
@given(data=st.data())
def test_the_case_is_found(cases: School, words: str, who: str, number: str, then: str, data: st.DataObject) -> None:
    _, text = data.draw(typed(number))
    with undone(cases):
        assert then in cases.say(getattr(cases, who), words.format(text))[0].text
        assert counts(cases) == [1, 1, 1]


@pytest.mark.parametrize(("words", "who", "number", "then"), COMMANDS, ids=[words for words, *_ in COMMANDS])
@pytest.mark.parametrize(
    "wrong", ["{letter}2026O403-01", "{letter}20260403", "{letter}202604-01", "{letter}01", "{other}20260403-01",
              "{letter}20260403-09", "A20260403-01", "{letter}20260403-01-02", "{letter}202604033-01",
              "{letter}20260403-0I"],
)  # fmt: skip
def test_a_number_that_is_none_does_nothing_and_tells_nobody(
    cases: School, words: str, who: str, number: str, then: str, wrong: str
) -> None:
    text = words.format(wrong.format(letter=number[0], other="G" if number[0] == "N" else "N"))
    replies = cases.say(getattr(cases, who), text)
    assert all(reply.to is None for reply in replies), replies
    assert counts(cases) == [1, 1, 1] and cases.state(N1) is State.SUBMITTED
    if words not in ("{} 通过", "撤回 {}", "撤销{}", "{} 完成 1", "{}"):
        # The one that there is.
        assert number in "".join(reply.text for reply in replies), replies


@pytest.mark.parametrize(
    "words",
    ["完成 1", "完成1步", "1 完成", "完成第一步", "第一步完成了", "第二步做完", "完成 ②", "上一件 完成 1", "01", "X01",
     "#1", "X?", "x", "X二〇二六0403-01", "abc", "？1", "第几号",
     "结案", "上一件结案", "手机那件 完成了第三步", "步骤1完成", "第1步"],
)  # fmt: skip
def test_work_on_a_leak_without_its_number_reports_none(cases: School, words: str) -> None:
    replies = cases.say(cases.zhao, f"泄露 {words}")
    assert [reply.to for reply in replies] == [None] and "没有报告" in replies[0].text and X1 in replies[0].text
    assert counts(cases) == [1, 1, 1]


@pytest.mark.parametrize(
    "words", ["登记表第一页被拍照发到群里了", "优盘丢了，里面有2025年的名册", "20260403下午手机丢了"]
)
def test_a_number_in_a_report_is_no_case(cases: School, words: str) -> None:
    assert cases.say(cases.zhao, f"泄露 {words}")[0].text.startswith("已报告")
    assert counts(cases) == [1, 1, 2]
