"""Where children are not named: nominations go by the number on the counselor's own list, and no name is kept."""

import re
import unicodedata
from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial

from handlers.asker import other_schools
from handlers.asker.schools import school_called
from handlers.kit import Ask, Refusal
from handlers.privacy import gate
from handlers.privacy.door import starred
from handlers.privacy.names import is_made_like_one, persons
from handlers.reading import Reading, Record

# A child's place on the counselor's own list stands for the name where names are not written.
_PLACE = re.compile(r"\d{1,3}号")

_NO_NAMES = (
    "为保护队员，Telegram 上不接收队员的姓名，这次没有记录。请删掉刚才那条消息，"
    "改写名单上的序号，像这样发：提名 四(1)中队 7号 一星章 学雷锋。序号是谁，请您自己留好名单。"
)
_NAME_IN_REASON = (
    "理由里好像有孩子的姓名「{}」。为保护队员，Telegram 上不接收姓名，这次没有记录。"
    "请删掉刚才那条消息，不写姓名再发一次；不是姓名就换个说法。"
)

# 800米第一, 争一星章: what looks like a name in a reason and counts something.
_A_NUMBER = re.compile(r"第|^.[一二三四五六七八九十]$")
# Characters of a reason that is kept.
REASON_LIMIT = 100
# No word that we know, but not made as names are.
_LIKE_A_NAME = "LIKE_A_NAME"
_WARNINGS = {
    "PII_PHONE": "电话号码",
    "PII_ID": "证件、学号、车牌等号码",
    "PII_NAME": "孩子的姓名",
    "PII_HEALTH": "健康情况",
    "PII_FAMILY": "家庭情况",
    "PII_CHILD": "个别孩子的情况",
}


def check(ask: Ask, heard: Reading) -> None:
    """Refuse a nomination that names a child, as nominee or in the reason, where that is not allowed."""
    if ask.message.channel not in ask.nameless:
        return
    if any(each.name and not is_place(each.name) for each in heard.nominations):
        raise Refusal(_NO_NAMES)
    # Of the whole text: 小明同学 is left out of the reason, but it has been sent.
    for words in (ask.args, *(each.reason or "" for each in heard.nominations)):
        if problem := problem_of(ask, words):
            raise Refusal(problem)


def problem_of(ask: Ask, words: str) -> str:
    """What is said against a reason that names a child where that is not allowed; empty when it does not."""
    named = _named(ask, words)
    return _NAME_IN_REASON.format(starred(named[0], named)) if named else ""


def without_names(ask: Ask, heard: Reading, words: str = "") -> Reading:
    """The reading of a report whose topics have passed the gate, with the warning for those and for the `words`."""
    records = tuple(_through_gate(each, ask.message.text) for each in heard.records)
    school = partial(_is_school, ask)
    issues = [issue for each in heard.records for issue in _private_in(each.topic or "", school)]
    absent = any(gate.is_of_absent(each.topic or "", ask.message.text) for each in heard.records)
    issues += ["PII_NAME"] if absent or _named(ask, words) else []
    return replace(heard, records=records, issues=tuple(dict.fromkeys((*heard.issues, *issues)))) if issues else heard


def _private_in(topic: str, school: Callable[[str], bool]) -> list[str]:
    """What is private in a topic; 粽叶 is left out of it as well, but nobody is told that it is a child's name."""
    if not gate.found_in(topic, school):
        return []
    named = gate.found_in(topic, lambda name: school(name) or not is_made_like_one(name))
    return list(named) or [_LIKE_A_NAME]


def _through_gate(record: Record, said: str) -> Record:
    topic = gate.cleared(record.topic or "") or None
    topic = None if topic and gate.is_of_absent(topic, said) else topic
    return record if topic == record.topic else replace(record, topic=topic)


def _named(ask: Ask, words: str) -> tuple[str, ...]:
    found = persons(words) if words and ask.message.channel in ask.nameless else ()
    return tuple(name for name in found if not _is_school(ask, name))


def _is_school(ask: Ask, name: str) -> bool:
    """育红一(2)中队: beside its squad a school is called without its kind, also one that nobody here knows."""
    if any(name in said for said in other_schools.unheard_of(ask.message.text)):
        return True
    return school_called(ask, name) is not None and name in other_schools.beside(ask.message.text)


def is_place(name: str) -> bool:
    """Whether it is a number of the roster (7号), which only its counselor can tell a child by."""
    return _PLACE.fullmatch(name) is not None


def privacy_warning(issues: Sequence[str]) -> str:
    """What is said when the message held what must not be kept; empty when it did not."""
    found = "、".join(words for issue, words in _WARNINGS.items() if issue in issues)
    if found:
        return f"消息里的{found}没有保存。为了保护孩子，请在聊天里删除那条消息。"
    return "有像姓名的字没有保存。要是孩子的姓名，请在聊天里删除那条消息。" if _LIKE_A_NAME in issues else ""


def has_private(heard: Reading) -> bool:
    """Whether the reader warned of a phone number, an illness, a family matter and the like."""
    return bool(heard.private) or any(issue.startswith("PII_") for issue in heard.issues)


def without_private(reason: str, heard: Reading) -> str:
    """The reason without what the reader calls private: PIPL 28, collect no more than the purpose needs.

    What it warned of but cannot point at costs the whole reason.
    """
    if not has_private(heard):
        return reason
    if not heard.private:
        return ""
    # The reader's words are in this form: １３８ would not be found otherwise.
    reason = unicodedata.normalize("NFKC", reason)
    for words in sorted(heard.private, key=len, reverse=True):
        reason = reason.replace(words, "")
    return reason.strip(" ,、。;:")


def without_name(reason: str, name: str) -> str:
    """The reason without the nominee's name, which has its own table; others' are masked: nobody has agreed."""
    said = reason.replace(name, "该队员") if name else reason
    return starred(said, [each for each in persons(said) if not _A_NUMBER.search(each)])
