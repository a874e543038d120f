"""What is said of who holds a place without a command's word: 聘请王建国为…, 王建国续聘一年, …不再担任…, 都配齐了."""

import re
from collections.abc import Iterable

from handlers.catalogue.model import Row
from handlers.kit import Ask
from handlers.privacy import matters
from handlers.privacy.names import DOUBLE, HAN, SURNAMES, persons
from handlers.programmes.reports.subject import KINDS
from handlers.reading.text.normalise import GAP, clean
from handlers.wording import programmes

_GOES_ON = re.compile("续聘|续任|续签|延聘|连任|再聘|(?:聘期|任期)(?:延长|续)")
_ENDS = re.compile("不再(?:担任|任|当|兼)|解聘|卸任|离任|辞去|辞职|退出")
_APPOINTS = re.compile("聘任|聘请|受聘|被聘|新聘|[续解]?聘(?![期书])")
_FULL = re.compile(
    "(?:配|聘|都|全|部|已)*(?:齐全?|满员|到位|全覆盖|空缺|[配聘][好完齐]|没有?[配聘]|未[配聘]|落实|建立|配备)了?[。!！]?$"
)
_NOT_YET = re.compile(
    "准备|打算|拟|将要|(?:^|[我们还正])想|想要|想(?=聘|请|让)|计划(?=聘|请|让)|[想要愿]不[想要愿]|什么时候|谁|[吗呢?？]"
)
# How somebody comes to hold a place.
_TAKES_UP = re.compile(
    "聘|请了|担任|当(?=[选校名总副主参委站])|出任|兼任|就任|任命|增补|评上|评为|晋[升级]|取得|获得|拿到|新增|增加|吸纳|加入|进入|入选|列入|挂职|下乡|支教|"
    "成为|结对|共建|共办|上任|到任|任职|正式|配了|任(?![务何教])|登记"
)
# 到明年6月30日: until when, and no plan.
UNTIL = re.compile(
    r"(?:聘期|任期|期限)?(?:截?[到至止])+\s?(?P<day>(?=[^,，。;；\s]{0,4}(?:\d|年|月|学期))[\d年月日号底末\-./今明后本下个学期]{2,12})(?:为?止|到期|期满)?"
    r"|(?P<ends>[\d年月日号底末\-./今明后]{2,12})(?:到期|期满|届满|止)"
)
# 三年级学生, 少先队员: a roster names adults only.
_CHILD = re.compile(
    r"(?<![大研究])学生(?!家长|会|处|社团)|队员(?!家长)|同学(?!家长)|小朋友|[一二三四五六1-6]年级|[一二三四五六1-6][(（]?\d{1,2}[)）]?班"
)
# What stands right before or behind a name and is no part of it: 聘赵洪为, 赵国栋当, 孙涛和李强.
_OUTSIDE = re.compile(
    "[全各本该](?:[省市县区校镇乡站部体员]|街道|社区)|[受被新续返]?聘[任请用]?|任命|[担出就兼]任|增补|(?:老师|同志|先生|女士)|[由请把给让为]"
    rf"|(?<=[{HAN}]{{2}})(?:[当到赴去做是]|任(?=[名主副总委参区县市省校]|[^{HAN}]|$)|[和与及](?=[{HAN}]))"
)
# 李爱国 between two signs, whatever its characters mean; no place.
_ALONE = re.compile(
    rf"(?<![{HAN}])(?![{HAN}]*(?:{KINDS}))(?:{DOUBLE.pattern}|[{''.join(sorted(SURNAMES))}])[{HAN}]{{1,2}}(?![{HAN}])"
)
# 王建国 户新宇的爷爷: of whose family they are, and nobody who holds a place.
_OF_ANOTHER = re.compile(
    rf"(?<![{HAN}])[{HAN}·]{{2,8}}?(?:同学|小朋友|队员)?(?:的?家长(?=[)）])|的(?:{matters.KIN}|家长|家人|亲属))"
)
_FULL_NAME = 3
# Shorter choices (志愿者, 其他) are said of many things.
_TELLING = 3
_PARTNER = re.compile(
    rf"(?:[与和同跟到去赴]|前往)(?P<partner>[{HAN}0-9]{{2,20}}?)(?:签约)?(?=结对|结成|共建|共办|挂职|支教|下乡|任职|任教)"
    rf"|(?:挂职|下乡|支教)[到去在于]?(?P<at>[{HAN}]{{2,20}}?)(?=$|[^{HAN}]|[一两二三]年|担任)"
)


def order(ask: Ask, text: str) -> tuple[str, str] | None:
    """(the command that is meant, its arguments); None where nothing is told of a roster that the asker enters."""
    rows = [row for row in programmes.rosters(ask) if programmes.units_for(ask.me, row)] if ask.person else []
    said = clean(text).text
    report = programmes.row_in(ask, said)
    # 年度简报 特色亮点：五老讲堂 is a report.
    if report and said.startswith((report.name, *report.words)):
        return None
    changed = "续" if _GOES_ON.search(said) else "结束" if _ENDS.search(said) else ""
    # The 主任 of 主任参加活动, which is reported, is no post.
    reported = None if not rows or programmes.named(rows, said) else programmes.row_in(ask, said)
    row = row_in(rows, programmes.without(reported, said) if reported else said)
    told = bool(row or changed or _APPOINTS.search(said)) and not _NOT_YET.search(said)
    if not rows or not told or not programmes.tells(ask, row, UNTIL.sub(" ", said)):
        return None
    if changed:
        return changed, text
    if row and _FULL.search(said):
        return "在册", row.name
    takes_up = _TAKES_UP.search(said) and (row is None or not said.startswith(row.name) or names_in(row, said))
    return ("登记", text) if takes_up else None


def row_in(rows: list[Row], said: str) -> Row | None:
    """The row that is named, else the one of which one choice alone stands there: 聘赵洪为参谋."""
    if row := programmes.named(rows, said):
        return row
    choices = [(choice, row) for row in rows for one in row.fields for choice in one.choices if choice in said]
    # 其他同学加入了 appoints nobody.
    told = [(len(each), row) for each, row in choices if len(each) > _TELLING or re.search(f"[为任当做]{each}", said)]
    return max(told, key=lambda each: each[0])[1] if told else None


def is_of_rosters(text: str) -> bool:
    """Whether the words say that somebody goes on or ends, and can mean nothing else."""
    return bool(_GOES_ON.search(text) or _ENDS.search(text))


def names_in(row: Row, text: str, told: Iterable[str] = ()) -> list[str]:
    """The names of those who are told to hold a place of the row, in the order of the text; `told` is no name."""
    said = (each for one in row.fields for each in (*one.choices, *one.words, one.label))
    for word in sorted({row.name, *row.words, *told, *said}, key=len, reverse=True):
        text = text.replace(word, GAP)
    text = _OUTSIDE.sub(GAP, _OF_ANOTHER.sub(GAP, text))
    found: dict[str, int] = {}
    # 由五老张建军担任: the surname before 建军 goes with it; of 长孙涛 and 孙涛 the shorter one is a name.
    for each in sorted(persons(text), key=len):
        name, at = each, text.find(each)
        alone = next((run for run in _ALONE.finditer(text) if run.start() <= at < run.end()), None)
        if alone:
            name, at = alone[0], alone.start()
        elif name[0] not in SURNAMES and text[at - 1 : at] in SURNAMES:
            name, at = text[at - 1] + name, at - 1
        if not any(one in name for one in found):
            found[name] = at
    # 李爱国 王国庆: a word of the language may be a name as well.
    found |= {run[0]: run.start() for run in _ALONE.finditer(text) if len(run[0]) == _FULL_NAME and found}
    alone = None if found else _ALONE.search(text)
    return sorted(found, key=found.__getitem__) or ([alone[0]] if alone else [])


def names_child(text: str) -> bool:
    """Whether the words are of a child; of whose family somebody is, is not."""
    return bool(_CHILD.search(_OF_ANOTHER.sub(GAP, text)))


def with_partner(row: Row, text: str) -> str:
    """与阜平二小结对, 到承德挂职: the same with the row's own word before whom or where."""
    label = next((each.label for each in row.fields if each.name == "partner"), "")
    found = _PARTNER.search(text) if label and label not in text else None
    return f"{text} {label}:{found['partner'] or found['at']}" if found else text
