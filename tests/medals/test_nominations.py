"""Nominating on a real database: every refusal, one open case, nothing of a child in clear."""

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import select

from handlers.kit import Reply, Role
from handlers.medals import nominations as feature
from handlers.medals import returns, review
from handlers.medals.own import my_nominations, withdrawals
from handlers.reading import Nomination, Reading
from handlers.wording import medals
from storage.medals import nominations
from storage.medals.states import State
from storage.tables import nomination
from tests.support import nominating
from tests.support.nominating import N1, N2, NOW, WANG, School, refused

pytestmark = pytest.mark.both

built, at = nominating.built, nominating.at


def test_nominator_gets_the_number_and_every_reviewer_a_card(at: School) -> None:
    told, *cards = at.nominate(at.zhang, WANG)
    assert told.to is None
    assert told.text.splitlines()[0] == f"已收到提名 {N1}：四(1)中队 王小明 一星章"
    assert "理由：学雷锋事迹突出" in told.text
    assert "已请李老师、吴老师、赵校长审核" in told.text
    assert [card.to for card in cards] == [at.li, at.wu, at.zhao]
    assert (
        "王*明" in cards[0].text
        and "王小明" not in cards[0].text
        and "张老师" in cards[0].text
        and "学雷锋事迹突出" in cards[0].text
    )
    assert [button.typed for button in cards[0].buttons] == [f"同意 {N1}", f"退回 {N1}", "待审"]
    assert at.steps() == [("submitted", at.zhang)]


def test_several_nominees_are_several_cases(at: School) -> None:
    wishes = [replace(WANG, name=name, medal="B:红旗章", reason=None) for name in ("张子涵", "刘一诺", "陈思远")]
    told, *cards = at.nominate(at.zhang, *wishes)
    assert told.text.count("已收到提名") == 3 and "陈思远 红旗章" in told.text
    assert len(cards) == 9
    assert nominations.by_number(at.db, "N20260403-03") is not None


def test_more_than_three_at_once_are_one_card_a_reviewer(at: School) -> None:
    told, *cards = at.nominate(at.zhang, *(replace(WANG, name=f"王小{c}") for c in "一二三四"))
    assert told.text.count("已收到提名") == 4
    assert [card.to for card in cards] == [at.li, at.wu, at.zhao]
    assert [button.typed for button in cards[0].buttons] == ["待审"]
    assert "N20260403-04 四(1)中队 王*四 一星章" in cards[0].text


def test_a_collective_has_no_child(at: School) -> None:
    told, *_ = at.nominate(at.chen, Nomination("collective", None, "5-2", "S1", "school"))
    assert f"{N1}：五(2)中队 集体一星章" in told.text
    assert at.db.scalar(select(nomination.c.child_id)) is None


def test_the_school_as_a_collective_is_the_brigade_counselors_to_nominate(at: School) -> None:
    whole = Nomination("collective", None, "ALL", "S3", "city")
    told, *cards = at.nominate(at.li, whole)
    assert "实验小学大队 集体三星章" in told.text
    assert [card.to for card in cards] == [at.zhao]
    assert "不归您提名，请由大队辅导员来提" in refused(at.nominate, at.zhang, whole)


def test_higher_stars_say_who_decides(at: School) -> None:
    told, *_ = at.nominate(at.zhang, replace(WANG, medal="S2"))
    assert "学校先做大队审核，二星章由县级少工委决定" in told.text


def test_without_a_reviewer_the_nominator_is_told(at: School) -> None:
    at.now = NOW + timedelta(hours=1)
    for who, role in ((at.li, Role.BRIGADE), (at.wu, Role.BRIGADE), (at.zhao, Role.SCHOOL_ADMIN)):
        at.end(who, role)
    told, *cards = at.nominate(at.zhang, WANG)
    assert "还没有登记可以审的人" in told.text and cards == []


def test_in_a_group_only_the_number_is_said(at: School) -> None:
    told, *cards = at.nominate(at.zhang, WANG, direct=False)
    assert told == Reply(f"已收到提名 {N1}，详情请私聊")
    assert all(card.to for card in cards)
    again, *_ = at.nominate(at.zhang, WANG, direct=False)
    assert again == Reply(f"已有提名 {N1}，待审，详情请私聊")


# One open case per medal, nominee and term


def test_the_second_nomination_names_the_first(at: School) -> None:
    at.nominate(at.zhang, WANG)
    told, *cards = at.nominate(at.li, WANG)
    assert told.text.startswith(f"已有提名 {N1}，待审：四(1)中队 王*明 一星章（张老师 4月3日 10:20 提名）")
    assert cards == [] and at.count() == 1


def test_an_approved_one_stands_for_the_term_but_not_for_the_next(at: School) -> None:
    at.nominate(at.zhang, WANG)
    review.approve(at.ask(at.li, N1))
    told, *_ = at.nominate(at.zhang, WANG)
    assert f"已有提名 {N1}，公示到4月10日" in told.text
    at.now = NOW.replace(month=9)
    told, *_ = at.nominate(at.zhang, WANG)
    assert "已收到提名 N20260903-01" in told.text


def test_other_medals_children_and_squads_are_other_cases(at: School) -> None:
    at.nominate(at.li, WANG, replace(WANG, medal="B:红旗章"), replace(WANG, name="李小红"), replace(WANG, unit="5-2"))
    at.nominate(at.li, Nomination("collective", None, "4-1", "S1"), Nomination("collective", None, "5-2", "S1"))
    assert at.count() == 6


def test_the_same_child_twice_in_one_message_is_one_case(at: School) -> None:
    told, *_ = at.nominate(at.zhang, WANG, replace(WANG, reason="热心助人"))
    assert at.count() == 1 and told.text.count(N1) == 1


def test_a_returned_one_may_come_again_as_a_new_case(at: School) -> None:
    at.nominate(at.zhang, WANG)
    returns.send_back(at.ask(at.li, f"{N1} 事迹材料不全"))
    told, card, *_ = at.nominate(at.zhang, WANG)
    assert f"已收到提名 {N2}" in told.text
    assert f"上次 {N1} 退回：事迹材料不全" in card.text
    assert (at.state(N1), at.state(N2)) == (State.RETURNED, State.SUBMITTED)


def test_a_withdrawn_one_may_come_again(at: School) -> None:
    at.nominate(at.zhang, WANG)
    withdrawals.withdraw(at.ask(at.zhang, N1))
    told, *_ = at.nominate(at.zhang, WANG)
    assert f"已收到提名 {N2}" in told.text


# What cannot be nominated


@pytest.mark.parametrize(
    ("wish", "sentence"),
    [
        (replace(WANG, unit="5-2"), "五(2)中队不归您提名"),
        (replace(WANG, unit="9-9"), "没有找到九(9)中队，没有提名"),
        (replace(WANG, unit="ALL"), "实验小学不归您提名"),
        (Nomination("collective", None, "4-1", "B:红旗章"), "集体只能提名星级章"),
        (Nomination("collective", None, "4-1", "F:阅读章"), "集体只能提名星级章"),
        (Nomination("collective", None, "4-1#1", "S1"), "小队不能提名"),
        (Nomination("adult", "陈国栋", "4-1", "H:十佳校外教育辅导标兵"), "评的是老师和志愿者，不用「提名」"),
        (replace(WANG, reason="好" * 101), "理由有 101 字，请缩短到 100 字以内"),
    ],
)
def test_what_the_rules_forbid_is_said_and_not_stored(at: School, wish: Nomination, sentence: str) -> None:
    assert sentence in refused(at.nominate, at.zhang, wish)
    assert at.count() == 0


def test_a_child_belongs_to_a_squad(at: School) -> None:
    assert "请问是哪个中队？" in refused(at.nominate, at.li, replace(WANG, unit="ALL"))


def test_a_reason_of_a_hundred_characters_is_kept(at: School) -> None:
    told, *_ = at.nominate(at.zhang, replace(WANG, reason="好" * 100))
    assert "好" * 100 in told.text


def test_who_is_no_nominator_gets_no_further_by_free_text(at: School) -> None:
    assert refused(at.nominate, at.zhao, WANG) == "提名由中队辅导员或大队辅导员来做，请告诉他们。"


def test_at_most_twenty_at_once(at: School) -> None:
    wishes = [replace(WANG, name=f"王{chr(0x4E00 + n)}") for n in range(21)]
    assert "一次最多提名 20 件，这次有 21 件" in refused(at.nominate, at.zhang, *wishes)


@pytest.mark.parametrize(
    ("wish", "issue", "answer"),
    [
        (replace(WANG, unit=None), "UNIT_MISSING", "请问是哪个中队？请重发：提名 〈中队〉 王小明 一星章 理由"),
        (replace(WANG, name=None), "NAME_MISSING", "请重发：提名 四(1)中队 〈姓名〉 一星章 理由"),
        (replace(WANG, medal=None), "MEDAL_AMBIGUOUS", "请重发：提名 四(1)中队 王小明 〈奖章〉 理由"),
        (
            None,
            "MEDAL_CONFLICT",
            "一次请只写一枚星级章。几位报几种，请写清哪枚是谁的。请重发：提名 四(1)中队 〈姓名〉 〈奖章〉 理由",
        ),
        (Nomination("collective", None, "4-1#1", "S1"), "COLLECTIVE_UNIT", "小队不能提名"),
    ],
)
def test_a_missing_piece_is_asked_for_once(at: School, wish: Nomination | None, issue: str, answer: str) -> None:
    wishes = [wish] if wish else []
    reading = Reading("nomination", "clarify", (issue,), nominations=tuple(wishes))
    assert answer in refused(feature.nominate, at.ask(at.zhang, "", reading))
    in_group = refused(feature.nominate, at.ask(at.zhang, "", reading, private=False))
    assert "王小明" not in in_group
    assert at.count() == 0


def test_what_is_complete_of_a_list_is_taken_and_the_rest_asked(at: School) -> None:
    told, *_ = at.nominate(at.zhang, WANG, replace(WANG, name=None), status="partial", issues=("NAME_MISSING",))
    assert f"已收到提名 {N1}" in told.text and "请重发：提名 四(1)中队 〈姓名〉 一星章 理由" in told.text
    assert at.count() == 1


# The nominator's side


def test_my_nominations_show_where_each_stands(at: School) -> None:
    at.nominate(at.zhang, *(replace(WANG, name=name) for name in ("王小明", "李小红", "周子轩")))
    review.approve(at.ask(at.li, N1))
    returns.send_back(at.ask(at.li, f"{N2} 事迹材料不全"))
    shown = my_nominations.show_mine(at.ask(at.zhang)).text
    assert f"{N1} 四(1)中队 王小明 一星章 公示到4月10日" in shown
    assert f"{N2} 四(1)中队 李小红 一星章 已退回：事迹材料不全" in shown
    assert "N20260403-03 四(1)中队 周子轩 一星章 待审" in shown
    in_group = my_nominations.show_mine(at.ask(at.zhang, private=False)).text
    assert "小" not in in_group and "材料" not in in_group and N1 in in_group
    assert "您还没有提名" in my_nominations.show_mine(at.ask(at.chen)).text


def test_withdrawing(at: School) -> None:
    at.nominate(at.zhang, WANG)
    assert f"已撤回提名 {N1}" in withdrawals.withdraw(at.ask(at.zhang, "n20260403－1"))[0].text
    assert at.steps() == [("submitted", at.zhang), ("withdrawn", at.zhang)]
    assert "不能撤回了：您已在4月3日 10:20 撤回" in refused(withdrawals.withdraw, at.ask(at.zhang, N1))


def test_only_the_nominator_withdraws_and_only_what_waits(at: School) -> None:
    at.nominate(at.zhang, WANG)
    assert f"没有找到提名 {N1}" in refused(withdrawals.withdraw, at.ask(at.li, N1))
    assert "请写上编号" in refused(withdrawals.withdraw, at.ask(at.zhang, ""))
    review.approve(at.ask(at.li, N1))
    assert "不能撤回了：李老师已在4月3日 10:20 同意" in refused(withdrawals.withdraw, at.ask(at.zhang, N1))


# What must not lie open


def test_private_words_in_a_reason_are_dropped_and_the_sender_is_told(at: School) -> None:
    wish = replace(WANG, reason="父母离异家庭困难,仍坚持学习")
    more = {"status": "confirm", "issues": ("PII_FAMILY",), "private": ("父母离异家庭困难",)}
    told, card, *_ = at.nominate(at.zhang, wish, **more)
    assert "理由：仍坚持学习" in told.text and "家庭情况没有保存" in told.text
    assert "离异" not in told.text + card.text


def test_a_warning_that_points_at_nothing_costs_the_whole_reason(at: School) -> None:
    told, *_ = at.nominate(at.zhang, WANG, status="confirm", issues=("PII_PHONE",))
    assert "理由：未写" in told.text and "电话号码没有保存" in told.text


def test_private_words_are_told_of_in_a_group_too(at: School) -> None:
    told, *_ = at.nominate(at.zhang, WANG, direct=False, issues=("PII_FAMILY",), status="confirm")
    assert told.text == f"已收到提名 {N1}，详情请私聊\n消息里的家庭情况没有保存。为了保护孩子，请在聊天里删除那条消息。"


@pytest.mark.parametrize(
    ("medal", "name"), [("S5", "五星章"), ("B:红星章/向阳章", "向阳章"), ("B:红旗章", "红旗章"), ("F:阅读章", "阅读章")]
)
def test_medals_have_names(medal: str, name: str) -> None:
    assert medals.label(medal) == name


def test_another_reason_for_a_case_that_stands_is_not_taken_silently(at: School) -> None:
    at.nominate(at.zhang, WANG)
    told, *_ = at.nominate(at.zhang, replace(WANG, reason="拾金不昧"))
    assert f"{N1} 的理由没有改。要改，先发「撤回提名 {N1}」" in told.text
    again, *_ = at.nominate(at.zhang, WANG)
    assert "没有改" not in again.text
