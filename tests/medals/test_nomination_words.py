"""Nominating and returning in the words people write, through the real reader."""

import re
from dataclasses import replace

import pytest
from sqlalchemy import update

from handlers.asker import context
from handlers.kit import Ask, Reply
from handlers.medals import nominations as feature
from handlers.medals import returns, review, review_queue
from handlers.medals.own import my_nominations
from handlers.reading import Nomination
from storage.medals.states import State
from storage.tables import account, nomination
from tests.support import nominating
from tests.support.nominating import N1, N2, WANG, School, refused

pytestmark = pytest.mark.both

built, at = nominating.built, nominating.at


def say(at: School, who: int, text: str) -> list[Reply]:
    return feature.nominate(at.ask(who, text))


def by_telegram(ask: Ask) -> Ask:
    return replace(ask, message=replace(ask.message, channel="telegram"))


@pytest.mark.parametrize(
    ("text", "first"),
    [
        ("四(1)中队 王小明 一星章 学雷锋事迹突出", f"已收到提名 {N1}：四(1)中队 王小明 一星章"),
        ("王小明 一星章", f"已收到提名 {N1}：四(1)中队 王小明 一星章"),
        ("四(1)中队 集体一星章", f"已收到提名 {N1}：四(1)中队 集体一星章"),
        ("四（１）中队　李小红　红领巾奖章二星章", f"已收到提名 {N1}：四(1)中队 李小红 二星章"),
        ("四(1)中队 王小明 向阳章 传承章", f"已收到提名 {N1}：四(1)中队 王小明 向阳章"),
        ("四(1)中队 优秀少先队集体", f"已收到提名 {N1}：四(1)中队 优秀少先队集体"),
    ],
)
def test_what_people_write_becomes_a_case(at: School, text: str, first: str) -> None:
    told, *_ = say(at, at.zhang, text)
    assert told.text.splitlines()[0] == first


@pytest.mark.parametrize(
    ("text", "question"),
    [
        ("", "请写上中队、姓名和奖章。请重发：提名 四(1)中队 〈姓名〉 〈奖章〉 理由"),
        ("四(1)中队 王小明", "请写上是什么奖章。请重发：提名 四(1)中队 王小明 〈奖章〉 理由"),
        ("四(1)中队 王小明 星章", "请写清楚是哪一枚奖章"),
        ("四(1)中队 王小明 一星章 二星章", "一次请只写一枚星级章"),
        ("四(1)中队第一小队 集体一星章", "小队不能提名"),
        ("四(1)中队 集体 红旗章", "集体只能提名星级章"),
        ("九(9)中队 王小明 一星章", "没有找到这个中队"),
        ("五(2)中队 王小明 一星章", "五(2)中队不归您提名"),
        ("濠景园辅导站 陈国栋 十佳校外教育辅导标兵", "评的是老师和志愿者，不用「提名」"),
    ],
)
def test_what_is_missing_or_not_allowed_is_said(at: School, text: str, question: str) -> None:
    assert question in refused(say, at, at.zhang, text)
    assert at.count() == 0


@pytest.mark.parametrize(
    ("text", "filled"),
    [
        ("四(1)中队 王小明", {"〈奖章〉": "一星章"}),
        ("四(1)中队 一星章", {"〈姓名〉": "王小明", "〈奖章〉": "一星章"}),
        ("九(9)中队 王小明 一星章", {"〈中队〉": "四(1)中队"}),
        ("", {"〈姓名〉": "王小明", "〈奖章〉": "一星章"}),
    ],
)
def test_the_message_to_send_again_works_once_it_is_filled_in(at: School, text: str, filled: dict[str, str]) -> None:
    again = refused(say, at, at.zhang, text).rpartition("请重发：提名 ")[2].partition("\n")[0]
    for gap, words in filled.items():
        again = again.replace(gap, words)
    told, *_ = say(at, at.zhang, again)
    assert told.text.startswith(f"已收到提名 {N1}：四(1)中队 王小明 一星章")


@pytest.mark.parametrize("wish", [WANG, Nomination("collective", None, "4-1", "S1"), None])
def test_what_a_return_says_to_send_again_works(at: School, wish: Nomination | None) -> None:
    at.nominate(at.li, wish or Nomination("collective", None, "ALL", "S1"))
    _, news = returns.send_back(at.ask(at.zhao, f"{N1} 事迹材料不全"))
    again = re.search(r"重新发「提名 (.*)」", news.text)
    assert again is not None
    told, *_ = say(at, at.li, again[1])
    assert f"已收到提名 {N2}" in told.text


def test_who_holds_the_star_below_is_for_the_reviewer_to_check(at: School) -> None:
    _, card, *_ = say(at, at.zhang, "四(1)中队 李小红 三星章")
    assert "请核对：一年内没有二星章的记录，三星章从二星章获得者中推荐" in card.text


@pytest.mark.parametrize("text", ["进度", "查一下"])
def test_a_question_about_nominations_is_answered_with_them(at: School, text: str) -> None:
    at.nominate(at.zhang, WANG)
    (told,) = say(at, at.zhang, text)
    assert told.text.startswith(f"您最近的提名\n{N1} 四(1)中队 王小明 一星章 待审")


@pytest.mark.parametrize(
    ("said", "kept", "never"),
    [
        ("理由:父母离异家庭困难,仍坚持学习", "仍坚持学习", "离异"),
        ("学雷锋 电话13812345678", "学雷锋", "13812345678"),
        ("王小明学雷锋事迹突出", "该队员学雷锋事迹突出", "王小明学"),
    ],
)
def test_only_what_the_purpose_needs_is_kept_of_a_reason(at: School, said: str, kept: str, never: str) -> None:
    told, card, *_ = say(at, at.zhang, f"四(1)中队 王小明 一星章 {said}")
    assert f"理由：{kept}\n" in told.text and f"理由：{kept}\n" in card.text
    sealed = at.db.execute(nomination.select()).one().reason
    assert never not in at.vault.open(sealed) and never not in told.text + card.text


def test_the_child_is_not_named_in_the_reason_of_a_return(at: School) -> None:
    at.nominate(at.zhang, WANG)
    *_, news = returns.send_back(at.ask(at.li, f"{N1} 王小明材料不全"))
    assert "理由：该队员材料不全（李老师" in news.text


@pytest.mark.parametrize("said", ["13812345678", "材料不全，请打１３８１２３４５６７８", "父母离异不用写"])
def test_a_return_with_private_words_is_asked_for_again(at: School, said: str) -> None:
    at.nominate(at.zhang, WANG)
    (again,) = returns.send_back(at.ask(at.li, f"{N1} {said}"))
    assert "含个人信息，不能保存" in again.text and at.state(N1) is State.SUBMITTED


@pytest.mark.parametrize("text", ["五(2)中队 主题队日 38人", "五(2)中队 李小红 一星章"])
def test_a_report_that_comes_instead_of_the_reason_is_no_reason(at: School, text: str) -> None:
    at.nominate(at.zhang, WANG)
    returns.send_back(at.ask(at.li, N1))
    at.say(at.li, text)
    assert at.question(at.li) is not None and at.state(N1) is State.SUBMITTED


def test_a_decision_in_a_sentence(at: School) -> None:
    at.nominate(at.zhang, WANG, replace(WANG, name="李小红"))
    for text in (f"{N1} 通过", f"{N2} 退回 材料不全"):
        ask = at.ask(at.li)
        review.decide(replace(ask, reading=context.reading_of(ask, text)))
    assert (at.state(N1), at.state(N2)) == (State.NOTICE, State.RETURNED)


def test_telegram_hears_no_names(at: School) -> None:
    assert "Telegram 上不接收队员的姓名" in refused(
        feature.nominate, by_telegram(at.ask(at.zhang, "四(1)中队 王小明 一星章"))
    )
    assert at.count() == 0
    at.nominate(at.zhang, WANG)
    shown = [
        my_nominations.show_mine(by_telegram(at.ask(at.zhang))),
        review_queue.show_pending(by_telegram(at.ask(at.li))),
    ]
    shown += review.approve(by_telegram(at.ask(at.li, N1)))[:1]
    assert all(N1 in reply.text and "王小明" not in reply.text for reply in shown)


def test_a_card_that_goes_to_telegram_names_nobody(at: School) -> None:
    at.db.execute(update(account).where(account.c.person_id == at.li).values(channel="telegram"))
    _, card, other, *_ = at.nominate(at.zhang, WANG)
    assert (card.to, other.to) == (at.li, at.wu)
    assert card.text.startswith(f"请审核提名 {N1}：四(1)中队 一星章\n") and "王*明" in other.text
