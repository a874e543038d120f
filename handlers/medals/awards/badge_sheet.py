"""A workbook of basic badges: sheet 基础章 with the columns 中队, 序号 and one a badge → the lines of 记章."""

from collections.abc import Mapping, Sequence
from datetime import date

from sqlalchemy import Connection

from handlers.kit import Button, Person, Reply, Role
from handlers.medals.awards.eligibility import ALL_BASIC
from handlers.reading.model import Context
from handlers.reading.text.units import find_units
from handlers.wording import medals, numbers
from storage.medals import special_badges
from storage.organisation import units
from storage.organisation.units import Unit

SHEET = "基础章"
_SQUAD, _NUMBER = ("中队", "班级"), ("序号", "学号", "座号")
_MARKS, _BLANKS = frozenset("1√✓✔是有yY●"), frozenset("0×✗xX否无没未nN-—/○")
_MOST_PROBLEMS = 10
_MOST_NUMBER = 100
_COLUMNS = "第一行要有：中队、序号，和章的名字（如向阳章）"
Given = Mapping[tuple[int, tuple[str, ...]], list[int]]


def is_head(cells: Sequence[str]) -> bool:
    """Whether a table that begins so is one of badges, whatever its sheet is called."""
    words = {cell.strip().removesuffix("章") for cell in cells}
    basic = {medals.label(code).removesuffix("章") for code in ALL_BASIC}
    return not words.isdisjoint(_NUMBER) and not words.isdisjoint(basic)


def shown(db: Connection, person: Person, rows: Sequence[Sequence[str]], today: date) -> Reply:
    """What the sheet would give, with a button that leads to the preview; or every mistake of it."""
    squads = _squads(db, person)
    special = {each.medal for each in special_badges.around(db, [squad.path for squad in squads]) if not each.paused_at}
    given, problems = _read(rows, {squad.key: squad for squad in squads}, (*ALL_BASIC, *sorted(special)), today)
    if problems or not given:
        listed = "\n".join(problems[:_MOST_PROBLEMS]) or "一枚也没有。有的格写 1 或 √。"
        more = f"\n另有 {len(problems) - _MOST_PROBLEMS} 处" if len(problems) > _MOST_PROBLEMS else ""
        return Reply(f"基础章的表没有记，请改好再发一次：\n{listed}{more}")
    by_id = {squad.id: squad.name for squad in squads}
    lines = [
        f"{'、'.join(map(medals.label, codes))} {by_id[squad]} {numbers.in_rows(who)}"
        for (squad, codes), who in given.items()
    ]
    count = sum(len(codes) * len(who) for (_, codes), who in given.items())
    text = f"基础章的表核对好了，还没有记：{len({squad for squad, _ in given})} 个中队，共 {count} 枚。"
    return Reply(text, (Button("看一看，再记", "记章", "\n".join(lines)),))


def _squads(db: Connection, person: Person) -> list[Unit]:
    schools = {
        grant.unit.id for grant in person.grants if grant.role in (Role.BRIGADE, Role.SCHOOL_ADMIN) and grant.unit.id
    }
    own = [unit for unit in person.units({Role.COUNSELOR}) if unit.key and unit.school_id not in schools]
    return [unit for school in sorted(schools) for unit in units.of_school(db, school) if unit.key] + own


def _read(
    rows: Sequence[Sequence[str]], squads: Mapping[str, Unit], medals_there: Sequence[str], today: date
) -> tuple[Given, list[str]]:
    """(squad and badges → numbers, what is wrong with the sheet)."""
    header = [cell.strip() for cell in rows[0]] if rows else []
    squad_at, number_at = (
        next((header.index(name) for name in names if name in header), None) for names in (_SQUAD, _NUMBER)
    )
    codes = {medals.label(code).removesuffix("章"): code for code in medals_there}
    badges = {place: codes[word] for place, cell in enumerate(header) if (word := cell.removesuffix("章")) in codes}
    # Of a counselor's own squad it goes without saying.
    alone = next(iter(squads.values())) if len(squads) == 1 and squad_at is None else None
    if (squad_at is None and alone is None) or number_at is None or not badges:
        return {}, [_COLUMNS]
    found: dict[tuple[int, tuple[str, ...]], list[int]] = {}
    unknown = [cell for place, cell in enumerate(header) if cell.endswith("章") and place not in badges]
    problems = [f"第 1 行：没有「{cell}」这种章，请改好章的名字，或删掉这一列" for cell in unknown]
    for line, row in enumerate(rows[1:], 2):
        cells = [cell.strip() for cell in row] + [""] * (len(header) - len(row))
        if not any(cells):
            continue
        where = cells[squad_at] if squad_at is not None else ""
        squad, number = alone or _squad(where, squads, today), cells[number_at].removesuffix("号")
        strange = [cells[place] for place in badges if cells[place][:1] not in _MARKS | _BLANKS | {""}]
        held = tuple(code for place, code in badges.items() if cells[place][:1] in _MARKS)
        if squad is None:
            problems.append(f"第 {line} 行：中队「{where}」不在您负责的范围")
        elif not number.isdecimal() or not 0 < int(number) < _MOST_NUMBER:
            problems.append(f"第 {line} 行：序号要写 1 到 {_MOST_NUMBER - 1} 的数")
        elif strange:
            problems.append(f"第 {line} 行：看不懂「{'」「'.join(strange)}」，有这枚章的写 1 或 √，没有的空着")
        elif held:
            found.setdefault((squad.id, held), []).append(int(number))
    return found, problems


def _squad(words: str, squads: Mapping[str, Unit], today: date) -> Unit | None:
    hits, _ = find_units(words, Context(today))
    return squads.get(hits[0].unit or "") if len(hits) == 1 else None
