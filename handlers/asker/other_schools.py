"""Schools that are named and are not the asker's: what is said of their squads is not taken for one's own."""

import re
from functools import lru_cache

from handlers.asker.schools import is_called, names_of, own_schools, school_called, without_brackets
from handlers.kit import Ask, Denied, Unit
from handlers.privacy.names import DOUBLE, SURNAMES, TITLE, is_made_like_one, persons
from storage.organisation import history

# 育红小学三(2)中队, 育红小学全校, 三(2)中队(育红小学): what stands before is no other word of the sentence.
# 实验小学白云校区, 实验小学（白云校区）: another campus is another school.
_CAMPUS = r"(?:[\u4e00-\u9fff]{1,6}(?:校区|分校|校部))"
_SCHOOL = (
    rf"[\u4e00-\u9fff]{{2,20}}(?:小学校?|中学|学校|附小|附中){_CAMPUS}?|[\u4e00-\u9fff]{{0,4}}[一二三四五六七八九十实心师回民]小{_CAMPUS}?"
    rf"|{_CAMPUS}"
)
# 明德小学，…, … 34人 明德小学: a name between signs, which 告别小学 and 在明德小学 are not.
_NO_NAME = "[我你他们的别见忘忆入升走到去在给与跟访参看问迎送捐助援]|和(?!平)|爱(?![国民])|进(?!步)"
_ALONE = (
    rf"(?<!地点.)(?<!场地.)(?:(?!{_NO_NAME})[\u4e00-\u9fff]){{2,12}}"
    rf"(?:小学|中学|附小|附中|[一二三四五六七八九十实]小){_CAMPUS}?"
)
_BRACKET = r"(?:[(（][^()（）]{1,8}[)）])?"
# What else stands in brackets is no part of a school's name: 实验小学(演示).
_BESIDE = re.compile(
    r"[(（](?![^()（）]*(?:[校园]区|分[校部]|校部|本部|总校|[东西南北新老]校|[东西南北]区)[)）])[^()（）]*[)）]$"
)
# 我是明德小学的，三(2)中队…: who says so speaks of that school's squad.
_I_AM = "(?:我们?|咱们?|这里|这边|本人)(?:都|就)?(?:是|来自)"
# 我们明德小学今天队课: no sign has to stand around it.
_OURS = "(?<=我们)|(?<=咱们)|(?<=咱)"
_TODAY = "(?:今|昨|前)[天日]|[上下]午|[本这上]周|刚"
_SCHOOL_SAID = re.compile(
    rf"(?:^|[\s:：,，。;；、!！@#【「])((?:{_SCHOOL}){_BRACKET})[的\s/·—-]?"
    r"(?=[一二三四五六七八九\d]{1,4}\s?(?:[(（年级.-]|中队|班)|[一二三四五六七八九]\d{1,2}(?![\d人名个])|全校|全体|大队)"
    rf"|(?:中队|班|年级|全校)\s?[(（]((?:{_SCHOOL}){_BRACKET})[)）]"
    rf"|(?:^|[\s,，。;；、!！(（【「@#—-]|[人名]|(?:学校|单位)[:：]|{_I_AM}|{_OURS})({_ALONE}{_BRACKET}|(?<![\s\S]){_CAMPUS})"
    rf"(?=(?:的(?:[\u4e00-\u9fff]?老师|辅导员)?)?(?:[\s:：,，。;；、!！)）】」#]|{_TODAY}|$))"
)
_CLASS = (
    r"[一二三四五六七八九\d](?:[(（][\d一二三四五六七八九十]|年级|[一二三四五六七八九十](?:班|中队)|[-.]\d{1,2}(?!\d))"
    r"|[一二三四五六七八九]\d{1,2}(?![\d人名个])"
)
# 松涛三(2)中队, 松涛小三(2), 松涛:三(2): a school may be called without its kind.
_BEFORE = re.compile(
    rf"(?:^|[\s:：,，。;；、!！@#【「])(?!请假|没来|缺)([\u4e00-\u9fff]{{2,8}}?)小?的?[】」]?[\s:：/·-]{{0,2}}(?={_CLASS})"
)
# 三(2)松涛, 三(2)中队 松涛, 三(2)(松涛)
_BEHIND = re.compile(rf"(?:{_CLASS})[)）班中队]*\s?[(（]?([\u4e00-\u9fff]{{2,4}})(?=[\s:：,，。;；、!！)）]|$)")
_NAME = re.compile(rf"(?:{DOUBLE.pattern}|[{''.join(sorted(SURNAMES))}])[\u4e00-\u9fff]{{1,2}}$")
# Of whom it is spoken there, before a squad as well, is a child.
_OF_CHILDREN = re.compile("提名|推荐|申报|章|同意|家长|姓名|全名|孩子")
# 缺王二小, 请假:张三、李实小: who is told to be missing, and as short as a name, is a child.
_AWAY = re.compile(
    r"(?:请假|[病事]假|没[来到]|未到|缺[席勤课]?|[少差])(?:了|的?是|的?有)?[\d一二两三四五六]{0,2}[人名]?[\s:：(（]{0,2}"
    r"(?:[\u4e00-\u9fff]{2,4}[、,，和\s]{1,2})*$"
)
# 少李附中没到, 除了王三小: the same within the words; 只差王二小学 may be either, and is not said again.
_SHORT_OF = re.compile(r"[缺差漏除]|少(?![年先林儿])|没[来到看]|未[到参]|假|病了|不见|丢")
_CHILD = re.compile(
    rf"(?:{_SHORT_OF.pattern}).{{0,2}}?(?:{DOUBLE.pattern}|[{''.join(sorted(SURNAMES))}])"
    r"[\u4e00-\u9fff]{1,2}(?![小中]?[学校])"
)
# 刚记的是三(2): a sentence, and no school.
_PARTICLES = frozenset("的是了我你他俺咱在不没把给请和跟与")
_LEADS = re.compile(
    r"^(?:老师好|哈[喽啰]|劳驾|麻烦|各位|老师|[本这上]个?(?:周|星期|月|学期)|今天|昨天|前天|上午|下午|报告|签到|提名|推荐|申报|更正|撤回|补报|关于|我们?|咱们|这里|这边|本人|本|是|在|来自|的)+"
)
# 蓝天区实验小学: the 区 that is said, beside that of one's own.
_DISTRICT = re.compile(r"^[\u4e00-\u9fff]{2,}?([省市州区县旗镇乡])(?=[\u4e00-\u9fff])")
_PLACES = (*"省市州区县旗镇乡村", "街道", "社区", "集团", "教育", "的")
# 我们学校三(2)中队, 小三(2)班: what is left once the lead is off.
_ANY_SCHOOL, _SHORT = ("学校", "小学", "小", "校区", "分校", ""), 4
_KIND = re.compile("(?:小学|中学|学校)$")
_HELD_TOGETHER = ("联合", "共同", "一起", "结对", "手拉手")


def check(ask: Ask) -> None:
    """育红小学三(2)中队, of whatever district, is not one's own 三(2)中队; raises Denied."""
    text = ask.message.text
    full, near = _said(text)
    own = own_schools(ask) if full or near else []
    if not own or any(word in text for word in _HELD_TOGETHER):
        return
    if not full:
        _check_near(ask, own, near)
        return
    said = _LEADS.sub("", full)
    if not said or any(is_called(one, said) for one in own):
        return
    known = school_called(ask, said)
    if known or not any(_may_be(ask, one, said) for one in own):
        raise _not_theirs(own, said, known)


@lru_cache(64)
def _said(text: str) -> tuple[str, tuple[str, ...]]:
    """(a school's name with its kind, else what may be one without); each message is asked several times."""
    for found in _SCHOOL_SAID.finditer(text):
        said = next(filter(None, found.groups()))
        if not _is_missing(text[: found.end(found.lastindex or 0)], said):
            return without_brackets(_BESIDE.sub("", said)), ()
    return "", beside(text)


def _is_missing(told: str, said: str) -> bool:
    """Whether the last that was `told`, in which the school may be `said`, is rather a child who is not there."""
    short = _NAME.search(said)
    if _CHILD.search(said):
        return True
    return short is not None and _AWAY.search(told[: len(told) - len(short[0])]) is not None


def _check_near(ask: Ask, own: list[Unit], near: tuple[str, ...]) -> None:
    """松涛三(2)中队, whether anybody here knows of such a school or not."""
    others = [said for said in near if not any(is_called(one, said) or _ends_so(one, said) for one in own)]
    if known := next(filter(None, (school_called(ask, said) for said in others)), None):
        raise _not_theirs(own, known.name, known)
    if said := next((said for said in unheard_of(ask.message.text) if said in others), ""):
        raise Denied(f"「{said}」像是别的学校，没有记录。{_ours(own)}；是主题的话，写到人数后面。", what="签到")


def unheard_of(text: str) -> tuple[str, ...]:
    """What stands before a squad, is no word of the language and is not as people are called: 松涛, no 王小明."""
    said = "" if _OF_CHILDREN.search(text) else _before(text)
    names = persons(said)
    speaks = TITLE.search(said) or not _PARTICLES.isdisjoint(said) or any(map(is_made_like_one, names))
    return (said,) if names and not speaks else ()


def beside(text: str) -> tuple[str, ...]:
    """What stands right before a squad, and what behind it is no word of the language."""
    # 提名 三(2)中队 王芳: that is a child.
    near = [] if _OF_CHILDREN.search(text) else _BEHIND.findall(text)
    behind = [said for said in near if persons(said) and not _CHILD.search(said)]
    return tuple(filter(None, [_before(text), *behind]))


def _before(text: str) -> str:
    found = _BEFORE.search(text)
    missing = found and (_AWAY.search(text[: found.start(1)]) or _CHILD.search(found[1]))
    return _LEADS.sub("", found[1]) if found and not missing else ""


def _ends_so(school: Unit, said: str) -> bool:
    """实验, of 明州市实验小学."""
    return any(_KIND.sub("", name).endswith(said) for name in names_of(school))


def _not_theirs(own: list[Unit], said: str, known: Unit | None) -> Denied:
    cure = "请核对学校和中队，或请那里的老师来报。" if known else f"{_ours(own)}。"
    unsure = not known and _SHORT_OF.search(said)
    where = "有几个字像是别的学校" if unsure else f"{known.name if known else f'「{said}」'}不在您负责的范围"
    words = f"{where}，没有记录。{cure}"
    return Denied(words, what="签到", subject=f"unit:{known.id}" if known else "")


def _ours(own: list[Unit]) -> str:
    return f"是您学校（{own[0].name}）的话，去掉校名再发一次"


def _may_be(ask: Ask, own: Unit, said: str) -> bool:
    """Whether one's own school is meant by these words: its name, longer or shorter, of its own district."""
    if said in _ANY_SCHOOL:
        return True
    names = names_of(own)
    above = "".join(history.path_names(ask.db, [own])[own.id])
    district = _DISTRICT.match(said)
    elsewhere = district is not None and district[1] in above and district[0] not in above
    alike = any(
        name.endswith(said)
        or _stands_for(said, name)
        or (said.endswith(name) and _is_above(said.removesuffix(name), above))
        for name in names
    )
    return not elsewhere and alike


def _is_above(said: str, above: str) -> bool:
    """What stands before the school's own name: 青禾区, 明州, 柳林镇; of 松涛实验小学 it is another school's name."""
    return said.endswith(_PLACES) or all(sign in above for sign in said)


def _stands_for(short: str, name: str) -> bool:
    """Whether 市一小 may be 明州市第一小学: the same signs in the same order."""
    rest = iter(name)
    return len(short) <= _SHORT and all(sign in rest for sign in short)
