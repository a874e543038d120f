"""升级: on 1 September the classes go up a grade; shown first, agreed to before or on the day, done once a year."""

from collections import Counter
from collections.abc import Sequence
from datetime import datetime, time

from sqlalchemy import Connection

from handlers import rights
from handlers.kit import Ask, Button, Due, Refusal, Reply, Unit
from handlers.registry import ANYTHING, command, due
from handlers.roster import promotion
from handlers.wording import places, questions
from scheduling.occurrences import PROMOTION, PROMOTION_SOON
from storage.audit import audit
from storage.organisation import changes, units
from storage.people import people
from storage.reminders import deliveries
from storage.roster import promotion as stored

MOST_SCHOOLS, _SHOWN = 200, 12
_YEARS = {"五年制": 5, "六年制": 6, "九年制": 9}
_GRADES = "零一二三四五六七八九"
_FIRST_LOOK = (8, 20)
_AT = time(7, 10)


@command(
    "升级", "promote", who=rights.GIVERS, group="组织", rank=46, help="9月1日各中队升一个年级", glued=ANYTHING,
    examples=("升级", "升级 实验小学", "升级 五年制 实验小学"),
)  # fmt: skip
def promote(ask: Ask) -> Reply:
    """Show what becomes of the classes; 确认 does it, 取消 takes an early word back, 五年制 says when classes leave."""
    if not ask.message.private:
        raise Refusal("升级请私聊我来做。")
    word, _, rest = ask.args.partition(" ")
    if word in _YEARS:
        return _set_years(ask, word, rest)
    if questions.says_no(word):
        return _take_back(ask)
    agreed = questions.says_yes(word)
    at = places.chosen(ask, rights.GIVERS, rest if agreed else ask.args, "升级")
    year = promotion.year_to_come(ask.today)
    if (ask.today.month, ask.today.day) < _FIRST_LOOK and year == ask.today.year and ask.today.month > 6:
        raise Refusal(f"{year} 学年从 9月1日开始。8月20日起可以先看、先确认。")
    planned = plan(ask.db, [unit.path for unit in at], year)
    if not planned:
        return Reply(f"{'、'.join(unit.name for unit in at)}已经是 {year} 学年的样子,没有要升级的。")
    if not agreed:
        return _show(ask, at, planned)
    if ask.today < promotion.begins(year):
        return _later(ask, at, year)
    return Reply(_done(carry_out(ask.db, planned, ask.now)))


def plan(db: Connection, paths: Sequence[str], year: int) -> list[promotion.Promotion]:
    """What is to be done in these subtrees; raises Refusal for more than one message's time."""
    schools = stored.schools(db, paths, year)
    if len(schools) > MOST_SCHOOLS:
        words = "请由各区县来做,或请信息技术老师在机器上运行:python -m bot promote"
        raise Refusal(f"有 {len(schools)} 所学校要升级,太多了。{words}")
    return promotion.promote(schools, stored.classes(db, schools), year)


def carry_out(db: Connection, planned: Sequence[promotion.Promotion], now: datetime) -> list[promotion.Promotion]:
    """Do what can be done; returns that."""
    able = [each for each in planned if each.possible]
    if able:
        up, leaving = [step for each in able for step in each.up], [step for each in able for step in each.leaving]
        day = promotion.counts_from(now.date())
        for each in able:
            audit.note(
                db, audit.Action.PROMOTED, now, unit_id=each.school.id, subject=f"unit:{each.school.id}", year=each.year
            )
        stored.write(db, able[0].year, [each.school for each in able], up, leaving, now, day)
    return able


# --- in words ---------------------------------------------------------------------------------------------


def _show(ask: Ask, at: list[Unit], planned: list[promotion.Promotion]) -> Reply:
    able = [each for each in planned if each.possible]
    where = "" if len(at) > 1 else f" {units.full_name(ask.db, at[0])}"
    buttons = []
    if able:
        early = ask.today < promotion.begins(able[0].year)
        agree = "9月1日自动升级" if early else "现在升级"
        buttons = [Button(agree, "升级", f"确认{where}"), Button("单位怎么改", "单位")]
    lines = _one(ask, planned[0]) if len(planned) == 1 else _many(planned)
    undecided = [each.school for each in planned if each.undecided]
    if undecided:
        buttons += [
            Button(f"{undecided[0].name}{word}", "升级", f"{word} {undecided[0].name}") for word in ("五年制", "六年制")
        ]
    return Reply("\n".join([*lines, *_problems(planned)]), tuple(buttons))


def _one(ask: Ask, only: promotion.Promotion) -> list[str]:
    lines = [f"{only.school.name} {only.year} 学年升级(9月1日起)"]
    counts = Counter(step.grade for step in only.up if step.of.kind == units.Kind.SQUAD)
    lines += [f"{_grade(grade - 1)} {count} 个中队 → {_grade(grade)}" for grade, count in sorted(counts.items())]
    lines += _graduates(ask, only)
    if only.unknown:
        lines.append(f"看不出年级、不动的:{'、'.join(each.name for each in only.unknown[:_SHOWN])}")
    return [*lines, "老师、别名、报过的都跟着中队走;以前的周报不变。一年级的新中队,以后发「单位 新增」或导入名册。"]


def _graduates(ask: Ask, only: promotion.Promotion) -> list[str]:
    squads = only.graduates
    if not squads:
        return []
    leaving = {squad.id for squad in squads}
    held = people.holding(ask.db, [people.Role.COUNSELOR], [only.school.path], ask.now)
    names = [who.name for who in held if any(grant.unit.id in leaving for grant in who.grants)]
    said = f"毕业 {len(squads)} 个:{'、'.join(squad.name for squad in squads[:_SHOWN])}"
    return [said, *([f"毕业中队的老师:{'、'.join(names[:_SHOWN])}。请给他们安排新的中队。"] if names else [])]


def _many(planned: Sequence[promotion.Promotion]) -> list[str]:
    able = [each for each in planned if each.possible]
    return [
        f"{planned[0].year} 学年升级(9月1日起):{len(able)} 所学校,{promotion.counted(able)}。",
        "看一所学校,发:升级 学校名",
    ]


def _problems(planned: Sequence[promotion.Promotion]) -> list[str]:
    lines = []
    undecided = [each.school.name for each in planned if each.undecided]
    if undecided:
        names = "、".join(undecided[:_SHOWN])
        lines.append(f"要先说明五年级毕不毕业:{names}。发:升级 五年制 {undecided[0]}(或 六年制)")
    clashing = [f"{each.school.name}{name}" for each in planned for name in each.clashes]
    if clashing:
        lines.append(f"升级后会有两个同名的,请先发「单位 改名」改好:{'、'.join(clashing[:_SHOWN])}")
    return lines


def _grade(grade: int) -> str:
    return f"{_GRADES[grade]}年级"


def _done(done: Sequence[promotion.Promotion]) -> str:
    if not done:
        return "还不能升级。发「升级」看要先做什么。"
    which = done[0].school.name if len(done) == 1 else f"{len(done)} 所学校"
    return f"{which}已升到 {done[0].year} 学年:{promotion.counted(done)}。以前的周报不变。"


# --- before the day ---------------------------------------------------------------------------------------


def _set_years(ask: Ask, word: str, name: str) -> Reply:
    found = places.chosen(ask, rights.GIVERS, name, "升级", f"{word} {{}}")
    if len(found) != 1 or found[0].kind != units.Kind.SCHOOL:
        raise Refusal(f"请写明是哪所学校,像这样发:升级 {word} 实验小学")
    changes.note(ask.db, found[0], ask.now, last_grade=_YEARS[word])
    again = Button("升级", "升级", units.full_name(ask.db, found[0]))
    return Reply(f"记下了:{found[0].name}是{word}{_grade(_YEARS[word])}毕业。", (again,))


def _later(ask: Ask, at: list[Unit], year: int) -> Reply:
    rows = [
        {
            "occurrence": f"{PROMOTION}:{year}:{unit.id}", "lead": 0, "person_id": ask.me.id, "kind": PROMOTION,
            "day": promotion.begins(year), "payload": {"unit": unit.id},
            "due_at": datetime.combine(promotion.begins(year), _AT, ask.now.tzinfo),
        }
        for unit in at
    ]  # fmt: skip
    deliveries.put(ask.db, rows)
    return Reply("好的,9月1日早上自动升级,做完告诉您。不要了,发:升级 取消", (Button("取消", "升级", "取消"),))


def _take_back(ask: Ask) -> Reply:
    if not deliveries.take_back(ask.db, PROMOTION, ask.me.id):
        return Reply("没有等着升级的。")
    return Reply("好的,9月1日不会自动升级。要升级,到时候发「升级」。")


@due(PROMOTION)
def on_the_day(said: Due) -> Reply | None:
    """What was agreed to in August is done, if it still may be."""
    at = units.by_id(said.db, said.payload["unit"])
    if not any(at.path.startswith(path) for path in said.person.paths(rights.GIVERS)):
        return None
    planned = plan(said.db, [at.path], promotion.year_to_come(said.now.date()))
    return Reply(_done(carry_out(said.db, planned, said.now))) if planned else None


@due(PROMOTION_SOON)
def remind(said: Due) -> Reply | None:
    """Whoever looks after a school is reminded before and after the day; None when it is done, or agreed to."""
    year = promotion.year_to_come(said.now.date())
    schools = [unit for unit in said.person.units(rights.GIVERS) if unit.kind == units.Kind.SCHOOL]
    waiting = plan(said.db, [school.path for school in schools], year) if schools else []
    above = {part for school in schools for part in school.path.strip("/").split("/")}
    if not waiting or deliveries.waits(said.db, [f"{PROMOTION}:{year}:{part}" for part in above]):
        return None
    names = "、".join(each.school.name for each in waiting)
    when = "9月1日新学年开始" if said.now.date() < promotion.begins(year) else "新学年已经开始"
    return Reply(f"{when},{names}的中队要升一个年级。发「升级」先看看,您确认了才改。", (Button("升级", "升级"),))
