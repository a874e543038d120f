"""The words of a head count: numbers with their measure, and the labels that say what a number counts."""

import re
from dataclasses import dataclass

from handlers.reading.text.lexicon import PROTECTED
from handlers.reading.text.normalise import GAP
from handlers.reading.text.numbers import CHINESE, value_of
from handlers.reading.text.patterns import any_of, pattern

# What a label says of the number beside it -> its words.
_LABELS = {
    "due": "应 应到 应出席 应参加 应参学 应参训 应参会 应有 应该到 应该来 应来 该到 该来 原有 在册 全班共有 全班共 "
    "全班有 全班 总人数 班级人数 班额 编制 总数 学籍数",
    "attended": "实 实到 实际到场 实际到会 实际到 实际参加 实际出席 实际来了 实际到了 实际来 实际 实有 "
    "实参加 出席 到场 到会 参加人数 参与人数 "
    "参会 参训 参加 参与 参学 出勤 已到 到了 来了 去了 学完 已学 完成学习 收看 观看 到位 人数",
    "absent": "假 请病假 请事假 请了假 请假 缺席 缺勤 缺课 病假 事假 公假 "
    "没学完 没学 没完成 未参学 没参学 "
    "未到场 未到 未学完 未学习 未学 未完成 未参加 没参加 没来 没到 未出席 缺了 缺 少了 差",
    "late": "迟到 早退",
    "家长": "家长代表 家长志愿者 学生家长 家长",
    "辅导员": "校外辅导员 中队辅导员 大队辅导员 辅导员",
    "老师": "班主任老师 指导老师 带队老师 科任老师 老师 教师",
    "五老": "五老志愿者 五老",
    "志愿者": "志愿者",
    "boys": "男生 男队员 男孩 男",
    "girls": "女生 女队员 女孩 女",
    "heads": "师生 少先队员 队员 学生 同学 孩子",
    "full": "已全部到齐 全部到齐 已到齐 都到齐 全到齐 "
    "全勤 全员参加 全员参与 全员到齐 全员 到齐 全部到场 全部学完 全部完成 全部参学 全部参加 全部到 全到 "
    "无缺席 无缺勤 无一缺席 无人缺席 无请假 无人请假 没有缺席 没有请假 没人请假 没人缺席 零缺席 一个不少 "
    "一个都不少 一个也不少 一个都没少 一个没少 一个也没少 一个没缺 一个都没缺 一个也没缺 一个都没落 一个也没落 "
    "一个不落 一个都不缺 一个不缺 都到了 全都到了",
    "total": "一共 总共 共计 合计 总计 共有 共",
    "each": "各自 各 每班 每个班 每中队 每个中队",
    "vague": "大概 大约 约 差不多 估计 将近 接近 近 好像 可能 不到 "
    "不少于 不超过 不低于 超过 至少 最多 上下 左右 以上 以内 不足",
    "oops": "更正 不对 说错了 写错了 打错了 哦不 啊不 不是",
}
OTHERS = frozenset({"家长", "辅导员", "老师", "五老", "志愿者"})
_KIND = {word: kind for kind, words in _LABELS.items() for word in words.split()}
_GUARDED = {
    "约": "(?<!节)约",
    "近": "(?<![最附走靠])近",
    "各": r"各(?=\s?[\d一二三四五六七八九十])",
    "男": r"男(?=\s?\d)",
    "女": r"女(?=\s?\d)",
    # 应42实41假1, as the columns of a sheet; 好队员 40人: a word of the topic.
    "应": r"(?<![响相反])应(?=\s?\d)",
    "实": r"(?<![事现真落])实(?=\s?\d)",
    "假": r"(?<![请病事公])假(?=\s?\d)",
    "队员": "(?<![好秀先])队员",
    "少先队员": "(?<![好秀])少先队员",
    "每班": r"每班(?=\s?[1-6]\d)",
    "每个班": r"每个班(?=\s?[1-6]\d)",
    "每中队": r"每中队(?=\s?[1-6]\d)",
    "每个中队": r"每个中队(?=\s?[1-6]\d)",
    "差": r"差(?=\s?[\d一两二三四五]{1,2}\s?[个名人])",
    "少了": r"少了(?=\s?[\d一两三四五])",
}
_LABEL = any_of(_KIND, _GUARDED)
_SKIP = any_of(PROTECTED, {})
# 参学率100%: a rate is neither a count nor a topic.
RATE = r"(?:参[学与加训]|出[勤席]|到[场会课]|完成|合格)率\s?[达到为是:]{0,2}\s?\d{1,3}(?:\.\d{1,2})?%"
# Numbers that count no heads: 第5期, 每中队2人, 3.5公里, 8人一组, N1, 1+1, 一个都没来 (nobody came, not one was absent)
_JUNK = (
    rf"{RATE}|第\s?[\d{CHINESE}]+|每(?!个?(?:班|中队)\s?[1-6]\d)[\u4e00-\u9fff]{{0,3}}[\d{CHINESE}]+[人名位个]?|\d+\.\d+"
    r"|(?<![A-Za-z=*#_&])[A-Za-z=*#_&]{1,12}-?\d[\d\-]*(?! ?[\d人名])|\d+(?=[A-Za-z=*#_&]|\+\d)|(?<=\d)\+\d+"
    rf"|[\d{CHINESE}]{{1,3}}人(?:[一为]?组|一队|一排|小组)|一个人?[都也]没[来到]"
)
_TOKEN = pattern(
    rf"(?P<skip>{_SKIP}|{_JUNK})"
    r"|(?P<less>(?<![\d/-])\d{1,3}-\d{1,2}=\d{1,3}(?!\d))人?"  # 42-2=40
    r"|(?P<range>(?<![\d/.\-~])\d{1,3}\s?[-~]\s?\d{1,3}(?=\s?[人名]))[人名]"  # 40-42人
    r"|(?P<left>(?<![\d/.\-~])(?:1[3-9]|[2-9]\d|1\d\d)-\d{1,2}(?![\d\-=年月日点时:]| ?[人名]))"  # 45-2: 43?
    r"|(?P<pair>(?<![\d/])\d{1,4}\s?/\s?\d{1,4}(?![\d/]))(?:\s?[人名])?"
    rf"|(?P<label>{_LABEL})(?:人员|人数|的?队员|的?学生|的?同学|人(?=\s?[:\d]))?"
    r"|(?<![达感得迟遇看想做学收受])(?P<came>到)(?=\s?\d)"
    rf"|(?P<number>\d{{1,3}}(?:,\d{{3}}){{1,2}}(?=人)|\d+|[{CHINESE}几]+)"
)
# 名 and 位 count heads before these: 38名队员, 38名参加; not before 2名消防员
_PERSON = "师生|少先|队员|学生|同学|孩子|小朋友|红领巾|新[少队]|[参出到请缺没病事未因都已全家辅老教五志]"
_TAIL = pattern(
    r" ?(?P<vague>[多来余几]+(?=[人名位个]|\s|$|[,。;]))? ?"
    rf"(?P<measure>人次|人|[名位](?={_PERSON}|[^\u4e00-\u9fff]|$)"
    r"|个(?=人|孩子|同学|队员|学生|小朋友|娃|[请没缺病事未到参应实原全老辅共都已迟男女]|家长|教师|志愿|五老|[^\u4e00-\u9fff]|$))?"
    r"(?:的?新?(?:师生|少先队员|队员|同学|学生|孩子|小朋友|人(?!数)|娃))?"
)
# 30棵, 14:30; not 40队会, and only plain measures over a blank: 40 周三, 40 分享会 are heads and something else.
_MEASURE = pattern(
    r"[年月日号时点分秒周天届期次场节课组本棵株元块支面袋斤公米里岁楼层路级度条件张幅封篇首盆朵束只台辆辈份项座所家户排行列页章"
    r"句字万亿千百%℃.:\-/~个名位人]|\+(?=[人名位\d\s]|$)|队(?![会日课前])|班(?![会队])|团(?!队)| [棵株元米岁袋斤盆页%℃]"
)
# 到了四十个清明扫墓: whatever follows, heads came.
_CAME = ("到了", "来了", "去了", "全班")
_LOOSE = " \n,;。、!?:()" + GAP


@dataclass(slots=True)
class Token:
    """A number or a label of a count at text[start:end]; `use` is what a number was found to count."""

    kind: str  # number, pair, or a key of _LABELS
    start: int
    end: int
    value: int | None = None
    strength: int = 0  # of a number: 3 with 人/名/位, 2 with 个, 1 bare, 0 only beside a label
    vague: bool = False
    use: str = ""
    second: int = 0  # of a pair


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
            first, second = (int(part) for part in match["pair"].split("/"))
            tokens.append(Token("pair", match.start(), at, first, second=second))
        elif kind in ("range", "left"):
            tokens.append(Token("number", match.start(), at, None, 3, vague=True))
        elif kind == "less":
            due, left = (int(part) for part in re.split("-\\d+=", match["less"]))
            tokens.append(Token("pair", match.start(), at, due, second=left))
        elif kind != "skip":
            tokens.append(Token(_KIND.get(match[0], "") or _kind_of(match), match.start(), at))
    return tokens


def columns_of(header: str) -> tuple[str, ...]:
    """The columns of a table that name heads without telling any: 中队 应到 实到 → due, attended."""
    kinds = tuple(token.kind for token in tokens_of(header))
    return kinds if {"due", "attended"} <= set(kinds) <= {"due", "attended", "absent"} else ()


def _kind_of(match: re.Match[str]) -> str:
    return _KIND[match["label"]] if match["label"] else "attended"


def _number(written: str, start: int, end: int, scan: str) -> Token | None:
    """A number with its measure: 38人, 三十多个孩子; None for one that counts no heads: 30棵."""
    value = None if "几" in written else value_of(written)
    if value and _below_zero(scan, start):
        value = -value
    tail = _TAIL.match(scan, end)
    vague = bool(tail and tail["vague"]) or (value is None and written[-1] in "几十百")
    if tail and tail["measure"]:
        strength = 2 if tail["measure"] == "个" else 3
        if written[0] in CHINESE and value is not None and value <= 2:
            strength = 0  # 一人, 两个: seldom the heads of a class
        return Token("number", start, tail.end(), value, strength, vague or value is None)
    if vague and tail and tail["vague"] and _loose(scan, tail.end()):
        return Token("number", start, tail.end(), value, 1, True)
    if scan.startswith("个", end) and scan[start - 2 : start] in _CAME:
        return Token("number", start, end + 1, value, 2)
    if value is None or _MEASURE.match(scan, end):
        return None
    return Token("number", start, end, value, int(_is_bare(written, scan, start, end)))


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
