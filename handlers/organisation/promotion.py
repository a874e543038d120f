"""升级: on 1 September the classes go up a grade; shown first, agreed to before or on the day, done once a year."""

from collections import Counter
from collections.abc import Sequence

from handlers import rights
from handlers.kit import Ask, Button, Refusal, Reply, Unit
from handlers.organisation import promotion_day, promotion_plan
from handlers.registry import ANYTHING, command
from handlers.roster import promotion
from handlers.wording import places, questions
from storage.organisation import changes, units
from storage.people import people

_SHOWN = 12
_YEARS = {"五年制": 5, "六年制": 6, "九年制": 9}


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
        return promotion_day.take_back(ask)
    agreed = questions.says_yes(word)
    at = places.chosen(ask, rights.GIVERS, rest if agreed else ask.args, "升级")
    year = promotion.year_to_come(ask.today)
    if (ask.today.month, ask.today.day) < promotion_day._FIRST_LOOK and year == ask.today.year and ask.today.month > 6:
        raise Refusal(f"{year} 学年从 9月1日开始。8月20日起可以先看、先确认。")
    planned = promotion_plan.plan(ask.db, [unit.path for unit in at], year)
    if not planned:
        return Reply(f"{'、'.join(unit.name for unit in at)}已经是 {year} 学年的样子，没有要升级的。")
    if not agreed:
        return _show(ask, at, planned)
    if ask.today < promotion.begins(year):
        return promotion_day.later(ask, at, year)
    return Reply(promotion_plan.done_words(promotion_plan.carry_out(ask.db, planned, ask.now)))


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
    lines = [f"{only.school.name} {only.year} 学年升级（9月1日起）"]
    counts = Counter(step.grade for step in only.up if step.of.kind == units.Kind.SQUAD)
    lines += [
        f"{promotion_plan.grade_word(grade - 1)} {count} 个中队 → {promotion_plan.grade_word(grade)}"
        for grade, count in sorted(counts.items())
    ]
    lines += _graduates(ask, only)
    if only.unknown:
        lines.append(f"看不出年级、不动的：{'、'.join(each.name for each in only.unknown[:_SHOWN])}")
    return [*lines, "老师、别名、报过的都跟着中队走；以前的周报不变。一年级的新中队，以后发「单位 新增」或导入名册。"]


def _graduates(ask: Ask, only: promotion.Promotion) -> list[str]:
    squads = only.graduates
    if not squads:
        return []
    leaving = {squad.id for squad in squads}
    held = people.holding(ask.db, [people.Role.COUNSELOR], [only.school.path], ask.now)
    names = [who.name for who in held if any(grant.unit.id in leaving for grant in who.grants)]
    said = f"毕业 {len(squads)} 个：{'、'.join(squad.name for squad in squads[:_SHOWN])}"
    return [said, *([f"毕业中队的老师：{'、'.join(names[:_SHOWN])}。请给他们安排新的中队。"] if names else [])]


def _many(planned: Sequence[promotion.Promotion]) -> list[str]:
    able = [each for each in planned if each.possible]
    return [
        f"{planned[0].year} 学年升级（9月1日起）：{len(able)} 所学校，{promotion.counted(able)}。",
        "看一所学校，发：升级 学校名",
    ]


def _problems(planned: Sequence[promotion.Promotion]) -> list[str]:
    lines = []
    undecided = [each.school.name for each in planned if each.undecided]
    if undecided:
        names = "、".join(undecided[:_SHOWN])
        lines.append(f"要先说明五年级毕不毕业：{names}。发：升级 五年制 {undecided[0]}（或 六年制）")
    clashing = [f"{each.school.name}{name}" for each in planned for name in each.clashes]
    if clashing:
        lines.append(f"升级后会有两个同名的，请先发「单位 改名」改好：{'、'.join(clashing[:_SHOWN])}")
    return lines


# --- before the day ---------------------------------------------------------------------------------------


def _set_years(ask: Ask, word: str, name: str) -> Reply:
    found = places.chosen(ask, rights.GIVERS, name, "升级", f"{word} {{}}")
    if len(found) != 1 or found[0].kind != units.Kind.SCHOOL:
        raise Refusal(f"请写明是哪所学校，像这样发：升级 {word} 实验小学")
    changes.note(ask.db, found[0], ask.now, last_grade=_YEARS[word])
    again = Button("升级", "升级", units.full_name(ask.db, found[0]))
    return Reply(f"记下了：{found[0].name}是{word}{promotion_plan.grade_word(_YEARS[word])}毕业。", (again,))
