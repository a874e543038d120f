"""One vocabulary of yes and no for every question; each says what it is about, what answers it and how it ends."""

import re
from dataclasses import fields
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.dispatch.features import collect, modules
from handlers.kit import Role
from handlers.wording import questions
from handlers.wording.questions import command_like, says_firmly, says_no, says_yes
from storage.medals.states import State
from storage.messages import dialogues
from storage.people import people
from storage.tables import dialogue
from tests.support import nominating
from tests.support.nominating import N1, NOW, WANG, School

built, at = nominating.built, nominating.at


def _words(listed: str) -> list[str]:
    return listed.split("|")


FEATURES = collect(modules())
QUESTIONS = [question for question, _ in FEATURES.answers.values()]
LABELS = "是，删除", "不删"
FIRM = _words("是|当然|必须的|是的|对|对的|确定|确认|没错|没问题|yes|YES|是，删除|是删除|删除|好的，删除|确定了")
COURTEOUS = _words("[OK]|好|好的|好的呢|嗯|嗯嗯|可以|可以的|行|行吧|那行|哦好的|好好好|ok|ＯＫ|好嘞")
NOES = _words(
    "不用改|不想报了|不需要记了|不必|放弃|作罢|否|不|不是|不是的|不用|不用了|算了|算了吧|还是算了|取消|不要|不需要|no|不报了|"
    "先不报了|先别发|不删|不删除|暂时不用|好的，不用了|嗯，算了|没有|还没有|不行|不好|不对"
)
NEITHER = _words("同意|我同意|家长同意了|不同意|通过|批准|退回|撤回|撤回吧|更正|approve|correct")
OTHER = _words(
    "好吗?|可以吗|是吗？|是不是|对不起|对了|不确定|不知道|不清楚了|等下|38|好了|行了|"
    "不是39|不对，是39|没有活动|什么?|好久不见|今天天气真好|三(2)中队 主题队日 38人|"
    "是谁|OK吗"
)
around = st.tuples(
    st.sampled_from(["", " ", "“", "("]), st.sampled_from(["", "。", "!", "！", "~", " ", "……", ")", "👌", "。。。"])
)
polite = st.sampled_from(["", "谢谢", "，谢谢老师", " 麻烦您了", "老师"])


@given(st.sampled_from(FIRM + COURTEOUS), around, polite)
def test_a_yes_is_one_however_it_is_said(word: str, signs: tuple[str, str], thanks: str) -> None:
    words = f"{signs[0]}{word}{thanks}{signs[1]}"
    assert says_yes(words, LABELS[0]) and not says_no(words, LABELS[1]) and not command_like(words)
    assert says_firmly(words, LABELS[0]) == (word in FIRM)


SENT = "发出", "不发"


@pytest.mark.parametrize(
    "words",
    _words(
        "发吧|好的，发吧|就这样发|就这样发吧|发出去|发出去吧|直接发|发了吧|嗯嗯发吧|行，就发出去|那就发吧|现在就发|赶紧发吧老师"
    ),
)
def test_a_yes_may_say_what_is_done_in_other_words(words: str) -> None:
    assert says_firmly(words, SENT[0]) and not says_no(words, SENT[1]) and not says_yes(words)


@pytest.mark.parametrize(
    "words", _words("发了|刚发|发什么|发给谁|发吗？|先看看再发|改了再发|明天发|发一下周报|不发|先别发出去|别发了")
)
def test_what_is_said_of_it_otherwise_is_no_yes(words: str) -> None:
    assert not says_yes(words, SENT[0])


@pytest.mark.parametrize(
    ("words", "label"),
    [
        ("删掉吧", "是，删除"),
        ("记吧", "记上"),
        ("记下来", "是，记下"),
        ("合吧", "是，合成一个人"),
        ("办了吧", "都办"),
        ("直接改", "改"),
    ],
)
def test_every_label_has_its_verb(words: str, label: str) -> None:
    assert says_firmly(words, label)


@pytest.mark.parametrize("words", ["👌", "👍🏻", "👌👌", " 🆗 "])
def test_a_thumb_alone_is_a_yes(words: str) -> None:
    assert says_yes(words) and not says_firmly(words) and not says_no(words)


@given(st.sampled_from(NOES), around, polite)
def test_a_no_is_one_however_it_is_said(word: str, signs: tuple[str, str], thanks: str) -> None:
    words = f"{signs[0]}{word}{thanks}{signs[1]}"
    assert says_no(words, LABELS[1]) and not says_yes(words, LABELS[0]) and not command_like(words)


@given(st.sampled_from(NEITHER), st.sampled_from(["", "。", "!", " ", "吧"]))
def test_the_word_of_a_command_is_no_answer(word: str, end: str) -> None:
    words = word + end
    assert command_like(words) and command_like(words) in word
    assert not says_yes(words, LABELS[0]) and not says_no(words, LABELS[1])


@pytest.mark.parametrize("words", OTHER)
def test_anything_else_is_neither_yes_nor_no(words: str) -> None:
    assert not says_yes(words) and not says_no(words) and not command_like(words)


@given(st.text(alphabet="是的好不用了对吧行可以确定取消算嗯,。! ?", max_size=40))
def test_nothing_is_a_yes_and_a_no(words: str) -> None:
    assert not (says_yes(words) and says_no(words))
    assert not ("?" in words and (says_yes(words) or says_no(words)))


def test_no_command_of_a_feature_is_a_word_of_the_vocabulary() -> None:
    """But those that are held while a question waits, and cancel, which is a no to it."""
    answers = {word for word in FEATURES.by_word if says_yes(word) or says_no(word)}
    assert answers == {"cancel"}
    assert {word for word in FEATURES.by_word if command_like(word)} == {
        "同意", "家长同意", "退回", "撤回", "更正", "approve", "return", "correct",
    }  # fmt: skip


@pytest.mark.parametrize("question", QUESTIONS, ids=[question.kind for question in QUESTIONS])
def test_a_question_says_what_it_is_about(question: questions.Question) -> None:
    known = {field.name: f"<{field.name}>" for field in fields(question.known)}
    for text in (question.undone, question.asks, question.dropped):
        assert set(re.findall(r"{(\w+)}", text)) <= set(known)
    assert bool(question.yes) == bool(question.yes and question.no)
    assert question.yes or question.asks != "请回「是」或「否」。", "what is to be answered?"
    assert len(question.kind) <= dialogue.c.kind.type.length
    if question.yes:
        # What is on the buttons is an answer when it is typed.
        assert says_firmly(question.yes, question.yes) and says_no(question.no, question.no)


@pytest.fixture
def returned(at: School) -> School:
    """李老师 has sent a nomination back and is asked for the reason."""
    at.nominate(at.zhang, WANG)
    at.say(at.li, f"退回 {N1}")
    return at


@pytest.fixture
def erasing(at: School) -> School:
    """赵校长 is asked whether a child is to be erased."""
    at.nominate(at.zhang, WANG)
    assert [button.label for button in at.say(at.zhao, "撤回同意 四(1)中队 王小明")[0].buttons] == ["是，删除", "不删"]
    return at


@pytest.mark.both
@pytest.mark.parametrize(
    "reason", ["提名材料不全", "签到次数太少，请补", "同意书没有交", "活动材料不全", "撤回同意书没有写日期"]
)
def test_a_reason_may_begin_with_the_word_of_a_command(returned: School, reason: str) -> None:
    assert returned.say(returned.li, reason)[0].text.startswith(f"已退回 {N1}")


@pytest.mark.both
@pytest.mark.parametrize(
    "words",
    ["可以", "好的", "确定", "当然", "同意", "同意。", "我同意", "撤回", "退回吧", "查看 N20260403–01 核对",
     "四(1)中队 队会 38人", "待审"],
)  # fmt: skip
def test_what_is_no_reason_leaves_the_question_open(returned: School, words: str) -> None:
    returned.say(returned.li, words)
    assert returned.question(returned.li) is not None and returned.state(N1) is State.SUBMITTED


@pytest.mark.both
def test_the_whole_command_is_the_command(returned: School) -> None:
    assert returned.say(returned.li, f"同意 {N1}")[0].text.startswith(f"已同意 {N1}")


@pytest.mark.both
@pytest.mark.parametrize("minutes", [0, 9, 11, 60, 23 * 60])
def test_what_is_not_undone_needs_a_firm_word_later(erasing: School, minutes: int) -> None:
    erasing.now += timedelta(minutes=minutes)
    said = erasing.say(erasing.zhao, "好的")[0].text
    assert said.startswith("已撤回同意" if minutes <= 10 else "孩子的信息还没有删。请回「是」")
    if minutes > 10:
        assert erasing.say(erasing.zhao, "确定")[0].text.startswith("已撤回同意")


@pytest.mark.both
@pytest.mark.parametrize(("other", "ends"), [
    ("四(1)中队 队课 38人", True), ("勿扰 取消", True), ("帮助", False), ("待审", False), ("待办", False),
    ("四(1)中队报了吗", False),
])  # fmt: skip
def test_something_else_ends_what_is_not_undone_and_says_so(erasing: School, other: str, ends: bool) -> None:
    people.give(erasing.db, erasing.zhao, Role.BRIGADE, erasing.school, NOW)
    replies = erasing.say(erasing.zhao, other)
    assert (replies[-1].text == "孩子的信息还没有删。那个问题不再等回答，要做请再发一次。") == ends
    said = erasing.say(erasing.zhao, "是")[0].text
    assert said.startswith("已撤回同意") != ends


@pytest.mark.both
def test_the_button_of_another_question_answers_none(erasing: School) -> None:
    assert erasing.say(erasing.zhao, "是 999999")[0].text.startswith("那个问题已经过去了，什么都没有做")
    assert erasing.question(erasing.zhao) is not None


@pytest.mark.both
def test_a_refused_yes_ends_the_question(erasing: School) -> None:
    erasing.end(erasing.zhao, Role.SCHOOL_ADMIN)
    erasing.now += timedelta(seconds=1)
    people.give(erasing.db, erasing.zhao, Role.BRIGADE, erasing.elsewhere, NOW)
    assert "不在您负责的范围" in erasing.say(erasing.zhao, "是")[0].text
    assert erasing.question(erasing.zhao) is None


@pytest.mark.both
def test_a_question_of_an_earlier_release_is_over(at: School) -> None:
    dialogues.open_question(at.db, at.vault, at.ask(at.zhao).message.where, "revoke", {"who": 1}, at.now)
    assert at.say(at.zhao, "是")[0].text.startswith("上一个问题已经过了一天")
