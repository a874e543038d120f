"""What stands around the nominees' names and is none: posts, other persons of a form, list numbers, roster numbers."""

import re

from handlers.privacy.names import persons
from handlers.reading.persons.names import NAME, NOT_NAMES, is_name, is_word_and_name, long_names_apart, name_at_start
from handlers.reading.text.normalise import GAP
from handlers.reading.text.numbers import CHINESE, value_of
from handlers.reading.text.patterns import pattern

# 班长王小明: who somebody is, ahead of the name; in 担任班长 it is a reason.
_POST = pattern(
    r"(?<![任当是为做选])(?:(?:值[日周]|代理|常务|纪律|卫生|学习|体育|劳动|文艺|生活|安全)?副?(?:班长|[大中小路]队长|(?:[语数英体音美]|语文|数学|英语|体育|音乐|美术|科学|卫生|学习|劳动|[一二三四五六七八九\d小])?(?:组长|课代表)|队委)|[\u4e00-\u9fff]{2}委员|[学体宣文劳生纪组]委|[大中]队委员?|升?旗手|护旗手|"
    rf"少先队员|优秀队员|候选人|(?<={GAP})长)(?=(?P<who>[\u4e00-\u9fff·]{{2,12}}))"
)
# The persons of a form who are not nominated; 推荐人 is one only where the nominee has a label too.
_OTHERS = (
    r"(?:提名|填表|联系|上报|审核|负责|经办)人|评委|评审|(?:指导|推荐)[老教]师|章数|数量|枚数|(?:中队|大队)?辅导员|班主任|"
    r"(?:所在|所属)[\u4e00-\u9fff]{2}|学校|性别|年龄|民族|出生年月|联系电话"
)
_OTHER = pattern(rf"(?<![\u4e00-\u9fff])(?:{_OTHERS})(?:姓名)?\s?:\s?[^\s,;。:]+")
_RECOMMENDER = pattern(r"(?<!被)推荐人(?:姓名)?\s?:?\s?[^\s,;。:]+")
_NOMINEE = pattern(r"被推荐人|姓名|被提名人|候选人")
# 第7号队员, 第7号 8号 are children, 第3号 a thing.
_NTH = pattern(
    r"(?<=号[\s、,和与及])第(?=\d{1,3}号)|第(?=(?:\d{1,3}号?[、,和])*\d{1,3}号(?:队员|同学|学生|小朋友)|\d{1,3}号?[\s、,和与及]{1,2}第?\d{1,3}号|(?:\d{1,3}号?[、,和]){1,20}\d{1,3}号)"
)
# 1 何雨泽 at the start of a line
_ROW = re.compile(r"(?:^|(?<=\n))\s?\d{1,2}(?=[ \t|]+[\u4e00-\u9fff])")
# 1.何雨泽 2.许诺言 in one line
_ENTRY = pattern(r"(?<![\d.月(])\d{1,2}(?:[.)、]|(?<=\d):)\s?(?=[\u4e00-\u9fff])")
_LABEL = r"(?:学号|座位?号|序号|编号)(?:是|为|\s?:)?\s?|[Nn][Oo]\.?\s?"
_ONE = rf"(?:(?:{_LABEL}|学生)\s?)?(?:0{{0,2}}\d{{1,3}}|[{CHINESE}]{{1,3}}(?=号))"
# 3、7、12号; 3-6号; 学号5; but 9月1号 is a day and 第3号 a thing.
PLACES = pattern(
    rf"(?<![\d月年第.A-Za-z])(?<![\dA-Za-z]-)(?:{_ONE}(?:号?(?:\s?[、,和与及]\s?|\s|[-~至到]{{1,2}})|号))*"
    rf"(?:{_ONE}\s?号|(?:{_LABEL})\d{{1,3}}(?:\s?[、,和与及\-~至到]\s?\d{{1,3}}(?![\d.月年人名]))*)(?!\d)"
)
_FROM_TO = re.compile(r"(\d+)号?[-~至到]{1,2}(?:\D{0,4})(\d+)")
PLACE = re.compile(r"\d{1,3}号")


_GOOD = tuple("好强棒高优佳大多快美")
_NAMED_PLACE = pattern(
    rf"(?P<place>\d{{1,3}}号){GAP}+\(?(?P<behind>(?![和与及跟])[\u4e00-\u9fff·]{{2,4}})|"
    rf"(?P<ahead>(?<![\u4e00-\u9fff·])[\u4e00-\u9fff·]{{2,4}})\(\s?{GAP}*(?P<other>\d{{1,3}}号)"
)
# 张老师您好: somebody is greeted, not nominated.
_GREETED = pattern(
    r"[\u4e00-\u9fff]{1,2}(?:老师|校长|主任|书记|辅导员)(?:[您你]?好|辛苦了?)|我是[\u4e00-\u9fff]{1,3}(?:老师|辅导员)"
)
# 李国强警官: who somebody is, behind the name.
_TITLED = pattern(
    r"(?<![\u4e00-\u9fff·])(?P<lead>[\u4e00-\u9fff]{0,4}(?:推荐|提名|申报|推选))?(?P<of>[我本]们?学?校的?|[\u4e00-\u9fff]{2,4}[小中]学)?(?P<who>[\u4e00-\u9fff·]{2,4})(?:老师|先生|女士|同志|警官|医生|护士|教授|书记|校长|主任|教练|站长)(?=为|参评|申报|获|评|竞|[^\u4e00-\u9fff]|$)"
)


def plain(scan: str) -> str:
    """The text with roster numbers written one by one (3号、7号、12号) and without posts, labels and list numbers."""
    scan = _GREETED.sub(_gap, scan)
    if _NOMINEE.search(scan):
        scan = _RECOMMENDER.sub(_gap, scan)
    scan = _NTH.sub(_gap, _OTHER.sub(_gap, scan))
    scan = _ROW.sub(_gap, _ENTRY.sub(_gap, _NAMED_PLACE.sub(_with_name, places_apart(scan))))
    scan = _TITLED.sub(_untitled, scan)
    # Spaces, so that the list of names goes on: 班长王小明、学习委员李小红.
    return _POST.sub(lambda match: " " * len(match[0]) if _begins_with_name(match["who"]) else match[0], scan)


def _is_of_a_child(name: str) -> bool:
    """龙飞, 宁静远; of 7号成绩好 it is what is said of the child."""
    return _begins_with_name(name) and (bool(persons(name)) or name[:2] not in NOT_NAMES and not name.endswith(_GOOD))


def _with_name(match: re.Match[str]) -> str:
    """2号龙飞, 龙飞(2号): one child, told twice; where the name is hardly to be told from words, the number stays."""
    name = match["behind"] or match["ahead"]
    if not _is_of_a_child(name):
        return match[0]
    return match[0].replace((match["place"] or match["other"]) if persons(name) else name, GAP)


def places_apart(scan: str) -> str:
    """给7号报个 -> 给 7号 报个; 3、7、12号 -> 3号、7号、12号; and 推荐阿依努尔·买买提 -> 推荐 阿依努尔·买买提."""
    apart = PLACES.sub(lambda match: f"{GAP}{'、'.join(f'{place}号' for place in numbers_in(match[0]))}{GAP}", scan)
    return long_names_apart(apart)


def numbers_in(words: str) -> list[int]:
    """3、7、12号 -> 3, 7, 12; 3-5号 -> 3, 4, 5."""
    numbers: list[int] = []
    at = 0
    for match in _FROM_TO.finditer(words):
        numbers += _all_in(words[at : match.start()])
        first, last = int(match[1]), int(match[2])
        numbers += range(first, last + 1) if first < last else (first, last)
        at = match.end()
    return list(dict.fromkeys(numbers + _all_in(words[at:])))


def _all_in(words: str) -> list[int]:
    return [value_of(each) or 0 for each in re.findall(rf"\d{{1,3}}|[{CHINESE}]+(?=号)", words)]


def _untitled(match: re.Match[str]) -> str:
    who = match["who"]
    lead, of = match["lead"] or "", match["of"] or ""
    behind = len(match[0]) - len(lead) - len(of) - len(who)
    return lead + GAP * len(of) + who + GAP * behind if is_name(who) else match[0]


def _begins_with_name(who: str) -> bool:
    known = is_name(who[:3]) or is_name(who) or name_at_start(who) is not None or re.match(NAME, who) is not None
    # 封子昂: a surname of no list; 小队长万里.
    return known or is_word_and_name(who) or any(who.startswith(name) for name in persons(who))


def _gap(match: re.Match[str]) -> str:
    return GAP * len(match[0])
