"""Reviewing nominations on a real database: who may decide, once, and what is stored and said of it."""

from dataclasses import replace
from datetime import UTC

import pytest

from handlers.asker import levels
from handlers.catalogue import current
from handlers.kit import Attachment, Role
from handlers.medals import returns, review, review_queue
from handlers.medals.awards import exceptions
from handlers.medals.own import my_nominations, withdrawals
from handlers.reading import Nomination, Reading
from handlers.wording import medals
from storage.medals import nominations
from storage.medals.states import State
from storage.people import people
from tests.support import nominating
from tests.support.nominating import N1, N2, NOW, WANG, School, refused

pytestmark = pytest.mark.both

built, at = nominating.built, nominating.at


def test_approval_is_stored_and_told(at: School) -> None:
    at.nominate(at.zhang, WANG)
    done, news = review.approve(at.ask(at.li, N1))
    assert done.text.startswith(f"已同意 {N1}：四(1)中队 王*明 一星章\n已告诉张老师。")
    assert news.to == at.zhang
    assert news.text.startswith(f"提名 {N1} 已通过校级审核：四(1)中队 王小明 一星章\n李老师 4月3日 10:20 同意。")
    assert "公示到4月10日，期满没有异议再授予。" in news.text
    assert at.steps() == [("submitted", at.zhang), ("notice", at.li)]


def test_a_second_star_is_approved_by_the_school_alone(at: School) -> None:
    at.nominate(at.zhang, replace(WANG, medal="S2"))
    done, news = exceptions.approve(at.ask(at.zhao, f"{N1} 上级已核定"))
    assert "二星章还要县级少工委决定。" in done.text and "二星章还要县级少工委决定。" in news.text
    assert "待县级少工委决定" in my_nominations.show_mine(at.ask(at.zhang)).text


@pytest.mark.parametrize("behind", ["、02", " 02", "到02", "~ 2号", ",02 03"])
def test_a_list_that_is_torn_decides_nothing(at: School, behind: str) -> None:
    at.nominate(at.zhang, WANG, replace(WANG, name="李小红"))
    assert "2」不是提名的编号，什么都没有做。提名的编号像 N" in refused(review.approve, at.ask(at.li, N1 + behind))
    assert at.state(N1) is at.state(N2) is State.SUBMITTED


def test_a_line_of_the_list_is_its_number(at: School) -> None:
    at.nominate(at.zhang, WANG)
    done, _ = review.approve(at.ask(at.li, f"{N1} 4(1)中队 王*明 一星章"))
    assert done.text.startswith(f"已同意 {N1}")


def test_a_return_needs_its_reason(at: School) -> None:
    at.nominate(at.zhang, WANG)
    done, news = returns.send_back(at.ask(at.li, f"{N1} 事迹材料不全"))
    assert done.text.startswith(f"已退回 {N1}")
    assert news.to == at.zhang and "理由：事迹材料不全（李老师 4月3日 10:20）" in news.text
    assert "重新发「提名 四(1)中队 王小明 一星章 理由」" in news.text
    case = nominations.by_number(at.db, N1)
    assert case is not None
    step = nominations.last_steps(at.db, [case.id])[case.id]
    assert (step.state, step.by, step.at) == (State.RETURNED, "李老师", NOW.astimezone(UTC))
    assert step.reason is not None and at.vault.open(step.reason) == "事迹材料不全"


def test_a_return_without_a_reason_asks_for_it(at: School) -> None:
    at.nominate(at.zhang, WANG)
    (question,) = returns.send_back(at.ask(at.li, N1))
    assert f"请回复退回 {N1} 的理由" in question.text and at.state(N1) is State.SUBMITTED
    assert at.say(at.li, "事迹材料不全")[0].text.startswith(f"已退回 {N1}")
    assert at.question(at.li) is None and at.state(N1) is State.RETURNED


def test_a_return_reason_that_is_too_long_is_asked_for_again(at: School) -> None:
    at.nominate(at.zhang, WANG)
    (again,) = returns.send_back(at.ask(at.li, N1 + " " + "长" * 101))
    assert "理由有 101 字" in again.text and at.state(N1) is State.SUBMITTED
    assert at.question(at.li) is not None


def test_the_reviewer_may_think_better_of_a_return(at: School) -> None:
    at.nominate(at.zhang, WANG)
    returns.send_back(at.ask(at.li, N1))
    assert at.say(at.li, "算了")[0].text == f"好的，{N1} 没有退回，还在待审。"
    assert at.question(at.li) is None and at.state(N1) is State.SUBMITTED


def test_a_photo_is_no_reason(at: School) -> None:
    at.nominate(at.zhang, WANG)
    returns.send_back(at.ask(at.li, N1))
    at.say(at.li, "", Attachment("photo", "1"))
    assert at.question(at.li) is not None and at.state(N1) is State.SUBMITTED


def test_a_reason_that_comes_too_late_ends_the_question(at: School) -> None:
    at.nominate(at.zhang, WANG)
    returns.send_back(at.ask(at.li, N1))
    review.approve(at.ask(at.wu, N1))
    assert at.say(at.li, "事迹材料不全")[0].text == f"{N1} 吴老师已在4月3日 10:20 同意，不用再审。"
    assert at.question(at.li) is None and at.state(N1) is State.NOTICE


@pytest.mark.parametrize("second", [review.approve, returns.send_back])
def test_of_two_reviewers_the_second_hears_what_the_first_did(at: School, second: object) -> None:
    at.nominate(at.zhang, WANG)
    returns.send_back(at.ask(at.li, f"{N1} 事迹材料不全"))
    heard = refused(second, at.ask(at.zhao, f"{N1} 好"))
    assert heard == f"{N1} 李老师已在4月3日 10:20 退回，不用再审。\n理由：事迹材料不全"
    assert refused(second, at.ask(at.li, f"{N1} 好")).startswith(f"{N1} 您已在4月3日 10:20 退回")
    assert "材料" not in refused(second, replace(at.ask(at.zhao, f"{N1} 好", private=False)))
    assert len(at.steps()) == 2


def test_a_decision_between_reading_and_writing_is_not_overwritten(at: School) -> None:
    at.nominate(at.zhang, WANG)
    seen = nominations.by_number(at.db, N1)
    assert seen is not None
    assert nominations.move(at.db, at.vault, seen, State.NOTICE, at.li, at.now)
    assert not nominations.move(at.db, at.vault, seen, State.RETURNED, at.wu, at.now, "晚了")
    assert at.state(N1) is State.NOTICE and len(at.steps()) == 2


def test_nobody_decides_on_their_own(at: School) -> None:
    at.nominate(at.li, WANG)
    assert "是您自己提名的，不能自己审。由赵校长审核。" in refused(review.approve, at.ask(at.li, N1))
    assert "由大队辅导员提名，大队辅导员不审。由赵校长审核。" in refused(review.approve, at.ask(at.wu, N1))
    review.approve(at.ask(at.zhao, N1))
    assert at.state(N1) is State.NOTICE


def test_who_holds_both_roles_decides_nothing_of_their_own(at: School) -> None:
    people.give(at.db, at.zhang, Role.BRIGADE, at.school, NOW)
    people.give(at.db, at.zhang, Role.SCHOOL_ADMIN, at.school, NOW)
    _, *cards = at.nominate(at.zhang, WANG)
    assert [card.to for card in cards] == [at.zhao]
    assert "不能自己审" in refused(returns.send_back, at.ask(at.zhang, f"{N1} 好"))
    assert review_queue.show_pending(at.ask(at.zhang)).text.startswith("没有等您审核的提名")


def test_another_school_learns_nothing(at: School) -> None:
    at.nominate(at.zhang, WANG)
    unknown = refused(review.approve, at.ask(at.sun, "N20260403-99"))
    assert refused(review.approve, at.ask(at.sun, N1)) == unknown.replace("99", "01")
    assert review_queue.show_pending(at.ask(at.sun)).text.startswith("没有等您审核的提名")


def test_a_counselor_decides_nothing(at: School) -> None:
    at.nominate(at.li, WANG)
    assert "由大队辅导员或学校管理员来做" in refused(review.approve, at.ask(at.zhang, N1))
    assert "没有找到提名" in refused(returns.send_back, at.ask(at.zhang, N1))


@pytest.mark.parametrize("call", [review.approve, returns.send_back])
def test_a_decision_needs_a_number(at: School, call: object) -> None:
    assert "请写上编号" in refused(call, at.ask(at.li, "王小明"))


def test_a_withdrawn_case_needs_no_decision(at: School) -> None:
    at.nominate(at.zhang, WANG)
    withdrawals.withdraw(at.ask(at.zhang, N1))
    assert refused(review.approve, at.ask(at.li, N1)) == f"{N1} 张老师已在4月3日 10:20 撤回，不用再审。"


def test_decisions_in_a_group_name_nobody(at: School) -> None:
    at.nominate(at.zhang, WANG, replace(WANG, name="李小红"))
    done, _ = review.approve(at.ask(at.li, N1, private=False))
    assert done.text.startswith(f"已同意 {N1}\n已告诉提名人。公示到4月10日，期满没有异议再授予。还有 1 件待审。")
    assert review_queue.show_pending(at.ask(at.li, private=False)).text == "有 1 件提名待审，请私聊我发「待审」看详情。"


def test_the_list_shows_what_waits_with_buttons_for_the_first(at: School) -> None:
    for name in ("王小明", "李小红", "周子轩", "孙若涵"):
        at.nominate(at.zhang, replace(WANG, name=name))
    at.nominate(at.li, replace(WANG, name="吴雨桐"))
    shown = review_queue.show_pending(at.ask(at.wu))
    assert shown.text.startswith(f"待审 4 件\n1. {N1} 四(1)中队 王*明 一星章（提名人 张老师）\n   理由：学雷锋事迹突出")
    assert "吴*桐" not in shown.text
    assert [button.typed for button in shown.buttons][:3] == [f"同意 {N1}", f"退回 {N1}", f"同意 {N2}"]
    assert len(shown.buttons) == 6
    assert review_queue.show_pending(at.ask(at.zhao)).text.startswith("待审 5 件")


def test_a_place_means_the_case_that_the_list_showed_there(at: School) -> None:
    for name in ("王小明", "李小红", "周子轩", "孙若涵"):
        at.nominate(at.zhang, replace(WANG, name=name, reason=f"{name}的事迹"))
    assert "理由，发「待审 4」" in review_queue.show_pending(at.ask(at.li)).text
    assert "N20260403-04 四(1)中队 孙*涵" in review_queue.show_pending(at.ask(at.li, "4")).text
    assert "理由：该队员的事迹" in review_queue.show_pending(at.ask(at.li, "N20260403-04")).text
    review.approve(at.ask(at.li, "1"))
    # The others have moved up, but not on the reviewer's screen.
    returns.send_back(at.ask(at.li, "2 3处错字"))
    assert [at.state(f"N20260403-0{n}") for n in (1, 2, 3, 4)] == [
        State.NOTICE, State.RETURNED, State.SUBMITTED, State.SUBMITTED,
    ]  # fmt: skip
    review.approve(at.ask(at.li, "3、4"))
    assert at.state("N20260403-04") is State.NOTICE
    assert "不用再审" in refused(review.approve, at.ask(at.li, "1"))
    assert "没有第 9 件" in refused(review.approve, at.ask(at.li, "9"))


def test_a_long_list_fits_a_message(at: School) -> None:
    for n in range(13):
        at.nominate(at.zhang, replace(WANG, name=f"阿依古丽·买买提{n}", reason="好" * 100))
    shown = review_queue.show_pending(at.ask(at.li)).text
    assert "待审 13 件，第 1–5 件" in shown and len(shown.encode()) <= 2048


def test_an_honour_is_decided_by_whoever_gives_it(at: School) -> None:
    at.nominate(at.chen, Nomination("collective", None, "5-2", "H:优秀少先队集体"))
    review.approve(at.ask(at.li, N1))
    case = nominations.by_number(at.db, N1)
    assert case is not None and medals.state_of(case) == "待县级少工委决定"


def test_several_are_approved_at_once_or_none(at: School) -> None:
    at.nominate(at.zhang, WANG, replace(WANG, name="李小红"))
    at.nominate(at.li, replace(WANG, name="周子轩"))
    assert "大队辅导员不审" in refused(review.approve, at.ask(at.wu, f"{N1} N20260403-03"))
    done, *news = review.approve(at.ask(at.zhao, f"{N1}、{N2} {N1}"))
    approved = f"已同意 {N1}：四(1)中队 王*明 一星章\n已同意 {N2}：四(1)中队 李*红 一星章\n已告诉张老师"
    assert done.text.startswith(approved)
    assert [each.to for each in news] == [at.zhang, at.zhang]


def test_a_decision_in_other_words_is_one_too(at: School) -> None:
    at.nominate(at.zhang, WANG, replace(WANG, name="李小红"))
    reviews = [{"id": N1, "decision": "approve"}, {"id": N2, "decision": "return", "reason": "事迹材料不全"}, None]
    readings = [Reading("review", "ok", review=each) for each in reviews]
    for reading in readings:
        review.decide(at.ask(at.li, reading=reading))
    assert (at.state(N1), at.state(N2)) == (State.NOTICE, State.RETURNED)
    assert "由大队辅导员或学校管理员来做" in refused(review.decide, at.ask(at.zhang, reading=readings[0]))


def test_each_kind_may_have_its_own_days_of_public_notice(at: School) -> None:
    row = current.catalogue_of(at.db).by_key["xingji"].model_dump(mode="json", exclude_defaults=True)
    current.keep_changed(at.db, [row | {"notices": {"一星章": 0, "二星章": 2}}], NOW)
    at.nominate(at.zhang, WANG)
    done, _ = review.approve(at.ask(at.li, N1))
    assert at.state(N1) is State.APPROVED and "公示" not in done.text
    days = levels.Ladders(at.db).notice_days
    assert [days(star) for star in ("S1", "S2", "S3", "H:优秀少先队员")] == [0, 2, 5, 5]
