"""The numbers of a text with their measure and hedge, and the labels that say what a number counts, in order."""

import re
from dataclasses import dataclass

from handlers.reading.checkins.activities import activity_at, form_before
from handlers.reading.model import Hedge
from handlers.reading.quantities import words
from handlers.reading.text.normalise import GAP, SECRET
from handlers.reading.text.numbers import CHINESE, value_of
from handlers.reading.text.patterns import pattern

_TOKEN = pattern(
    rf"(?P<skip>{words.SKIP}|{words.JUNK})"
    r"|(?P<less>(?<![\d/-])\d{1,3}-\d{1,2}=\d{1,3}(?!\d))人?"  # 42-2=40
    r"|(?P<range>(?<![\d/.\-~])(?:\d{1,3}\s?[-~]\s?\d{1,3}|(?<!\d )\d \d)(?=\s?[人名]))\s?[人名]"  # 40-42人, 4 3人
    r"|(?P<left>(?<![\d/.\-~])(?:1[3-9]|[2-9]\d|1\d\d)-\d{1,2}(?![\d\-=年月日点时:]| ?[人名]))"  # 45-2: 43?
    r"|(?P<pair>(?<![\d/])\d{1,4}\s?[人名]?\s?/\s?\d{1,4}(?![\d/]))(?:\s?[人名])?"
    rf"|(?P<all>{words.ALL_CAME})"
    rf"|(?P<label>{words.LABEL})(?:人员|人数|名单|的?队员|的?学生|的?同学|人(?=\s?[:\d]))?(?:数(?=\s?:))?"
    r"|(?<![达感得迟遇看想做学收受签报])(?P<came>到)(?=\s?\d)"
    rf"|(?P<number>\d{{1,3}}(?:,\d{{3}}){{1,2}}(?=人)|\d+(?:\.\d+)?(?= ?[余多几]?[万千])|\d+"
    r"|[一二三四五六七八九]?十(?:一二|二三|三四|四五|五六|六七|七八|八九)"
    rf"|[一二三四五六七八九]?十[一二三四五六七八九](?=[一两二三四五六七八九]个)|[{CHINESE}几]+)"
)
# 20余万, 1.3万余
_SCALE = pattern(r" ?(?P<within>[余多几])?(?P<scale>[万千])(?P<after>[余多几])?")
_TIMES = {"万": 10_000, "千": 1_000}
_TAIL = pattern(
    r" ?(?P<hedge>[多来余几]+(?=[人名位个场]|\s|$|[,。;]))? ?"
    rf"(?P<measure>人次|人(?!份)|[名位](?={words.PERSON}|[^\u4e00-\u9fff]|$)"
    r"|个(?=人|孩子|同学|队员|学生|小朋友|娃|小?萌?娃|小(?:不点|家伙|伙伴|宝贝|天使|可爱|战士|勇士|选手|豆[包丁子]|少年|先锋|卫士|主人|当家|学员|读者|精灵|鬼头|萌)|[请没缺病事未到参应实原全辅共都已迟男女还有就又今昨啊呢哦剩当担去来]|老师|家长|教师|志愿|五老|借读|插班|跟班|随班|旁听|转学|外班|[^\u4e00-\u9fff]|$))?"
    r"(?:(?P<own>的?新?(?:师生|少先队员|队员|同学|学生|孩子|小朋友|儿童|娃+|小豆[包丁子]|(?:插班|转学|借读|跟班|随班就读|旁听|外班)生?)(?!\s?:?\s?\d))|人(?!数))?"
)
# What things are counted in, one character each.
MEASURES = (
    "年月日号时点秒周天届期次节课组本棵株元块支面袋斤公米里岁楼层路级度条件张幅封篇首盆朵束只台辆辈份项座所家户排行列页章套道"
    "句字稿幕遍轮圈顿趟枚枝粒颗滴箱捆桶瓶碗杯壶罐筐篮桌串卷册栏幢栋间扇亩吨克寸尺倍款则题局票盒把筒堆艘匹双副笔"
)
# 30棵, 14:30; not 缺2:王小明, nor 40队会, and only plain measures over a blank: 40 周三, 40 分享会 are heads and more.
_MEASURE = pattern(
    rf"[余多来]?(?!家[长委属])(?:[{MEASURES}]"
    r"|分(?![享组别批工])|回(?![家来校顾])|包(?![饺粽馄])|批(?!评)|部(?![队分])|集(?![体合中])|根(?!据)|步(?!行)|起(?![来床立身跑])|成(?![功长员立为])|种(?![树植下花菜了]))"
    r"|教(?=室)|室(?![内外])|人份"
    rf"|:(?!(?<=[缺假席勤到来]\d:)\s?{SECRET})|[亿百%℃.个名位人]|[\-/~](?!\s?(?:[应实][到有]|请假|缺|[病事]假))"
    r"|\+(?=[人名位\s]|$)|队(?![会日课前])|班(?![会队])|团(?!队)| [棵株元米岁袋斤盆页%℃]"
)
_SESSIONS = pattern(r"[余多几]?场次?(?![馆地景所比赛])")
_TIMES_HELD = ("节", "次", "堂")
# 到了四十个清明扫墓: whatever follows, heads came.
_CAME = ("到了", "来了", "去了", "全班")
_FEW = 9
# 俩孩子: the measure is in the word.
_OF_TWO = ("俩", "仨")
_LOOSE = " \n,;。、!?:()" + GAP


@dataclass(slots=True)
class Token:
    """A number or a label of a count at text[start:end]; `use` is what a number was found to count."""

    kind: str  # number, thing (30棵), pair, or a key of the labels
    start: int
    end: int
    value: int | None = None
    strength: int = 0  # of a number: 3 with 人/名/位, 2 with 个, 1 bare, 0 only beside a label
    hedge: Hedge = "eq"
    use: str = ""
    second: int = 0  # of a pair
    own: bool = False  # 36个同学: nobody else's

    @property
    def vague(self) -> bool:
        """Whether no exact number was said."""
        return self.kind == "number" and (self.hedge != "eq" or self.value is None)


def tokens_of(scan: str) -> list[Token]:
    """The numbers and labels of `scan`, in order."""
    tokens: list[Token] = []
    at = 0
    while match := _TOKEN.search(scan, at):
        at = match.end()
        kind = match.lastgroup
        if kind == "number":
            token = _number(match["number"], match.start(), at, scan)
            if token:
                at = token.end
                tokens.append(token)
        elif kind == "pair":
            first, second = (int(part.strip("人名 ")) for part in match["pair"].split("/"))
            tokens.append(Token("pair", match.start(), at, first, second=second))
        elif kind in ("range", "left"):
            tokens.append(Token("number", match.start(), at, None, 3, "approx"))
        elif kind == "less":
            due, left = (int(part) for part in re.split("-\\d+=", match["less"]))
            tokens.append(Token("pair", match.start(), at, due, second=left))
        elif kind == "all":
            tokens.append(Token("full", match.start(), at))
        elif kind != "skip":
            before = tokens[-1] if tokens else None
            if before and before.kind == "thing" and before.end == match.start() and scan[before.end - 1] == "个":
                before.kind, before.strength = "number", 2  # 十五个啦啦队
            tokens.append(_label(match))
    return tokens


def _label(match: re.Match[str]) -> Token:
    word = match["label"] or ""
    kind = words.KIND.get(match[0], "") or words.KIND.get(word, "attended")
    return Token(kind, *match.span(), hedge=words.HEDGES.get(word, "approx") if kind == "hedge" else "eq")


def columns_of(header: str) -> tuple[str, ...]:
    """The columns of a table that name heads without telling any: 中队 应到 实到 → due, attended."""
    kinds = tuple(token.kind for token in tokens_of(header))
    return kinds if {"due", "attended"} <= set(kinds) <= {"due", "attended", "absent"} else ()


def _number(written: str, start: int, end: int, scan: str) -> Token | None:
    """A number with its measure: 38人, 三十多个孩子, 20余万人, 30棵; None for one that is none: 统一."""
    value = None if "几" in written or _about(written) else value_of(written)
    hedge: Hedge = "approx" if value is None and (written[-1] in "几十百" or _about(written)) else "eq"
    if scan.startswith(("万", "千", "余", "多", "几", " "), end) and (scaled := _SCALE.match(scan, end)):
        value, end = _scaled(written, scaled["scale"]), scaled.end()
        hedge = "ge" if scaled["within"] or scaled["after"] else hedge
    if value and _below_zero(scan, start):
        value = -value
    if value is not None and (several := _SESSIONS.match(scan, end)):
        hedge = "ge" if several[0][0] != "场" else hedge
        return Token("thing", start, several.end(), value, hedge=hedge, use="sessions")
    if value and value > 1 and scan[end : end + 1] in _TIMES_HELD and _is_held_so_often(scan, start, end + 1):
        return Token("thing", start, end + 1, value, use="sessions")
    tail = _TAIL.match(scan, end)
    assert tail is not None
    if tail["hedge"]:
        hedge = "ge" if tail["hedge"][0] in "余多" else "approx"
    if tail["measure"] or written in _OF_TWO:
        strength = 2 if tail["measure"] in ("个", None) else 3
        if written[0] in CHINESE and value is not None and value <= 2:
            strength = 0  # 一人, 两个: seldom the heads of a class
        hedge = hedge if value is not None else "approx"
        return Token("number", start, tail.end(), value, strength, hedge, own=bool(tail["own"]))
    if tail["hedge"] and _loose(scan, tail.end()):
        return Token("number", start, tail.end(), value, 1, hedge)
    if scan.startswith("个", end) and (scan[start - 2 : start] in _CAME or _is_several(value, scan, end)):
        return Token("number", start, end + 1, value, 2)
    if value is None:
        return None
    if measure := _MEASURE.match(scan, tail.end("hedge") if tail["hedge"] else end):
        return Token("thing", start, measure.end(), value, hedge=hedge)
    return Token("number", start, end, value, int(_is_bare(written, scan, start, end)), hedge)


def _is_held_so_often(scan: str, start: int, end: int) -> bool:
    """两节队课, 升旗2次; not 3次课."""
    return activity_at(scan, end) or (form_before(scan, start) and _loose(scan, end))


def _about(written: str) -> bool:
    """四十二三个: forty-two or three."""
    return written[-3:-2] in ("十", "百") and written[-2:] in "一二三四五六七八九"


def _is_several(value: int | None, scan: str, end: int) -> bool:
    """四十一个升旗; 一个队会 is one of them."""
    return value is not None and value > _FEW and activity_at(scan, end + 1)


def _scaled(written: str, scale: str) -> int | None:
    """1.3万 -> 13000, 二十万 -> 200000."""
    number = float(written) if written[0].isdecimal() and len(written) < 10 else value_of(written)
    return None if number is None else round(number * _TIMES[scale])


def _below_zero(scan: str, start: int) -> bool:
    """主题队日 -5人, 实到-5人; in 主题队日-38人 the dash only separates."""
    return scan[start - 1 : start] in ("-", "−") and scan[max(0, start - 2) : start - 1] in ("", " ", "\n", "到")


def _loose(scan: str, place: int) -> bool:
    return not 0 <= place < len(scan) or scan[place] in _LOOSE


def _is_bare(written: str, scan: str, start: int, end: int) -> bool:
    """Whether a number without a measure may count heads: 38, 三十八 between blanks; not 2026, 统一."""
    if written[0].isdecimal():
        return len(written) <= 4 and not (len(written) == 4 and 1900 <= int(written) <= 2100)
    return _loose(scan, start - 1) and _loose(scan, end) and any(char in written for char in "十百廿卅")
