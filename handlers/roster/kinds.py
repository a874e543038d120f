"""Which kind of unit stands below which, in the two trees that meet at the school; what people write for a kind."""

import re
from collections.abc import Sequence

from handlers.asker import own_names
from handlers.roster.head import unpadded
from storage.organisation.units import Kind
from storage.people.people import Role

_LONGEST_NAME = 40
_COMMITTEES = {Kind.PROVINCE, Kind.CITY, Kind.COUNTY}
_CARE = {Kind.CARE, Kind.GROUP}
# What of a town stands between a committee and its schools, kindergartens, communities.
_TOWN = {Kind.STREET, Kind.EDUCATION_OFFICE}
# Of the other kinds (社区, 基地, 工作室, 团队 …): anywhere but below a class.
_ABOVE: dict[Kind, set[Kind]] = {
    Kind.PROVINCE: set(),
    Kind.CITY: {Kind.PROVINCE},
    Kind.COUNTY: {Kind.CITY, Kind.PROVINCE},
    Kind.STREET: {*_COMMITTEES, *_CARE, Kind.OTHER},
    Kind.EDUCATION_OFFICE: {*_COMMITTEES, *_CARE, Kind.STREET, Kind.OTHER},
    Kind.SCHOOL: {*_COMMITTEES, *_CARE, *_TOWN, Kind.OTHER},
    Kind.KINDERGARTEN: {*_COMMITTEES, *_CARE, *_TOWN, Kind.SCHOOL, Kind.OTHER},
    Kind.GRADE: {Kind.SCHOOL},
    Kind.SQUAD: {Kind.SCHOOL, Kind.GRADE, Kind.COMMUNITY, Kind.OTHER},
    Kind.TEAM: {Kind.SQUAD, Kind.COMMUNITY},
    Kind.GROUP: _CARE,
    Kind.STATION: {*_CARE, Kind.STATION, Kind.STREET, Kind.COMMUNITY, Kind.SCHOOL, Kind.COUNTY},
}
_BELOW_ANYTHING = set(Kind) - {Kind.SQUAD, Kind.TEAM}

_GONE = "离调退拟停原前免卸候待休"
# 大队辅导员(兼语文教师), but nobody who has not come yet or has gone.
_ASIDE = re.compile(rf"\((?![^()]*[{_GONE}代副])[^()]*\)$")
_AWAY = {*_GONE, "产", "空", "缺"}
# 周红(代), 张明(数学); but 李芳(大) is told apart from another.
_BESIDE = re.compile(r"(.+?)\((代|兼|男|女|[^()]{2,})\)")
_POSTS = re.compile("[兼、,/和及]")
# What people write for these words, which may be told what is meant.
_MEANT = {
    **dict.fromkeys(("小学", "中学", "初中", "完小", "学校大队", "大队", "九年一贯制学校"), Kind.SCHOOL),
    **dict.fromkeys(("班", "班级", "少先队中队"), Kind.SQUAD),
    **dict.fromkeys(("区少工委", "县区少工委", "旗少工委"), Kind.COUNTY),
    **dict.fromkeys(("校长", "副校长", "书记", "德育主任", "政教主任", "德育副校长"), Role.SCHOOL_ADMIN.label),
    **dict.fromkeys(("班主任老师", "辅导员", "班级辅导员"), Role.COUNSELOR.label),
    **dict.fromkeys(("少先队总辅导员", "大队总辅导员"), Role.BRIGADE.label),
}


def may_stand_below(kind: str, above: str) -> bool:
    """Whether a unit of this kind belongs below one of that kind."""
    return above in _ABOVE.get(Kind(kind), _BELOW_ANYTHING)


def role_of(label: str) -> Role | None:
    """The one role among posts: 班主任, 中队辅导员兼班主任, 大队辅导员、语文教师."""
    label = _ASIDE.sub("", label)
    if whole := Role.named(label):
        return whole
    found = {Role.COUNSELOR if post == "班主任" else Role.named(post) for post in _POSTS.split(label)} - {None}
    return found.pop() if len(found) == 1 else None


def name_in(written: str) -> tuple[str, str]:
    """(the name, what stands in brackets behind it) of what is written as somebody's name."""
    name = unpadded(written)
    found = _BESIDE.fullmatch(name)
    return (found[1].strip(), found[2]) if found else (name, "")


def faults_of(name: str) -> list[str]:
    """What is wrong with a name: 系统管理员, 大队辅导员 and 实验小学 are nobody's, =1+1 is none."""
    if len(name) > _LONGEST_NAME:
        return [f"「姓名」最多 {_LONGEST_NAME} 个字"]
    return [] if own_names.clean_name(name) else ["「姓名」要写老师的姓名，不写职务、单位和公式"]


def is_not_there(beside: str) -> bool:
    """Whether what stands behind a name says that they have gone, or have not come: 已调走, 产假."""
    return not _AWAY.isdisjoint(beside)


def unknown(written: str, words: Sequence[str]) -> str:
    """What can be written, and what was probably meant: 德育主任 is a 学校管理员, 少先队大队辅导员 a 大队辅导员."""
    every = f"可以是：{'、'.join(words)}"
    if not written:
        return f"没有写，{every}"
    meant = _MEANT.get(written) or next((word for word in words if word in written), "")
    return f"没有「{written}」{f'，是「{meant}」的话请这样写' if meant in words else ''}，{every}"
