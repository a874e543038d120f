"""Heads: due, attended, absent, others; in any order, with or without labels, and how sure they are."""

import re
from dataclasses import dataclass, field

from handlers.reading.lexicon import PROTECTED
from handlers.reading.normalise import GAP
from handlers.reading.numbers import CHINESE, value_of

# kind of label -> its words; a label takes the number beside it
_LABELS = {
    "due": "应到 应出席 应参加 应参学 应参训 应参会 应有 应该到 应来 原有 在册 全班共有 全班共 全班有 全班 总人数 班级人数 班额 编制 总数 学籍数",
    "attended": "实到 实际到场 实际到会 实际到 实际参加 实际出席 实际 实有 实参加 出席 到场 到会 参加人数 参与人数 参会 参训 参加 参与 "
    "参学 出勤 已到 到了 来了 学完 已学 完成学习 收看 观看 到位 人数",
    "absent": "请病假 请事假 请了假 请假 缺席 缺勤 缺课 病假 事假 公假 未到场 未到 未参加 没参加 没来 没到 未出席 缺了 缺 少了",
    "late": "迟到 早退",
    "家长": "家长代表 家长志愿者 学生家长 家长",
    "辅导员": "校外辅导员 中队辅导员 大队辅导员 辅导员",
    "老师": "班主任老师 指导老师 带队老师 科任老师 老师 教师",
    "五老": "五老志愿者 五老",
    "志愿者": "志愿者",
    "boys": "男生 男队员 男孩 男",
    "girls": "女生 女队员 女孩 女",
    "heads": "少先队员 队员 学生 同学 孩子",
    "full": "全勤 全员参加 全员参与 全员到齐 全员 到齐 全部到场 全部参加 全部到 全到 无缺席 无缺勤 无一缺席 无人缺席 无请假 无人请假 "
    "没有缺席 没有请假 没人请假 没人缺席 零缺席 一个不少 一个都不少 都到了 全都到了",
    "total": "一共 总共 共计 合计 总计 共有 共",
    "each": "各自 各",
    "vague": "大概 大约 约 差不多 估计 将近 接近 近 好像 可能 不到 上下 左右 以上 以内 不足",
}
_OTHERS = {"家长", "辅导员", "老师", "五老", "志愿者"}
_KIND = {word: kind for kind, words in _LABELS.items() for word in words.split()}
_GUARDED = {"约": "(?<!节)约", "近": "(?<![最附走靠])近", "各": r"各(?=\s?[\d一二三四五六七八九十])", "男": r"男(?=\s?\d)", "女": r"女(?=\s?\d)"}
_LABEL = "|".join(_GUARDED.get(word, word) for word in sorted(_KIND, key=len, reverse=True))
_SKIP = "|".join(map(re.escape, sorted(PROTECTED, key=len, reverse=True)))
# 第5期, 每组5人, 3.5公里, N1, 1+1: numbers that count no heads here
_JUNK = rf"第\s?[\d{CHINESE}]+|每[\u4e00-\u9fff]{{0,3}}[\d{CHINESE}]+[人名位个]?|\d+\.\d+|[A-Za-z+=*#_~&]+-?\d+[\d\-]*|\d+(?=[A-Za-z+=*#_~&])"
_TOKEN = re.compile(
    rf"(?P<skip>{_SKIP}|{_JUNK})"
    rf"|(?P<pair>(?<![\d/])\d{{1,4}}\s?/\s?\d{{1,4}}(?![\d/]))(?:\s?[人名])?"
    rf"|(?P<label>{_LABEL})(?:人员|人数|的?队员|的?学生|的?同学|人(?=\s?[:\d]))?"
    rf"|(?<![达感得迟遇看想做学收受])(?P<came>到)(?=\s?\d)"
    rf"|(?P<number>\d{{1,3}}(?:,\d{{3}})+(?=人)|\d+|[{CHINESE}几]+)"
)
# What follows a number: 多人, 人次, 名队员, 个(孩子)
_TAIL = re.compile(
    r"\s?(?P<vague>[多来余几]+(?=[人名位个]|\s|$|[,。;])|[多余来])?\s?"
    r"(?P<measure>人次|人(?![一为]?组|一[队排]|制|小组)|[名位](?=少先|队员|学生|同学|孩子|小朋友|红领巾|[参出到请缺没病事未因都已全家辅老教五志]"
    r"|[^\u4e00-\u9fff]|$)(?!一体)|个(?=人|孩子|同学|队员|学生|小朋友|娃|[请没缺病事未到参]|[^\u4e00-\u9fff]|$))?"
    r"(?:的?(?:少先队员|队员|同学|学生|孩子|小朋友|人(?!数)|娃))?"
)
_MEASURE = re.compile(
    r"\s?[年月日号时点分秒周天届期次场节课组本棵株元块支面袋斤公米里岁楼层路级度条件张幅封篇首盆朵束只台辆辈份项座所家户团队排行列页章"
    r"句字万亿千百%℃.:+\-/~个名位人班]"
)
_NEXT_TO = re.compile(r"[ :=]*(?:[了为是有共约计达]|应该?[为是]?|改[成为])?[ :]*")
_AFTER_HEADS = re.compile(r"[都已均全部因病事故有生在的了]{0,4}")
_LOOSE = " \n,;。、!?:()" + GAP


@dataclass(slots=True)
class _Token:
    kind: str  # number, pair, or a key of _LABELS
    start: int
    end: int
    value: int | None = None
    strength: int = 0  # of a number: 3 人/名/位, 2 个, 1 bare; 0 none of heads
    vague: bool = False
    use: str = ""
    second: int = 0  # of a pair


@dataclass(slots=True)
class Counts:
    """What a piece of text says about heads. `given` lists the numbers in order for 分别 and 共."""

    due: int | None = None
    attended: int | None = None
    absent: int | None = None
    others: dict[str, int] = field(default_factory=dict)
    issue: str | None = None
    full: bool = False
    each: bool = False
    total: bool = False
    given: list[int] = field(default_factory=list)
    slash: tuple[int, int] | None = None  # 4/3 beside another count: a date


def read_counts(scan: str) -> tuple[Counts, str]:
    """The heads in `scan` and the text with what was understood taken out (same length)."""
    tokens = _tokens(scan)
    if not tokens:
        return Counts(), scan
    _bind(tokens, scan)
    counts = _resolve(tokens)
    return counts, _without(scan, tokens)


def _tokens(scan: str) -> list[_Token]:
    tokens: list[_Token] = []
    at = 0
    while match := _TOKEN.search(scan, at):
        at = match.end()
        which = match.lastgroup
        if which == "number":
            token = _number(match, scan)
            at = max(at, token.end)
            if token.strength or token.vague:
                tokens.append(token)
        elif which == "label":
            tokens.append(_Token(_KIND[match["label"]], match.start(), at))
        elif which == "came":
            tokens.append(_Token("attended", match.start(), at))
        elif which == "pair":
            first, second = (int(part) for part in match["pair"].split("/"))
            tokens.append(_Token("pair", match.start(), at, first, second=second))
    return tokens


def _number(match: re.Match[str], scan: str) -> _Token:
    """A number with its measure: 38人, 三十多个孩子, 二十大 (no heads)."""
    written, start, end = match["number"], match.start(), match.end()
    value = None if "几" in written else value_of(written)
    tail = _TAIL.match(scan, end)
    vague = value is None and any(char in written for char in "几十") or bool(tail and tail["vague"])
    token = _Token("number", start, end, value, vague=vague)
    if tail and tail["measure"]:
        token.strength, token.end = (2 if tail["measure"] == "个" else 3), tail.end()
        if not written[0].isdecimal() and (value is None or value <= 2) and not vague:
            token.strength = 1 if value else 0  # 一人, 两个: rarely the heads of a class
    elif vague and not (tail and tail["vague"] and _plain_end(scan, tail.end())):
        token.vague = False
    elif vague and tail:
        token.end = tail.end()
    elif _is_bare(written, scan, start, end):
        token.strength = 1
    elif not written[0].isdecimal() and value is not None and not _MEASURE.match(scan, end):
        token.strength = 1
        token.use = "weak"  # 请假二: only beside a label
    return token


def _plain_end(scan: str, place: int) -> bool:
    return place >= len(scan) or scan[place] in _LOOSE


def _is_bare(written: str, scan: str, start: int, end: int) -> bool:
    """Whether a number without a measure may count heads: 38, 三十八 between blanks; not 30棵, 2026, 统一."""
    if written[0].isdecimal():
        year = len(written) == 4 and 1900 <= int(written) <= 2100
        return len(written) <= 4 and not year and not _MEASURE.match(scan, end)
    before = start == 0 or scan[start - 1] in _LOOSE
    return before and _plain_end(scan, end) and any(char in written for char in "十百廿卅")


def _bind(tokens: list[_Token], scan: str) -> None:
    """Give each label its number: the one after it, or in 2人请假 the one before."""
    for place, label in enumerate(tokens):
        if label.kind in ("number", "pair", "full"):
            continue
        before = _free_number(tokens, place - 1)
        after = _free_number(tokens, place + 1)
        if before and not _AFTER_HEADS.fullmatch(scan, before.end, label.start):
            before = None
        if after and not _NEXT_TO.fullmatch(scan, label.end, after.start):
            after = None
        if before and after and label.kind != "vague":
            chosen = before if _takes_before(tokens, place, scan) else after
        else:
            chosen = after or before or _over_a_blank(tokens, place, scan)
        if chosen:
            _mark(chosen, label)


def _free_number(tokens: list[_Token], place: int) -> _Token | None:
    if 0 <= place < len(tokens) and tokens[place].kind == "number" and tokens[place].use in ("", "weak"):
        return tokens[place]
    return None


def _over_a_blank(tokens: list[_Token], place: int, scan: str) -> _Token | None:
    """2人 请假: a blank between, and nothing better."""
    before = _free_number(tokens, place - 1)
    kind = tokens[place].kind
    if before and before.strength > 1 and kind in ("absent", "late") and scan[before.end : tokens[place].start] == " ":
        return before
    return None


def _takes_before(tokens: list[_Token], place: int, scan: str) -> bool:
    """A label between two numbers: 5名家长2名老师 and 1病假1事假 take the one before, 42缺2 and 38人家长5人 the one after."""
    before = scan[tokens[place - 1].start : tokens[place - 1].end]
    if tokens[place].kind in _OTHERS | {"heads"} and before.rstrip("学生同队员少先孩子").endswith(("名", "位")):
        return True
    last = place
    while last + 1 < len(tokens) and scan[tokens[last].end : tokens[last + 1].start].strip(" ") == "":
        if (tokens[last].kind == "number") == (tokens[last + 1].kind == "number"):
            break
        last += 1
    return tokens[last].kind != "number"


def _mark(number: _Token, label: _Token) -> None:
    if label.kind == "vague":
        number.vague = True
        number.start, number.end = min(number.start, label.start), max(number.end, label.end)
    elif label.kind in ("total", "each"):
        label.use = label.kind
        number.strength = max(number.strength, 2)
        number.use = "" if number.use == "weak" else number.use
    else:
        number.use = label.kind


def _without(scan: str, tokens: list[_Token]) -> str:
    """Take out the numbers that were understood and the labels of counting; leave nouns such as 家长 in a topic."""
    parts, at = [], 0
    for token in tokens:
        noun = token.kind in _OTHERS or token.kind in ("heads", "vague", "boys", "girls", "total", "each")
        unused = token.kind == "number" and not (token.strength > 1 or token.use not in ("", "weak") or token.vague)
        if (noun and not token.use and not _touches(token, tokens)) or unused or token.start < at:
            continue
        parts += [scan[at : token.start], GAP * (token.end - token.start)]
        at = token.end
    return "".join([*parts, scan[at:]])


def _touches(label: _Token, tokens: list[_Token]) -> bool:
    return any(token.use == label.kind and -8 < token.start - label.end < 8 for token in tokens if token.kind == "number")
