"""What is said of who holds a place without a command's word: 聘请王建国为…, 王建国续聘一年, …不再担任…, 都配齐了."""

import re

from handlers.catalogue.model import Row
from handlers.kit import Ask
from handlers.privacy.names import GIVEN, HAN, SURNAMES, persons
from handlers.reading.text.normalise import GAP, clean
from handlers.wording import programmes

_GOES_ON = re.compile("续聘|续任|续签|延聘|连任|再聘|(?:聘期|任期)(?:延长|续)")
_ENDS = re.compile("不再(?:担任|任|当|兼)|解聘|卸任|离任|辞去|辞职|退出")
_APPOINTS = re.compile("聘任|聘请|受聘|被聘|新聘|[续解]?聘(?![期书])")
_FULL = re.compile("(?:配|都|全)*(?:齐全?|满员|到位|全覆盖|空缺|配[好完]|没有?配|未配)了?[。!！]?$")
_NOT_YET = re.compile("准备|打算|拟|将要|想要?|计划(?=聘|请|让)|什么时候|谁|[吗呢?？]")
# What stands around a name: who is appointed by whom, how, as what.
_AROUND = (
    "聘任|聘请|受聘|被聘|新聘|续聘|返聘|担任|当选|出任|兼任|就任|任命|增补|评上|评为|评聘|晋升|晋级|取得|获得|拿到|新增|增加|"
    "吸纳|加入|进入|入选|挂职|下乡|支教|不再|退休|教师|老师|同志|先生|女士|校长|书记|主任|我校|本校|学校|我区|本区|我们|社区|"
    "成为|结对|共建|共办|一位|一名|今年|今天|昨天|上任|到任|任职|正式|配了"
)
_BEFORE, _AFTER = "由请聘有把给让是", "为任当做是到去赴在和与从被已也又"
_NAME = re.compile(
    rf"(?:^|[^{HAN}]|{_AROUND}|[{_BEFORE}])(?P<name>[{''.join(sorted(SURNAMES))}][{HAN}]{{1,3}}?)"
    rf"(?=$|[^{HAN}]|{_AROUND}|[{_AFTER}])"
)
_ELDER = re.compile("[爷奶妈叔婶伯]$")
_PARTNER = re.compile(
    rf"(?:[与和同跟到去赴]|前往)(?P<partner>[{HAN}0-9]{{2,20}}?)(?:签约)?(?=结对|结成|共建|共办|挂职|支教|下乡|任职|任教)"
)


def order(ask: Ask, text: str) -> tuple[str, str] | None:
    """(the command that is meant, its arguments); None where nothing is told of a roster that the asker enters."""
    rows = [row for row in programmes.rosters(ask) if programmes.units_for(ask.me, row)] if ask.person else []
    said = clean(text).text
    changed = "续" if _GOES_ON.search(said) else "结束" if _ENDS.search(said) else ""
    # The 主任 of 主任参加活动, which is reported, is no post.
    reported = None if not rows or programmes.named(rows, said) else programmes.row_in(ask, said)
    row = row_in(rows, programmes.without(reported, said) if reported else said)
    told = bool(row or changed or _APPOINTS.search(said)) and not _NOT_YET.search(said)
    if not rows or not told or not programmes.tells(ask, row, said):
        return None
    if changed:
        return changed, text
    if row and _FULL.search(said):
        return "在册", row.name
    around = _APPOINTS.search(said) or re.search(_AROUND, said)
    return ("登记", text) if around and (row is None or not re.match(row.name, said) or name_in(row, said)) else None


def row_in(rows: list[Row], said: str) -> Row | None:
    """The row that is named, else the one of which one choice alone stands there: 聘赵洪为参谋."""
    if row := programmes.named(rows, said):
        return row
    told = [(len(choice), row) for row in rows for one in row.fields for choice in one.choices if choice in said]
    return max(told, key=lambda each: each[0])[1] if told else None


def is_of_rosters(text: str) -> bool:
    """Whether the words say that somebody goes on or ends, and can mean nothing else."""
    return bool(_GOES_ON.search(text) or _ENDS.search(text))


def name_in(row: Row, text: str) -> str:
    """The name of whoever is told to hold a place of the row; empty without one."""
    for word in sorted({row.name, *row.words, *(each for one in row.fields for each in one.choices)}, key=len)[::-1]:
        text = text.replace(word, GAP)
    found = (each["name"] for each in _NAME.finditer(text))
    return next((each for each in found if GIVEN.issuperset(each[1:]) or persons(each) or _ELDER.search(each)), "")


def with_partner(row: Row, text: str) -> str:
    """与阜平二小结对, 到承德挂职: the same with the row's own word before whom or where."""
    label = next((each.label for each in row.fields if each.name == "partner"), "")
    found = _PARTNER.search(text) if label and label not in text else None
    return f"{text} {label}:{found['partner']}" if found else text
