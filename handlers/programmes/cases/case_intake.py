"""A case is opened by what names its row, 督导 实验小学 队室没有队旗 12月10日前整改; what is missing is asked."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any

from handlers.catalogue import chain, current
from handlers.catalogue.model import Figure, Row
from handlers.catalogue.reports import read_report
from handlers.kit import Ask, Button, Denied, Refusal, Reply, Unit
from handlers.privacy import gate, names
from handlers.programmes.cases import case_caps, case_rights, case_waiting, case_words
from handlers.reading.text.normalise import GAP, clean
from handlers.registry import reads
from handlers.wording import days, places, programmes, questions
from storage.organisation import units
from storage.programmes import cases
from storage.programmes.cases import Case, CaseStep


@dataclass(frozen=True, slots=True)
class _Asked:
    """What was said of which row, and what was asked about it."""

    row: str
    said: str
    asked: str


MISSING = questions.Question(
    "case", _Asked, undone="还没有立。", asks="{asked}\n不办了，发「取消」。", dropped="好的，没有立。",
    ended_by=frozenset({"case", "report"}),
)  # fmt: skip
_LONGEST = 200
CUT = "姓名等个人信息没有保存。"
_NAME = re.compile(r"[\u4e00-\u9fff·]{2,12}")
_TITLE = re.compile(r"(?:老师|同志|先生|女士|校长)$")
# What stands around a day: 12月10日前整改到位, 请于, 限期, 2026年底到期.
_BEFORE_DAY = re.compile(r"[,，、\s]*(?:请于|请在|要在|须于|应于|限期?于?|期限|截止(?:到|日期)?)[:：]?(?=\s|$)")
_AFTER_DAY = re.compile(
    r"(?<=\s)(?:之?前|以前)?(?:整改|完成|改好|办好|解决|结题|结项|到期|截止|印发)?(?:到位|完毕|完)?(?=[\s,，。;；]|$)"
)


@dataclass(slots=True)
class Told:
    """What a message says of a case."""

    kind: str = ""
    name: str = ""
    words: str = ""
    # Whether some of the words were left out: the gate let them not through.
    cut: bool = False
    due: date | None = None
    figures: dict[str, Any] = field(default_factory=dict)


class Missing(Exception):
    """Something is to be asked; `choices` are the answers that are offered."""

    def __init__(self, asked: str, choices: Sequence[str] = ()) -> None:
        super().__init__(asked)
        self.asked, self.choices = asked, choices


@reads("case")
def take(ask: Ask) -> Sequence[Reply]:
    """A text that begins with a word of a row whose cases the asker opens."""
    row = programmes.case_row(ask, ask.args)
    assert row is not None
    return open_case(ask, row, ask.args)


@questions.answers(MISSING)
def complete(ask: Ask, known: _Asked) -> Sequence[Reply] | None:
    """The answer, read together with what was said; None for another message."""
    row = current.catalogue_of(ask.db).by_key.get(known.row)
    if row is None or len(ask.args) > _LONGEST or programmes.case_row(ask, ask.args):
        return None
    return open_case(ask, row, f"{known.said} {ask.args}")


def open_case(ask: Ask, row: Row, said: str) -> Sequence[Reply]:
    """Keep it, tell whoever is waited for; asks for what is missing."""
    if not programmes.may_open(ask.me, row):
        raise Denied(f"{row.name}不由您来立，没有记录。发「上报」看您能报什么。", what="立", subject=row.key)
    try:
        unit, rest = _unit(ask, row, clean(said).text)
        told = _complete(row, read(ask, row, rest))
    except Missing as missing:
        MISSING.put(ask, _Asked(row.key, said, missing.asked))
        return [Reply(missing.asked, tuple(Button(each, answer=each) for each in missing.choices))]
    if told.name and not ask.may_name:
        raise Refusal("姓名请私聊发给我，不发在群里，也不发在存到境外的平台上。没有立。")
    _once(ask, row, unit, told)
    one = pass_over(ask, row, cases.add(ask.db, _case(ask, row, unit, told), ask.me.id, ask.now), own=True)
    case_words.attach(ask, one)
    case_words.remind(ask, row, one)
    after, letters = case_words.news(ask, row, one, "新的一件")
    cut = CUT if told.cut else ""
    lines = [f"已立 {case_words.line(ask, row, one)}", cut, case_caps.over(ask, row, one), after]
    undo = (Button("撤回", case_waiting.COMMAND, f"{one.number} 撤回"),)
    return [Reply("\n".join(filter(None, lines)), undo), *letters]


def _case(ask: Ask, row: Row, unit: Unit, told: Told) -> Case:
    state = chain.first(row)
    return Case(
        row.key, unit.id, told.kind, bool(told.name), told.figures, told.due, chain.period_of(row, ask.today), state,
        ask.vault.seal(told.name) if told.name else None, ask.vault.seal(told.words) if told.words else None,
        row.version, unit_name=unit.name, unit_kind=unit.kind, path=unit.path,
    )  # fmt: skip


def pass_over(ask: Ask, row: Row, one: Case, own: bool) -> Case:
    """
    The case behind the approvals that nobody is waited for.

    A level that this part of the tree has not, and with `own` the submitter's own, does not approve; what decides is
    never passed over (design §5).
    """
    while step := next((each for each in chain.steps_at(row, one.state) if each.action == chain.APPROVE), None):
        passed = own and case_rights.is_level(ask.me, step.by, one.unit)
        if step.to == chain.DECIDED or not (passed or not case_rights.exists(ask.db, step.by, one.unit)):
            break
        made = CaseStep(ask.me.id, f"{step.by}一级略过", step.to, "", None, ask.now)
        cases.move(ask.db, one, made, chain.is_closed(row, step.to))
        one = replace(one, state=step.to)
    return one


def _unit(ask: Ask, row: Row, said: str) -> tuple[Unit, str]:
    """(the unit that it is about, the text without it and the row's word); raises Missing or Denied."""
    word = max((each for each in (row.name, *row.words) if said.startswith(each)), key=len, default="")
    # 先进社区 names the row and the kind.
    rest = said if word in row.kinds else said[len(word) :].lstrip(" :：,，")
    own = programmes.units_for(ask.me, row)
    for each in sorted(own, key=lambda unit: -len(unit.name)):
        for name in (each.name, _plain(each), *each.aliases):
            if name in rest:
                return each, rest.replace(name, " ", 1)
    if found := _below(ask, row, rest):
        return found
    key, without = programmes.key_in(ask, rest)
    unit = places.by_key(ask, key) if key else None
    if unit is not None and programmes.may_report(ask.me, row, unit):
        return unit, without
    if unit is None and len(own) == 1 and not row.who:
        return own[0], rest
    choices = [] if row.who else [each.name for each in own][:6]
    raise Missing(f"{row.name}是哪个单位的？" + ("" if choices else "请写单位的名字。"), choices)


def _below(ask: Ask, row: Row, rest: str) -> tuple[Unit, str] | None:
    """The one unit of the row's kinds below the asker that a word of the text names."""
    top = [each.unit for each in ask.me.grants if each.role in row.who]
    for word in rest.split() if top else ():
        found = [each for each in places.named(ask, top, word) if each.kind in row.at]
        found = [each for each in found if _plain(each).startswith(word) or word in (each.name, *each.aliases)]
        if not found and (begun := units.beginning(ask.db, word, [each.path for each in top])):
            found = [each for each in begun if each.kind in row.at and word.startswith(_plain(each))]
            word = _plain(found[0]) if found else word
        if len(found) > 1:
            raise Missing(f"有几个「{word}」，是哪一个？", [units.full_name(ask.db, each) for each in found[:6]])
        if found:
            if not programmes.may_report(ask.me, row, found[0]):
                raise Denied(f"{found[0].name}的{row.name}不由您来立。", what="立", subject=f"unit:{found[0].id}")
            return found[0], rest.replace(word, " ", 1)
    return None


def _plain(unit: Unit) -> str:
    return unit.name.partition("(")[0] or unit.name


def read(ask: Ask, row: Row, rest: str, old: Case | None = None) -> Told:
    """Kind, day, choices, who is put forward and what it is about, as far as they are said; of `old` they are known."""
    told = Told(kind=max((each for each in row.kinds if each in rest), key=len, default=""))
    rest = rest.replace(told.kind, " ", 1) if told.kind else rest
    choices = {each.name for each in row.fields if each.type == "choice"}
    told.figures = {name: said for name, said in read_report(rest, row, ask.today).values.items() if name in choices}
    for said in told.figures.values():
        rest = rest.replace(str(said), " ", 1)
    if day := _day(row):
        told.due, rest = days.last_day_in(rest, ask.today)
        rest = _AFTER_DAY.sub(" ", _BEFORE_DAY.sub(" ", f" {rest} "))
        if told.due and told.due < ask.today:
            raise Refusal(f"{day.label} {told.due} 已经过去，没有记。请改好日期再发一次。")
    if is_personal(row, told.kind or (old.kind if old else "")):
        told.name, rest = _name(rest, old is None)
    words = " ".join(rest.replace(GAP, " ").strip(" ,，。:：;；").split())
    # 制度 … 起草: in which state it begins goes without saying.
    words = words.removesuffix(f" {chain.first(row)}")
    if len(words) > _LONGEST:
        raise Refusal(f"说明有 {len(words)} 字，太长了（最多 {_LONGEST} 字），没有记。")
    told.words = gate.cleared(words)
    told.cut = told.words != words
    return told


def _day(row: Row) -> Figure | None:
    return next((each for each in row.fields if each.type == "date"), None)


def _complete(row: Row, told: Told) -> Told:
    """What was told, when it is enough; raises Missing with the question for the first thing that is not."""
    if row.kinds and not told.kind:
        if len(row.kinds) > 1:
            raise Missing(f"{row.name}是哪一类？（{'、'.join(row.kinds)}）", row.kinds[:6])
        told.kind = row.kinds[0]
    day = _day(row)
    if day and day.required and told.due is None:
        raise Missing(f"{row.name}：{day.label}是哪一天？（像 12月10日）")
    if is_personal(row, told.kind) and not told.name:
        raise Missing(f"{row.name}推荐的是谁？请写姓名。")
    if not told.words and "matter" in row.subject:
        raise Missing(f"{row.name}：是什么事？请用一句话写，不写孩子的姓名。")
    return told


def corrected(ask: Ask, row: Row, old: Case, words: str) -> Case:
    """The case with what these words say in place of what was said; the rest stays."""
    told = read(ask, row, clean(words).text, old)
    return replace(
        old, kind=told.kind or old.kind, due=told.due or old.due, figures={**old.figures, **told.figures},
        name=ask.vault.seal(told.name) if told.name else old.name,
        words=ask.vault.seal(str(told.words)) if told.words else old.words, version=row.version,
    )  # fmt: skip


def is_personal(row: Row, kind: str) -> bool:
    """Whether this kind puts an adult forward; children are put forward by number only, never by name."""
    return "adult" in row.subject and kind not in row.collective


def _name(rest: str, wanted: bool) -> tuple[str, str]:
    """(the name, the rest): what is no word of the language; where one is wanted, else the first word."""
    first = next(iter(_NAME.findall(rest)), "") if wanted else ""
    found = next(iter(names.persons(rest)), first)
    name = _TITLE.sub("", found)
    return (name if len(name) > 1 else found), (rest.replace(found, " ", 1) if found else rest)


def _once(ask: Ask, row: Row, unit: Unit, told: Told) -> None:
    """The same case twice is one."""
    for each in cases.of_unit(ask.db, row.key, unit.id):
        name = ask.vault.open(each.name) if each.name else ""
        words = ask.vault.open(each.words) if each.words else ""
        if each.kind == told.kind and name == told.name and (told.name or words == told.words):
            page = Button("查看", case_waiting.COMMAND, each.number)
            raise Refusal(f"已经有这一件：{case_words.line(ask, row, each)}。没有再立。", page)
