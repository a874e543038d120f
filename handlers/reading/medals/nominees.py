"""Who is nominated and why: names, nicknames, collectives and the reason in what is left of a nomination."""

import re
from collections.abc import Collection
from dataclasses import dataclass, field

from handlers.privacy.names import GIVEN, persons
from handlers.reading.medals.particulars import PLACE, plain
from handlers.reading.persons.names import is_name, is_nickname, name_at_start, split_names
from handlers.reading.text.normalise import GAP, SECRET
from handlers.reading.text.numbers import value_of
from handlers.reading.text.patterns import pattern

LONGEST_REASON = 300
_LONGEST_SQUAD = 6
_USUAL = 3
_SPLIT = pattern(rf"([\s、,;。!?:/()|“”\"「」『』《》{GAP}]+)")
_COLLECTIVE = pattern(
    r"(?:想要?|给|为|请|中队|大队|我们|申[请报]|推荐|提名|授予|评为|获|[争创评颁发授报都也均拟再现]|一?个|[我本]?(?:[班校]|中队|大队))*"
    r"(?:中队|大队|先进)?集体(?:申[请报]|推荐|提名|[争创评颁发授报])*"
)
_LEAD = pattern(
    r"(?:呃|嗯|那个|这个|就是|然后|[哎喂]|各位老师好?|老师们?好|老师您好|大家好|[您你]好|谢谢老师|谢谢大家|谢谢|辛苦了|麻烦了?|我们班级?|我们中队|我们|我班|我校|学校|本中队|"
    r"我(?=推荐|提名|申报|报|给)|老师(?=[给帮把为])|[他她]?叫|再?加(?:报|上)?一?[个位名]?|一下|[报争评]一?个|都|均|现|拟|以下|我?想要?|先|希望|准备|决定|同意|经|一致|评议|民主|讨论|研究|争章(?:项目|内容)|[补另]报|还要|提名|推荐|申报|申请|推选|推优|推|上报|报送|报|评选|参评|评|争取|争|获|授予|为|把|将|由|给|"
    r"中队|大队|小队|班级|个人|姓名|奖项|章[目名]|被?推荐人?|奖章|名单|如下|候选人?|少先队员|队员|同学|学生|的|是|和|与|及|全体|所有|大家|接龙)++"
)
_TAIL = pattern(
    r"(?:等?[几两一二三四五六七八九十\d]{1,2}[人位个]|吧|了|等?(?:[几两一二三四五六七八九十\d]{1,2}[位名个])?(?:同学|队员|少先队员|小朋友|学生)们?|参评|评选|评|那个|这个|申报|[都也均]?[补另]?报|推荐|提名|申请|争取|争创|争|荣获|获评|获得?了?|被?评为|为|的|等|和|与|"
    r"个人|候选人)+$"
)
_WHY = pattern(r"(?:推荐|申报|主要)?(?:理由|事迹|原因|先进事迹|简介)$")
_STATED = pattern(
    r"(每[\u4e00-\u9fff]{0,3}|各|限)?(?<!\d)(\d{1,2}|[一二两三四五六七八九十])(?:名|人|位)(?![\u4e00-\u9fff])"
)
# 推荐以下2名队员参评
_ANNOUNCED = pattern(
    r"(?:推荐|提名|申报|推选|以下|如下|等)(?P<n>\d{1,2}|[一二两三四五六七八九十])[名位个](?:优秀)?(?:少先队员|队员|同学|学生)"
)
_PARTICULAR = pattern(r"[男女][生孩]?|\d{1,2}岁|汉族?|性别|年龄|民族")  # no business of a nomination
# 三(2): 无
_NOBODY = pattern(
    r"(?:本次|这次|本期|本轮|本月|本班|我班|[本这]学期|今年|目前|还|暂时)*(?:暂?无|没有?|暂没有?|空缺|暂缺|暂不|不)"
    r"(?:合适的?|推荐|提名|申报|人选|队员|名单|报|参评|对象|[人者])*[了哦]?"
)
# A comma or a medal: behind it the list of names may be over.
_ENDS_LIST = pattern(rf"[,;。!{GAP}]")
_HIM = pattern(r"(?<![就再才会])(?:推荐|提名|申报|推选|给|让|为|请)[他她]")
_JUDGEMENTS = tuple("好强棒高优佳大多快美")
_ENDS_FOR_SURE = pattern(rf"{GAP}[^,;。!]*[,;。!]")
_POLITE = pattern(r"(?:谢谢|辛苦|麻烦|请(?:审核|查收|批准|领导)|以上|附图|见附件|特此|收到|啊|哦|吧|哈)")


@dataclass(slots=True)
class Nominees:
    """Whom a piece of text names; `stated` is how many it says it names."""

    names: list[str] = field(default_factory=list)
    nicknames: list[str] = field(default_factory=list)
    collective: bool = False
    nobody: bool = False  # 无
    squad: bool = False  # 雏鹰小队
    unsure: bool = False  # a child in the reason who may be nominated too
    stated: int | None = None
    reason: str | None = None

    @property
    def all(self) -> list[str]:
        """Everybody who is named, by full name or not; 张老师 only where nobody else is."""
        children = [name for name in self.nicknames if not name.endswith(("师", "妈", "爸"))]
        return list(dict.fromkeys(self.names + children if self.names else self.nicknames))


def find_nominees(scan: str, roster: Collection[str]) -> Nominees:
    """Read who is named in `scan`, whose units and medals are already blanked out."""
    found = Nominees()
    scan = plain(scan)
    scan = _STATED.sub(lambda match: _stated(match, found), scan)
    scan = _ANNOUNCED.sub(lambda match: _announced(match, found), scan)
    reason: list[str] = []
    why, before, last = False, 0, ""
    for word, mark in _words(scan):
        listed = found.names or found.collective
        told = (
            listed
            and not _goes_on(word, mark, last)
            and ((found.names and len(reason) > before) or _is_reason(word, last, roster))
        )
        goes_on, last = bool(found.names) and last == "、", mark
        if why or told:
            reason.append(word + mark)
            continue
        if _WHY.fullmatch(word) and "\n" not in mark:
            why = True
            continue
        if not found.names and _NOBODY.fullmatch(word):
            found.nobody = True
            continue
        named = bool(found.names)
        left = _name(word, found, roster, goes_on)
        # Words ahead of the first name may be of the reason too, but the list of names goes on.
        before = before if named else len(reason)
        if left:
            reason.append(left + mark)
    if not (found.names or found.nicknames or found.collective):
        _by_pronoun(scan, found)
    found.reason = _joined(reason)
    found.unsure = any(map(_begins_with_child, _SPLIT.split(found.reason or "")))
    return found


def _by_pronoun(scan: str, found: Nominees) -> None:
    """因为王小明热爱劳动,推荐他: he is the one person whom the text names."""
    named = [name for name in dict.fromkeys(persons(scan)) if len(name) > 2 and is_name(name)]
    if _HIM.search(scan) and len(named) == 1:
        found.names = named


def _begins_with_child(word: str) -> bool:
    """李小红也推荐, where nobody of that name was taken for a nominee; 帮助李小红 is a deed."""
    return any(
        word.startswith(name) and len(name) > 2 and is_name(name) and all(letter in GIVEN for letter in name[1:])
        for name in persons(word)
        if not _judges(name)
    )


def _goes_on(word: str, mark: str, last: str) -> bool:
    """王小明(品学兼优)、李小红(热心助人); 王小明,成绩好;李小红,爱劳动: behind what is said of one comes the next."""
    if last.startswith((")、", "),")) and mark.startswith("("):
        return is_name(word)
    alone = mark.startswith((",", "(", ":")) and last.lstrip(")").startswith((",", ";", "。", "\n"))
    return alone and len(word) > 2 and is_name(word) and persons(word) == (word,) and GIVEN.issuperset(word[1:])


def _is_reason(word: str, last: str, roster: Collection[str]) -> bool:
    """王小明 一星章, 成绩好: behind a medal or a comma only what no language knows goes on with the names."""
    if not _ENDS_LIST.search(last) or word in roster or PLACE.fullmatch(word):
        return False
    core = _core(word)
    given = [letter in GIVEN for letter in core[1:]]
    likely = all(given) if _ENDS_FOR_SURE.search(last) else any(given)
    return _judges(core) or not (likely and is_name(core) and persons(core))


def _judges(word: str) -> bool:
    """纪律强, 成绩好."""
    return word.endswith(_JUDGEMENTS) and len(word) > 2 and not persons(word[:2])


def _words(scan: str) -> list[tuple[str, str]]:
    """The words of `scan` with the mark after each; of words that held personal data only names are kept."""
    parts = _SPLIT.split(scan)
    words: list[tuple[str, str]] = []
    for word, mark in zip(parts[::2], [*parts[1::2], ""], strict=False):
        if SECRET in word:
            words += [(part, mark) for part in word.split(SECRET) if is_name(part)]
        elif word and not _PARTICULAR.fullmatch(word):
            words.append((word, mark))
    return words


def _name(word: str, found: Nominees, roster: Collection[str], goes_on: bool) -> str | None:
    """Take the names out of one word; what is left of it belongs to the reason. `goes_on`: a list of names does."""
    if _COLLECTIVE.fullmatch(word):
        found.collective = True
        return None
    core = _core(word)
    if not core:
        return None
    found.squad = found.squad or (core.endswith("小队") and len(core) <= _LONGEST_SQUAD)
    if len(core) == 2 and core[0] == core[1] and core not in roster:
        found.nicknames.append(core)
        return None
    if PLACE.fullmatch(core):
        found.names.append(core)
        return None
    said, _, whose = core.rpartition("的")
    if said and not found.names and is_name(whose) and persons(whose) == (whose,):
        # 表现好的王小明
        found.names.append(whose)
        return said
    if word in roster or core in roster:
        found.names.append(word if word in roster else core)
    elif names := split_names(core):
        found.names += names
    elif is_nickname(core) or (is_nickname(word) and not is_name(word)):
        found.nicknames.append(core if is_nickname(core) else word)
    # After 集体 a word that only begins like a name is none: 集体一星章 全员完成争章.
    elif (_is_next(core, goes_on) or not (found.names or found.collective)) and (
        name := _first_of(roster, core) or _of_both_parents(core) or name_at_start(core)
    ):
        found.names.append(name)
        return _core(core[len(name) :]) or None
    elif (goes_on or not found.names) and _is_unknown_name(core):
        found.names.append(core)
    else:
        return word if not _POLITE.match(core) else None
    return None


def _is_unknown_name(core: str) -> bool:
    """凤雨桐: no surname of the list, but a given name, and no word of the language."""
    return len(core) == _USUAL and persons(core) == (core,) and all(letter in GIVEN for letter in core[1:])


def _of_both_parents(core: str) -> str | None:
    """王蒋思琪: two surnames."""
    both = len(core) == _USUAL + 1 and is_name(core[1:]) and is_name(core[0] + core[2:])
    return core if both and GIVEN.issuperset(core[2:]) else None


def _is_next(core: str, goes_on: bool) -> bool:
    """王小明、李小红都很优秀: the list goes on with a name that is no word."""
    return goes_on and any(core.startswith(name) for name in persons(core))


def _core(word: str) -> str:
    """想推荐孙若涵同学争 -> 孙若涵; a word that is a name already is left alone."""
    if is_name(word) and not word.endswith(("同学", "获", "争")):
        return word
    if lead := _LEAD.match(word):
        word = word[lead.end() :]
    return _TAIL.sub("", word[:40]) if len(word) <= 40 else word


def _first_of(roster: Collection[str], word: str) -> str | None:
    return next((name for name in roster if word.startswith(name)), None)


def _stated(match: re.Match[str], found: Nominees) -> str:
    """3人 says how many are named; 每中队2人 does not."""
    if not match[1]:
        found.stated = value_of(match[2])
    return GAP * len(match[0])


def _announced(match: re.Match[str], found: Nominees) -> str:
    found.stated = value_of(match["n"])
    return GAP * len(match[0])


def _joined(reason: list[str]) -> str | None:
    text = "".join(part.replace(GAP, " ") for part in reason)
    text = re.sub(r"[ \n]+", " ", text).strip(" 、,;。!?:/()|")
    return text[:LONGEST_REASON] or None
