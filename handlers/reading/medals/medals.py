"""红领巾奖章 and honours: which medal a text names, its code, who awards it and whom it is for."""

import re
from collections.abc import Collection, Iterable
from itertools import pairwise
from typing import Literal

from handlers.privacy.names import persons
from handlers.reading.medals import honours
from handlers.reading.persons.names import is_name, name_at_start
from handlers.reading.text.normalise import GAP
from handlers.reading.text.numbers import value_of
from handlers.reading.text.patterns import pattern
from storage.records import record

# 基础章: three categories with their trial sub-badges.
BASIC = {
    "红星章": ("向阳章", "传承章", "立德章", "立志章"),
    "红旗章": ("梦想章", "小主人章", "团结章", "健体章"),
    "火炬章": ("奉献章", "劳动章", "勇敢章", "节约章"),
}
_CATEGORY = {sub: category for category, subs in BASIC.items() for sub in subs}
_LEVELS = {"S1": "school", "S2": "county", "S3": "city", "S4": "province", "S5": "national"}
_STAR = pattern(
    r"(?:红领巾)?(?:奖章)?(?:[一二三四五六七八九十\d]星级?章?\s?(?:晋?升[到为至]?|升级[到为]?|→|->)\s?)?(?P<n>[一二两三四五六七八九十\d])\s?(?:颗星|星)(?![期堆空光火球座])"
    r"(?:级)?\s?(?:红领巾)?(?:奖?章)?(?![\u4e00-\u9fff]{0,1}(?:红旗|级酒店))"
)
# 一、二星章
_LISTED_STAR = pattern(r"(?<![\u4e00-\u9fff\d])(?P<n>[一二三四五])(?=\s?[、和与及/]\s?[一二三四五]星)")
_BASIC = pattern(
    r"(?:红领巾奖章)?(?:(?P<category>红星|红旗|火炬)章?\s?[/(·之的\-]?\s?)?"
    rf"(?P<sub>{'|'.join(sub[:-1] for sub in _CATEGORY)})章\)?"
    rf"|(?<!五星)(?<!流动)(?<!优胜)(?P<alone>红星|红旗|火炬)(?:章|(?=[\s,、。{GAP}]|$))"
)
# A sub-badge without 章 counts only as a word of its own: 向阳, not 向阳小区.
_SHORT = pattern(
    rf"(?<![^\s,、。:({GAP}])(?P<sub>{'|'.join(sub[:-1] for sub in _CATEGORY)})(?=[\s,、。){GAP}]|[两三四][枚个]章?|$)"
)
# 红旗章里面的团结和健体, 火炬章·勇敢, 红星章的四个章: of a category what it is said to hold is meant.
_SUB = rf"(?:{'|'.join(sub[:-1] for sub in _CATEGORY)})"
_OF_CATEGORY = pattern(
    r"(?<!五星)(?<!流动)(?<!优胜)(?P<category>红星|红旗|火炬)章\s?(?:"
    rf"(?:系列|[里中下其当的之][面边中]?|[:(/·\-—~]\s?)+(?P<subs>{_SUB}(?:章?\s?[、,和与及/]\s?{_SUB})*)章?"
    rf"(?=[\s,;。、)(:{GAP}\d]|[报给都两三各申推]|$)"
    r"|(?:[里中]面?的?|的)?(?:全部|所有)?[四4][个枚](?:小|分)?章?(?=[\s,;。)]|[都全报给]|$))"
)
_BETWEEN = "- 、和与及/(:·之的里中"
_IN_LIST = pattern(rf"(?:[{_BETWEEN}]|{'|'.join(sub[:-1] for sub in _CATEGORY)})*")
_HELD = pattern(
    r"(?:集[齐满]|(?:已经?|刚刚?|早就|都)(?:获得?|获评|取得|拿到|领到|得到|有|得|评上|(?<!都)评)|持有|曾获得?|获得过|现有|(?:[去前]年|上一?个?(?:学期|学年|年)|\d月份?|\d{4}年?|(?:年级|\ue000)(?=时|的时候)|[之以]前)(?:时|的时候|[就又底初]|\d{1,2}月份?)?(?:荣?获得?|取得|拿到?|领到?|评上|得|是))了?(?:的|过|校级)?(?:集体)?(?:全部|所有)?(?:\d{1,2}[枚个])?\s?$"
)
# 一星章获得者; 一星章去年5月拿的
_HOLDER = pattern(
    r"的?(?:获得者|得主|持有者|拥有者)|(?:是|在)?(?:[去前]年|上一?个?(?:学期|学年)|\d{4}年)[底初]?(?:\d{1,2}月份?)?就?(?:荣?获得?|取得|拿到?|领到?|评上?|得)"
)
# 荣获校优秀少先队员称号, 被评为区十佳少年, 带出六个优秀中队: why somebody is proposed for another medal.
_TOLD = pattern(
    r"(?:曾[经是为]*[获任]?得?|[荣已]获|获评|评为|获得过)[^,;。\s]{1,24}、[全省市县区校国级]{0,3}$|"
    r"(?:曾经?|被|已经?)*(?:评为|荣获|获评|当选为?|[获评得]上?过|曾[经是为]*获?得?|曾任|获得?)[过了]?[\"“「]?(?:[全省市县区校年年级国度的]|\d{4}|优秀的){0,8}$|(?:所?带|培养|指导|教)[出领过的][^,;。\s]{0,10}$"
)
_WHY = pattern(r"(?:理由|事迹|原因)\s?[是为:：](?P<words>[^;；。\n号]*)$")
_VAGUE = pattern(r"(?:红领巾)?(?:星级?奖?章|奖章|基础章|特色章)|红领巾章")
_ANY = pattern(r"(?P<name>(?P<next>[\u4e00-\u9fff]{1,6}))章(?!节|程|子|鱼|法)")
_ANY_LISTED = pattern(
    rf"(?:(?<![\u4e00-\u9fff])|(?<=[的报评给]))(?P<name>[\u4e00-\u9fff]{{2,4}})章(?=\s?[、和与及]\s?{GAP})|(?<={GAP}[、和与及])(?P<next>[\u4e00-\u9fff]{{2,4}})章(?!节|程|子|鱼|法)"
)
# “小小书法家”特色章, which the school does not have
_QUOTED = pattern(r"[“「《\"][^“”「」《》\"\n]{1,12}[”」》\"]\s?(?:特色)?章")
_NO_MEDAL = pattern(
    r"(?:文|争|颁|定|考|护|规|印|徽|队|党|篇|乐|勋|肩|臂|华|新|报|简|公|盖|图|典|有|戴|发|授|领|得|获|集|评)$"
)


@record
class Medal:
    """A medal named at text[start:end]. `code` is None for a vague or an unknown one; then `issue` says which."""

    start: int
    end: int
    code: str | None
    issue: str | None = None
    target: Literal["individual", "collective", "adult"] | None = None


def award_level(code: str | None) -> str | None:
    """Who awards it: school for basic, feature and one-star medals, up to national; None for honours."""
    if code is None or code.startswith("H:"):
        return None
    return _LEVELS.get(code, "school")


def find_medals(scan: str, features: Collection[str]) -> tuple[list[Medal], str]:
    """All medals in `scan`, in order of place, and the text with them taken out (same length)."""
    medals: list[Medal] = []
    text = scan

    def keep(match: re.Match[str], medal: Medal | None) -> str:
        if medal is None:
            return match[0]
        medals.append(medal)
        before = medal.start - match.start()
        return match[0][:before] + GAP * (len(match[0]) - before)

    scan = honours.TEN_BEST.sub(lambda match: keep(match, _of_honour(match)), scan)
    scan = honours.HONOUR.sub(lambda match: keep(match, _of_honour(match)), scan)
    for feature in sorted(features, key=len, reverse=True):
        scan = _feature(scan, feature, medals)
    scan = _OF_CATEGORY.sub(lambda match: _of_category(match, medals), scan)
    scan = _BASIC.sub(lambda match: keep(match, _basic(match)), scan)
    scan = _LISTED_STAR.sub(lambda match: keep(match, _star(match)), scan)
    scan = _STAR.sub(lambda match: keep(match, _star(match)), scan)
    full = tuple(medals)
    scan = _SHORT.sub(lambda match: keep(match, _basic(match) if _is_listed(match, full, medals) else None), scan)
    scan = _QUOTED.sub(lambda match: keep(match, Medal(match.start(), match.end(), None, "MEDAL_UNKNOWN")), scan)
    if medals:
        # 创造章和健体章: one of the list is none of ours.
        scan = _ANY_LISTED.sub(lambda match: keep(match, _unknown(match)), scan)
    else:
        scan = _ANY.sub(lambda match: keep(match, _unknown(match)), scan, count=3)
    vague = not medals
    scan = _VAGUE.sub(
        lambda match: keep(match, _vague(match)) if vague else match[0] if _had(match) else GAP * len(match[0]), scan
    )
    medals.sort(key=lambda medal: medal.start)
    medals, scan = _without_told(_without_headings(medals, text), text, scan)
    wanted = _still_wanted(medals, text)
    here = {medal.start for medal in wanted}
    return wanted, _put_back(scan, text, [medal for medal in medals if medal.start not in here])


def _put_back(scan: str, text: str, told: Iterable[Medal]) -> str:
    """What is only told of stays a word of the reason."""
    parts, at = [], 0
    for medal in told:
        parts += [scan[at : medal.start], text[medal.start : medal.end]]
        at = medal.end
    return "".join([*parts, scan[at:]])


def _without_told(medals: list[Medal], text: str, scan: str) -> tuple[list[Medal], str]:
    """The medals without the honours that the reason tells of, which stay words of `scan`; one that is alone stays."""
    ends = [0, *(medal.end for medal in medals)]
    starts = [*(medal.start for medal in medals[1:]), len(text)]
    told = [
        medal
        for place, medal in enumerate(medals)
        if _is_of_reason(text, medals[0].end, medal)
        or ((medal.code or "").startswith("H:") and _is_told(text, ends[place], medal, 0 if place else starts[0]))
    ]
    if len(told) == len(medals):
        return medals, scan
    return [medal for medal in medals if medal not in told], _put_back(scan, text, told)


def _is_told(text: str, since: int, medal: Medal, until: int) -> bool:
    """曾获 …, or in brackets behind a name; beside a name of its own it is another nomination."""
    if text[medal.start - 1 : medal.start] + text[medal.end : medal.end + 1] == "()":
        return True
    said = _TOLD.search(ahead := text[since : medal.start])
    return said is not None and (
        "曾" in said[0] or not persons(text[medal.end : until] if until else ahead[: said.start()])
    )


def _is_of_reason(text: str, since: int, medal: Medal) -> bool:
    """集体一星章 理由: 全班集齐了向阳章: a badge behind the word, where nobody is named in between."""
    said = _WHY.search(text[since : medal.start]) if medal.code not in _LEVELS else None
    return said is not None and not any(map(is_name, persons(said["words"])))


def _without_headings(medals: list[Medal], text: str) -> list[Medal]:
    """红星章(向阳、立志): the category only says what its sub-badges are of."""
    between = [text[one.end : other.start].strip(" :(/·-之的里中") for one, other in pairwise(medals)]
    codes = [medal.code or "" for medal in medals]
    return [
        medal
        for place, medal in enumerate(medals)
        if place == len(between) or between[place] or not codes[place + 1].startswith(f"{medal.code}/")
    ]


def held(medals: list[Medal], text: str) -> bool:
    """王小明已经拿到一星章了: it is told, not asked for."""
    return bool(medals) and _HELD.search(text[: medals[0].start]) is not None


def _still_wanted(medals: list[Medal], text: str) -> list[Medal]:
    """已获一星章,申报二星章; 一星章 已获向阳章、梦想章: what is held already is not asked for."""
    wanted: list[Medal] = []
    end, held = 0, False
    for medal in medals:
        listed = held and text[end : medal.start].strip() in ("、", "和", "及", "")
        held = listed or _HELD.search(text[end : medal.start]) is not None or _HOLDER.match(text, medal.end) is not None
        end = medal.end
        if not held:
            wanted.append(medal)
    return wanted or medals


def _of_honour(match: re.Match[str]) -> Medal:
    name, target = honours.named(match)
    return Medal(match.start(), match.end(), f"H:{name}", target=target)


def _star(match: re.Match[str]) -> Medal:
    """一星章 -> S1, 二星升三星 -> S3; 六星章 does not exist."""
    number = value_of(match["n"]) or 0
    if 1 <= number <= 5:
        return Medal(match.start(), match.end(), f"S{number}")
    return Medal(match.start(), match.end(), None, "MEDAL_UNKNOWN")


def _basic(match: re.Match[str]) -> Medal:
    """向阳章 -> B:红星章/向阳章, 红旗章 -> B:红旗章."""
    groups = match.groupdict()
    if groups.get("alone"):
        return Medal(match.start(), match.end(), f"B:{groups['alone']}章")
    sub = f"{groups['sub']}章"
    category = _CATEGORY[sub]
    said = groups.get("category")
    issue = "MEDAL_UNKNOWN" if said and f"{said}章" != category else None
    return Medal(match.start(), match.end(), None if issue else f"B:{category}/{sub}", issue)


def _of_category(match: re.Match[str], medals: list[Medal]) -> str:
    """Its sub-badges, one behind the other; all four where it is only said how many."""
    subs = [sub[:-1] for sub in BASIC[f"{match['category']}章"]]
    said = re.findall(_SUB, match["subs"]) if match["subs"] else subs
    for place, sub in enumerate(said, match.start()):
        code = f"B:{match['category']}章/{sub}章" if sub in subs else None
        end = match.end() if sub == said[-1] else place + 1
        medals.append(Medal(place, end, code, None if code else "MEDAL_UNKNOWN"))
    return GAP * len(match[0])


def _is_listed(match: re.Match[str], full: Collection[Medal], before: Collection[Medal]) -> bool:
    """向阳, where no medal is named in full or one in the same list: of 一星章 勇敢,爱学习 it is a reason."""
    if not full:
        return True
    for each in before:
        gap = match.string[each.end : match.start()] if each.end <= match.start() else "?"
        if not gap.strip(_BETWEEN) and not (gap.isspace() and each.code in _LEVELS):
            return True
    behind = (match.string[match.end() : each.start] for each in full if each.start >= match.end())
    return any(_IN_LIST.fullmatch(gap) for gap in behind)


def _feature(scan: str, feature: str, medals: list[Medal]) -> str:
    """阅读章, or 阅读 as a word of its own."""
    short = feature.removesuffix("章")
    if not short or short not in scan:
        return scan
    named = re.compile(rf"{re.escape(short)}章|(?<![^\s,、。{GAP}]){re.escape(short)}(?=[\s,、。{GAP}]|$)")
    for match in named.finditer(scan):
        medals.append(Medal(match.start(), match.end(), f"F:{short}章"))
    return named.sub(lambda match: GAP * len(match[0]), scan)


def _unknown(match: re.Match[str]) -> Medal | None:
    """爱心章 that the school does not have; 文章 and 争章 are no medals."""
    name = match["name"] or match["next"]
    if name.endswith(("基础", "特色")):
        return Medal(match.end() - 3, match.end(), None, "MEDAL_AMBIGUOUS")
    if _NO_MEDAL.search(name) or name.endswith(("星", "星级", "奖", "红领巾")):
        return None
    person = name_at_start(name) or ""
    return Medal(match.start() + len(person), match.end(), None, "MEDAL_UNKNOWN")


def _had(match: re.Match[str]) -> bool:
    """集齐12枚基础章 is why somebody is put forward."""
    return _HELD.search(match.string[: match.start()]) is not None


def _vague(match: re.Match[str]) -> Medal:
    return Medal(match.start(), match.end(), None, "MEDAL_AMBIGUOUS")
