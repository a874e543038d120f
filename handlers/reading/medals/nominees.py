"""Who is nominated and why: names, nicknames, collectives and the reason in what is left of a nomination."""

import re
from collections.abc import Collection
from dataclasses import replace

from handlers.privacy.names import GIVEN, persons
from handlers.reading.medals import nominee_words, particulars, slots, told
from handlers.reading.medals.nominee_words import Nominees
from handlers.reading.persons import names as known
from handlers.reading.text.normalise import GAP, SECRET
from handlers.reading.text.numbers import value_of
from handlers.reading.text.patterns import pattern

_MARKS = f" 、,;。!?:/()|\n{GAP}"
_SPLIT = pattern(rf"([\s、,;。!?:/()|“”\"「」『』《》—+&√✓✔{GAP}]+)")
_WHY = pattern(rf"(?:{told.LABEL_OF_REASON}|简介)$")
# 除了5号以外都给: whoever is named there is the one who is not meant.
_BUT = pattern(
    r"除了?[^,。;\n]{1,30}?(?:[以之]?外)?[,\s]*(?:其他|其余|剩下|别)?[的人同学队员]*(?:都|全部?|均)|(?:全[体班]|所有)[^,。;\n]{0,6}除了?[^,。;\n]{1,30}"
)
# 三(1)—7号
_DASH = pattern(rf"(?<={GAP})-+")
_STATED = pattern(
    r"(每[\u4e00-\u9fff]{0,3}|各|限)?(?<![\d第])(\d{1,2}|[零一二两三四五六七八九十])\s?(?:[名人位]|个人)(?:(?![\u4e00-\u9fff])|(?=参?评|申?报(?!名)|争))"
)
# 红旗章4枚, 共4枚, 4枚劳动章
_PIECES = pattern(
    rf"(?:(?<={GAP})|(?<={GAP} )|共)(\d{{1,2}}|[一二两三四五六七八九十])[枚个](?![\u4e00-\u9fff])"
    rf"|(?<!\d)(?<![每各人第\d])(\d{{1,2}}|[一二两三四五六七八九十])[枚个](?=\s?{GAP})"
)
_LABEL = pattern(r"学号|座号|序号")
# 7号 王小明: one child or two?
_SPACED = pattern(rf"\d{{1,3}}号{GAP}*[ \t]+{GAP}*(?P<who>[\u4e00-\u9fff·]{{2,4}})(?![\u4e00-\u9fff])")
# 李想等同学 are more than are named.
_AND_MORE = pattern(r"等(?:几[位名个])?(?:同学|队员|小朋友|学生|人)们?")
# 还有贺兰, 贺兰也报
_AND = pattern(r"^(?:或者?|还有|另外|以及|和|与|跟|再加上?|加上|同时|然后|候补|备选)+")
_TOO = pattern(r"也|都|没|同样|报|评|争|拿|得|上")
# 推荐以下2名队员参评
_ANNOUNCED = pattern(
    r"(?:推荐|提名|申报|推选|[报评选]|以下|如下|等)(?P<n>\d{1,2}|[一二两三四五六七八九十])[名位个](?:优秀)?(?:少先队员|队员|同学|学生|孩子|小朋友)"
)
_ALL_TOLD = pattern(
    r"(?<![\u4e00-\u9fff\d])[这等以上]{0,2}(?P<n>\d{1,2}|[一二两三四五六七八九十])[名位个](?:优秀)?"
    r"(?:孩子|少先队员|队员|同学|学生|小朋友)(?![\u4e00-\u9fff])"
)
_NEXT = pattern(r"(?:是|其?次|次?选|[再还另]有?|加上?)$")
# 就推荐李小红: in the reason, but who is put up.
_PUT_UP = pattern("推荐|提名|推选")
_PUT_UP_TOO = pattern(r"(?:还|另外?|也|再|同时|第[一二三四五六七八九十\d]{1,2}[名位个]?)?(?:推荐|提名|申报|推选)")
_USUAL_OR_MORE = (3, 4)
# 给钱朵朵报团结章: who is put up, whoever is named ahead.
_GIVEN_TO = pattern(r"[给替帮为](?P<who>[\u4e00-\u9fff]{2,4}?)(?:同学)?(?:[申上]?报|[参]?评|推荐|提名|申请|[颁发])")
# No business of a nomination.
_PARTICULAR = pattern(
    r"[男女][生孩]?|\d{1,3}票|\d{1,2}岁|汉族?|性别|年龄|民族|出?生于\d{4}[\d年月日号.\-]{1,7}|\d{4}[年.\-][\d月日号.\-]{0,6}出?生"
)
# 三(2): 无
NOBODY = pattern(
    r"(?:本次|这次|本期|本轮|本月|本班|我班|[我咱]们班?|[本我]?中队|[本这]学期|今年|目前|还|暂时)*(?:暂?无|没有?|暂没有?|空缺|暂缺|暂不|不)"
    r"(?:合适的?|要(?:推荐|提名|申报|[推报提评])的?|推荐|提名|申报|人选|队员|名单|报|参评|对象|[人者的就])*[了哦]?"
)
# A comma or a medal: behind it the list of names may be over.
_CLAUSE_END = pattern(rf"[,;。!\n{GAP}]")
_ENDS_LIST = pattern(rf"[,;。!{GAP}]")
_HIM = pattern(
    r"(?<![就再才会])(?:(?:推荐|提名|申报|[报选投评]|给|让|为|请)[他她]|(?:推荐|提名|申报|申请|推选)(?:为|其)?"
    rf"(?=[\s,。{GAP}]|$))"
)
_ENDS_FOR_SURE = pattern(rf"{GAP}[^,;。!]*[,;。!]")


def find_nominees(scan: str, roster: Collection[str]) -> Nominees:
    """Read who is named in `scan`, whose units and medals are already blanked out."""
    found = Nominees()
    labelled = _LABEL.search(scan) is not None
    scan = slots.listed(scan)
    children = {*roster, *slots.of_a_row(scan), *slots.said_to_be_children(scan), *slots.with_particle(scan)}
    scan = slots.said_behind(_BUT.sub(GAP, particulars.plain(_DASH.sub("", scan))))
    rows = slots.first_of_lines(scan)
    children |= slots.names_among(rows)
    scan = _PIECES.sub(lambda match: _pieces(match, found), _STATED.sub(lambda match: _stated(match, found), scan))
    for rule in (_ANNOUNCED, _ALL_TOLD):
        scan = rule.sub(lambda match: _announced(match, found), scan)
    said = _names_taken(found, scan, children)
    if not (found.names or found.nicknames or found.collective or found.nobody):
        _by_pronoun(scan, found)
        if not found.names and (child := slots.may_be_child(scan)):
            found.names, found.unsure = [child[0]], not child[1]
            said = [replace(each, after=1) for each in said if each.text.rstrip(_MARKS) != child[0]]
    if len(found.names) == 1 and _AND_MORE.search(scan):
        found.stated = found.stated or 2
    _begin_list(found, said)
    found.unsure = found.unsure or any(match["who"] in found.names for match in _SPACED.finditer(scan))
    # 王小明 学号12: one child or two?
    places = [name for name in found.names if particulars.PLACE.fullmatch(name)]
    found.unsure = found.unsure or (len(places) == 1 < len(found.names) == 2 and labelled)
    # Of lines that begin alike one is of a child, and another of nobody.
    found.unsure = found.unsure or len({row in found.names for row in rows}) > 1
    # 集体一星章 中队长王小明: the squad, or the child?
    found.unsure = found.unsure or (found.collective and bool(found.names))
    told.share(found, said)
    found.unsure = (
        found.unsure
        or nominee_words.STANDBY.search(found.reason or "") is not None
        or any(_puts_up_more(word, found) for word in _SPLIT.split(_PUT_UP.sub(" ", found.reason or "")))
        or any(_is_another(match["who"], found) for match in _GIVEN_TO.finditer(found.reason or ""))
        or any(particulars.PLACE.fullmatch(each.text.rstrip(_MARKS)) for each in said if each.after)
        or any(_names_another(each.text, found) for each in said if not each.after)
        or _stands_beside(scan, found, {each.text.rstrip(_MARKS) for each in said if not each.inside})
    )
    return found


def _names_taken(found: Nominees, scan: str, roster: Collection[str]) -> list[told.Said]:
    """Puts the names into `found`, one word after the other; the words that are none are of the reason."""
    said: list[told.Said] = []
    why, before, last, inside = False, 0, "", False
    in_row = nominee_words.tells_of_each(clause.strip(_MARKS) for clause in _CLAUSE_END.split(scan))
    for word, mark in _words(scan):
        listed = found.names or found.nicknames or found.collective
        next_one = in_row and bool(found.names) and nominee_words.tells_of_one(word)
        next_one = next_one or ("\n" in last and word in roster)
        word = _behind_and(word) if listed else word
        why = why and not _ends_reason(word, mark, last)
        is_told = (
            listed
            and not (next_one or _goes_on(word, mark, last))
            and ((found.names and len(said) > before) or _is_reason(word, last, roster))
        )
        of_line = bool(listed) and "\n" in last
        goes_on, last = bool(found.names) and last.strip(f" {GAP}") == "、", mark
        inside = ("(" in mark or inside) and ")" not in mark
        if nominee_words.FORMAL.fullmatch(word) or (":" in mark and slots.FIELD.fullmatch(word)):
            # 推荐理由:孝敬长辈,推荐对象:容若: the next field of a form.
            why = why and ":" not in mark
            continue
        found.unsure = found.unsure or (of_line and known.is_word_and_name(word))
        if _WHY.fullmatch(word) and "\n" not in mark:
            why = True
        elif why or is_told:
            said.append(told.Said(word + mark, len(found.names), inside or ")" in mark))
        elif not found.names and NOBODY.fullmatch(word):
            found.nobody = True
        else:
            named = bool(found.names)
            left = nominee_words.take_names(word, found, roster, goes_on or next_one)
            # 李想 高兴 白雪: the list may go on with a word that is a name, too.
            maybe = named and left == word and word[1:] in GIVEN
            found.unsure = found.unsure or (maybe and known.is_word_and_name(word))
            # Words ahead of the first name may be of the reason too, but the list of names goes on.
            before = before if named else len(said)
            said += [told.Said(left + mark, len(found.names), False)] if left else []
    return said


def _behind_and(word: str) -> str:
    """(跳高)和冷锋(踢毽子): 和 is a surname as well, but hardly in the middle of a list."""
    joins = word[0] in "和与及跟" and (known.is_name(word[1:]) or known.is_word_and_name(word[1:]))
    return word[1:] if joins else word


def _ends_reason(word: str, mark: str, last: str) -> bool:
    """…,理由:期末全优;晏殊同评一星章: behind the reason of one the next is put up."""
    core = nominee_words.core_of(word)
    return not {";", "。", "\n"}.isdisjoint(last) and known.is_name(core) and (core != word or GAP in mark)


def _begin_list(found: Nominees, said: list[told.Said]) -> None:
    """高兴、文静: the list begins with a word that is a name, too; where no 、 says so it is asked about."""
    ahead = [each for each in said if not each.after]
    while found.names and ahead and known.is_word_and_name(word := ahead[-1].text.rstrip(_MARKS)):
        if not (last := ahead.pop()).text.endswith("、"):
            found.unsure = True
            return
        found.names.insert(0, word)
        said[:] = [replace(each, after=each.after + 1) if each.after else each for each in said if each != last]


def _by_pronoun(scan: str, found: Nominees) -> None:
    """因为王小明热爱劳动,推荐他: he is the one person whom the text names; else it is asked."""
    # 都投王小明: what may be a name may begin with a verb.
    whole = (name if known.is_name(name) else name[1:] for name in persons(scan))
    named = [name for name in dict.fromkeys(whole) if len(name) in _USUAL_OR_MORE and known.is_name(name)]
    # 王建国推荐 …: who puts somebody forward.
    named = [name for name in named if not re.search(f"{name}(?:推荐|提名|推选)", scan)]
    found.names = named
    found.unsure = found.unsure or (bool(named) and not (len(named) == 1 and _HIM.search(scan)))


def _begins_with_child(word: str, found: Nominees) -> bool:
    """李小红也推荐, 或者贺兰, where nobody of that name was taken for a nominee; 帮助李小红 is a deed."""
    word = _AND.sub("", word)
    name = next((name for name in persons(word) if word.startswith(name) and not nominee_words.judges(name)), "")
    rest = word[len(name) :]
    if name in found.names:
        return False
    if len(name) > nominee_words.USUAL or not known.is_name(name):
        return bool(name) and not rest and nominee_words.is_unknown_name(name)
    usual = len(name) == nominee_words.USUAL and GIVEN.issuperset(name[1:])
    return usual or (len(name) < nominee_words.USUAL and (not rest or _TOO.match(rest) is not None))


def _puts_up_more(words: str, found: Nominees) -> bool:
    """其次戚语桐, 同样优秀的是戚语桐: who else is put up; 帮助戚语桐 is a deed."""
    if _begins_with_child(words, found):
        return True
    last = persons(words)[-1:]
    return any(words.endswith(name) and _is_another(name, found) and _NEXT.search(words[: -len(name)]) for name in last)


def _stands_beside(scan: str, found: Nominees, others: Collection[str]) -> bool:
    """Whether one of the words that are no names stands right beside a name as if it were one, too."""
    parts = _SPLIT.split(scan)
    for one, mark, other in zip(parts[::2], parts[1::2], parts[2::2], strict=False):
        named = [nominee_words.core_of(word) in found.names for word in (one, other)]
        word = one if named[1] else other
        one_alone = any(named) and not all(named) and word in others
        if one_alone and nominee_words.could_be_listed(word, mark):
            return True
    return False


def _is_another(name: str, found: Nominees) -> bool:
    return name not in found.names and known.is_name(name) and persons(name) == (name,)


def _names_another(words: str, found: Nominees) -> bool:
    """我们推荐的方子墨: a child ahead of the first who was taken for a nominee."""
    # 郭子睿拿: what may be a name may go on with a verb.
    others = (
        name[: nominee_words.USUAL]
        for name in persons(words)
        if len(name) in _USUAL_OR_MORE and name not in found.names
    )
    return any(name not in found.names and known.is_name(name) and GIVEN.issuperset(name[1:]) for name in others)


def _goes_on(word: str, mark: str, last: str) -> bool:
    """王小明(品学兼优)、李小红(热心助人); 王小明,成绩好;李小红,爱劳动: behind what is said of one comes the next."""
    if particulars.PLACE.fullmatch(word):
        return not {")", ";", "\n"}.isdisjoint(last)
    if last.startswith((")、", "),", ")")) and mark.startswith("("):
        return known.is_name(word) or known.is_word_and_name(word)
    # …,任劳任怨,还推荐闵慧敏
    if _PUT_UP_TOO.match(word) and (core := nominee_words.core_of(word)) != word:
        return known.is_name(core) and persons(core) == (core,)
    # 王小明——坚持晨读,李小红——爱护图书角, of which the dashes are blanks.
    ended = last.lstrip(")").startswith((",", ";", "。", "\n"))
    alone = "\n" in last or (ended and mark.startswith((",", "(", ":", " ")))
    if not alone or persons(word) != (word,):
        return False
    if "\n" in last:
        return known.is_name(word) or nominee_words.is_unknown_name(word)
    return len(word) > 2 and known.is_name(word) and GIVEN.issuperset(word[1:])


def _is_reason(word: str, last: str, roster: Collection[str]) -> bool:
    """王小明 一星章, 成绩好: behind a medal or a comma only what no language knows goes on with the names."""
    if not _ENDS_LIST.search(last) or word in roster or particulars.PLACE.fullmatch(word):
        return False
    core = nominee_words.core_of(word)
    given = [letter in GIVEN for letter in core[1:]]
    likely = all(given) if _ENDS_FOR_SURE.search(last) else any(given)
    return nominee_words.judges(core) or not (likely and known.is_name(core) and persons(core))


def _words(scan: str) -> list[tuple[str, str]]:
    """The words of `scan` with the mark after each; of words that held personal data only names are kept."""
    parts = _SPLIT.split(scan)
    words: list[tuple[str, str]] = []
    for word, mark in zip(parts[::2], [*parts[1::2], ""], strict=False):
        if SECRET in word:
            words += [(part, mark) for part in word.split(SECRET) if known.is_name(part)]
        elif word and not _PARTICULAR.fullmatch(word):
            words.append((word, mark))
    return words


def _stated(match: re.Match[str], found: Nominees) -> str:
    """3人 says how many are named; 每中队2人 does not."""
    if not match[1]:
        found.stated = value_of(match[2])
        # 推荐0人
        found.nobody = found.nobody or found.stated == 0
    return GAP * len(match[0])


def _pieces(match: re.Match[str], found: Nominees) -> str:
    found.pieces = value_of(match[1] or match[2])
    return GAP * len(match[0])


def _announced(match: re.Match[str], found: Nominees) -> str:
    found.stated = value_of(match["n"])
    return GAP * len(match[0])
