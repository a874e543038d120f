"""What is answered to the question whether guardians have agreed: no consent is kept that was not given."""

from datetime import date

import pytest

from handlers.kit import Refusal
from handlers.wording.children.consent_answers import answer_in
from handlers.wording.children.consents import said

TODAY = date(2026, 4, 3)
LIN, SHEN = "林一诺", "沈嘉禾"


@pytest.mark.parametrize(
    ("words", "who", "how"),
    [
        ("书面 今天", LIN + SHEN, "书面 2026-04-03"),
        ("已签字，3月28日", LIN + SHEN, "书面 2026-03-28"),
        ("纸质同意书都收齐了 3.28", LIN + SHEN, "书面 2026-03-28"),
        ("家长都书面同意了，上周五", LIN + SHEN, "书面 2026-03-27"),
        ("两位家长都签过字了", LIN + SHEN, "书面 2026-04-03"),
        ("书面，不用拍照", LIN + SHEN, "书面 2026-04-03（不拍照）"),
        ("林一诺 书面 4月1日", LIN, "书面 2026-04-01"),
        ("书面 4月1日 林一诺", LIN, "书面 2026-04-01"),
        ("只有林一诺签了", LIN, "书面 2026-04-03"),
        ("林一诺签了，电子的", LIN, "书面 2026-04-03"),
        ("林一诺和沈嘉禾都签了", LIN + SHEN, "书面 2026-04-03"),
        ("林一诺的签了，沈嘉禾的没签", LIN, "书面 2026-04-03"),
        ("林一诺签了 沈嘉禾还没给", LIN, "书面 2026-04-03"),
        ("除了沈嘉禾都签了", LIN, "书面 2026-04-03"),
        ("都签了，林一诺除外", SHEN, "书面 2026-04-03"),
    ],
)
def test_who_agreed_and_how(words: str, who: str, how: str) -> None:
    answer = answer_in(words, [LIN, SHEN], TODAY)
    assert answer is not None
    assert answer.given is not None
    assert {name for name in (LIN, SHEN) if name in who} == answer.names
    assert said(answer.given) == how


@pytest.mark.parametrize("words", ["没签", "还没收到", "还没签字", "家长还没给", "还没有"])
def test_nobody_has_yet(words: str) -> None:
    answer = answer_in(words, [LIN, SHEN], TODAY)
    assert answer is not None
    assert answer.given is None


@pytest.mark.parametrize(
    "words",
    [
        "书面的还没收齐",
        "签字没有",
        "书面吗",
        "签了没呢",
        "妈妈签了爸爸还没签",
        "都签了，还没交",
        "沈嘉禾家长还没签字",
        "下周签字",
        "等签好了再说",
        "书面 马骏驰 4月1日",
        "唐糖报劳动章，家长书面同意了",
        "三(1)林一诺书面",
        "书面 4月31日",
        "林一诺妈妈打电话来问一星章的事",
    ],
)
def test_what_is_no_plain_answer_is_none(words: str) -> None:
    assert answer_in(words, [LIN, SHEN], TODAY) is None


def test_what_cannot_be_shown_is_refused() -> None:
    for words in ("家长口头同意了", "书面 明天"):
        with pytest.raises(Refusal):
            answer_in(words, [LIN, SHEN], TODAY)
