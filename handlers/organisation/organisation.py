"""单位: look at a unit; what is said behind a verb (改名, 移到, 停用 …) is a request to change it."""

from dataclasses import replace

from handlers import rights
from handlers.kit import Ask, Refusal, Reply, Role, Unit
from handlers.organisation import unit_requests
from handlers.registry import ANYTHING, command
from handlers.wording import places
from handlers.wording.numbers import listed
from storage.organisation import changes, history, units
from storage.people import people

_SHOWN = 10
# What is switched off may be a row of the catalogue as well: 停用 宣讲 is not about a unit.
_A_UNIT = r".*(?:[队班校级区站室团组办园]|小学|基地|街道|[少关]工委|[)）\d])"
_HOW = (
    "看一个单位：单位 三(2)中队\n"
    "改：单位 改名 三(9)中队 四(9)中队 · 单位 别名 三(2)中队 雷锋中队 · 单位 移到 实验小学 白云区少工委\n"
    "停用、恢复、新增：单位 停用 三(9)中队 · 单位 恢复 三(9)中队 · 单位 新增 三(5)中队 实验小学"
)


@command(
    "单位", "unit", who=rights.GIVERS, group="组织", rank=29, help="看单位；改名、移动、停用、新增", glued=ANYTHING,
    looks="", examples=("单位", "单位 三(2)中队", "单位 改名 三(2)中队 三(8)中队", "单位 停用 三(2)中队"),
)  # fmt: skip
def unit(ask: Ask) -> Reply:
    """The verb, or the unit that is to be shown."""
    words = ask.args.split()
    # 单位 三(2)中队 停用, 单位 撤销 三(2)中队.
    said = next((word for word in words if word in unit_requests.VERBS), "")
    if not said:
        return _show(ask)
    if not ask.message.private:
        raise Refusal("单位请私聊我来改。")
    words.remove(said)
    return unit_requests.VERBS[said](ask, " ".join(words))


@command(
    "停用", "撤销单位", "注销单位", "删除单位", who=rights.GIVERS, group="组织", rank=29, help="停用一个单位",
    glued=ANYTHING, listed=False, follows=f"(?:单位)? ?{_A_UNIT}$", examples=("停用 三(2)中队",),
)  # fmt: skip
def close(ask: Ask) -> Reply:
    """`单位 停用` with the verb alone."""
    return unit(replace(ask, args=f"停用 {ask.args.removeprefix('单位').strip()}"))


def _show(ask: Ask) -> Reply:
    at = places.chosen(ask, rights.GIVERS, ask.args, "单位")
    if not ask.args or len(at) > 1:
        names = "、".join(units.full_name(ask.db, each) for each in at)
        return Reply(f"您负责：{names}\n{_HOW}")
    (one,) = at
    lines = [history.path_names(ask.db, [one])[one.id], " · ".join(_facts(ask, one))]
    held = people.holding(ask.db, Role, [one.path], ask.now)
    here = [f"{who.name}（{grant.role.label}）" for who in held for grant in who.grants if grant.unit.id == one.id]
    lines.append(f"人员：{listed(here, _SHOWN, '人') or '还没有'}")
    below = len(list(units.inside(ask.db, one.path))) - 1
    return Reply("\n".join([*lines, *([f"下面有 {below} 个单位"] if below else [])]))


def _facts(ask: Ask, one: Unit) -> list[str]:
    came, _, closed = changes.dates(ask.db, one.id)
    facts = [str(one.kind)]
    facts += [f"{came} 年入学"] if came else []
    facts += [f"应到 {one.members} 人"] if one.members else []
    facts += [f"别名 {'、'.join(one.aliases)}"] if one.aliases else []
    return [*facts, f"{closed} 停用"] if closed else facts
