"""What is asked for of a unit (改名, 移到, 停用 …): understood, checked, and shown before it is done."""

from collections.abc import Callable

from handlers import rights
from handlers.kit import Ask, Denied, Refusal, Reply, Role, Unit
from handlers.organisation import unit_changes, unit_names
from handlers.roster.head import plain
from handlers.roster.kinds import may_stand_below
from handlers.roster.units import grade_and_class
from handlers.wording import places
from handlers.wording.numbers import listed
from storage.organisation import history, units
from storage.people import people

_SHOWN = 10
_KEPT = "以前的周报不变，从本周起按新的算。"


def _rename(ask: Ask, words: str) -> Reply:
    one, name = _one_and(ask, words, "单位 改名 三(2)中队 三(8)中队")
    unit_names.check_name(ask, one.parent_id, name, one)
    facts = {}
    if one.kind == units.Kind.SQUAD:
        grade, class_no = grade_and_class(name, ask.today)
        if not class_no or not (grade or one.grade):
            raise Refusal(f"「{name}」看不出年级和班级，签到时会认不出。要加一个叫法，发：单位 别名 {one.name} {name}")
        facts = {"grade": grade or one.grade, "class_no": class_no}
    said = f"{units.full_name(ask.db, one)} 改名为「{name}」。"
    return unit_changes.ask_first(ask, said + _KEPT, "rename", one, name=name, facts=facts)


def _alias(ask: Ask, words: str) -> Reply:
    one, name = _one_and(ask, words, "单位 别名 三(2)中队 雷锋中队")
    if name in one.aliases:
        left = tuple(alias for alias in one.aliases if alias != name)
        return unit_changes.ask_first(ask, f"{one.name}去掉别名「{name}」。", "alias", one, aliases=left)
    unit_names.check_alias(ask, one, name)
    return unit_changes.ask_first(ask, f"{one.name}加上别名「{name}」。", "alias", one, aliases=(*one.aliases, name))


def _move(ask: Ask, words: str) -> Reply:
    one, where = _one_and(ask, words, "单位 移到 实验小学 白云区少工委")
    (above,) = _strictly(ask, where, f"移到 {one.name} {{}}", own=True)
    _own_below(ask, one)
    if one.covers(above) or above.id == one.parent_id:
        raise Refusal(f"{one.name}已经在那里，或者是它的上级，不能移。")
    if not may_stand_below(one.kind, above.kind):
        raise Refusal(f"{one.kind}不能放在{above.kind}下面。")
    if rights.sees_names(ask.me, above) and not rights.sees_names(ask.me, one):
        # 学校管理员 there, and a committee's admin here: nobody comes to see children's names by their own act.
        words = "移过去，您就能看到那里孩子的姓名，所以要由上级管理员来移。"
        raise Denied(words, what="单位 移到", subject=f"unit:{one.id}")
    unit_names.check_name(ask, above.id, one.name, one)
    there = history.path_names(ask.db, [above])[above.id]
    said = f"{units.full_name(ask.db, one)} 移到 {there} 下面，下面的单位和老师跟着走。"
    return unit_changes.ask_first(ask, said + _KEPT, "move", one, to=above.id)


def _close(ask: Ask, words: str) -> Reply:
    (one,) = _strictly(ask, words, "停用 {}")
    _own_below(ask, one)
    held = people.holding(ask.db, Role, [one.path], ask.now)
    names = [who.name for who in held]
    lose = f"这些老师在这里的角色到今天为止：{listed(names, _SHOWN, '人')}。" if held else "那里现在没有老师。"
    below = len(list(units.inside(ask.db, one.path))) - 1
    also = f"，连同下面 {below} 个单位" if below else ""
    return unit_changes.ask_first(
        ask, f"停用 {units.full_name(ask.db, one)}{also}。{lose}报过的都留着，以前的周报不变。", "close", one
    )


def _reopen(ask: Ask, words: str) -> Reply:
    name = plain(words)
    found = units.closed(ask.db, name, [each.path for each in places.scope(ask.me, rights.GIVERS)]) if name else []
    if not found:
        raise Refusal(f"您负责的范围里没有停用的「{name}」。请写它原来的名字，像这样发：单位 恢复 三(9)中队")
    unit_names.check_name(ask, found[0].parent_id, name, found[0])
    said = f"恢复 {history.path_names(ask.db, found[:1])[found[0].id]}。老师要重新邀请。"
    return unit_changes.ask_first(ask, said, "reopen", found[0])


def _add(ask: Ask, words: str) -> Reply:
    """`单位 新增 三(5)中队 实验小学`, `单位 新增 学校 新华小学 青禾区少工委`; an only own unit need not be named."""
    parts = plain(words).split()
    said = units.Kind(parts.pop(0)) if parts and parts[0] in set(units.Kind) else None
    name, where = (parts[0], " ".join(parts[1:])) if parts else ("", "")
    kind = said or next((kind for ending, kind in _ENDINGS.items() if name.endswith(ending)), units.Kind.SQUAD)
    if not name:
        raise Refusal(f"请写明新单位的名字和上级，像这样发：\n{_like(ask)}")
    (above,) = _strictly(ask, where, f"新增 {kind} {name} {{}}", own=True)
    if not may_stand_below(kind, above.kind):
        raise Refusal(f"{kind}不能放在{above.kind}下面，没有做。新增要写明上级，像这样发：\n{_like(ask)}")
    unit_names.check_name(ask, above.id, name)
    grade, class_no = grade_and_class(name, ask.today) if kind == units.Kind.SQUAD else (None, None)
    if kind == units.Kind.SQUAD and not (class_no and (grade or above.grade)):
        raise Refusal(f"「{name}」看不出年级和班级。请写成 三(5)中队 这样，另外的名字以后加成别名。")
    shown = f"在 {history.path_names(ask.db, [above])[above.id]} 下面新增{kind}「{name}」。"
    facts = {"grade": grade or above.grade, "class_no": class_no} if kind == units.Kind.SQUAD else {}
    return unit_changes.ask_first(ask, shown, "add", above, name=name, kind=kind, facts=facts)


# What a new unit is when only its name is said.
_ENDINGS = {
    "小队": units.Kind.TEAM, "小学": units.Kind.SCHOOL, "学校": units.Kind.SCHOOL, "年级": units.Kind.GRADE,
    "社区": units.Kind.COMMUNITY, "社区少工委": units.Kind.COMMUNITY, "基地": units.Kind.BASE,
    "工作室": units.Kind.STUDIO, "团": units.Kind.BAND, "团队": units.Kind.BAND, "协作组": units.Kind.GROUP,
    "辅导站": units.Kind.STATION, "街道": units.Kind.STREET, "教办": units.Kind.EDUCATION_OFFICE,
    "幼儿园": units.Kind.KINDERGARTEN, "关工委": units.Kind.CARE,
}  # fmt: skip
VERBS: dict[str, Callable[[Ask, str], Reply]] = {
    "别名": _alias,
    **dict.fromkeys(("改名", "更名", "改叫"), _rename),
    **dict.fromkeys(("移到", "划到", "转到"), _move),
    **dict.fromkeys(("停用", "撤销", "注销", "关闭", "删除", "删掉", "取消", "解散"), _close),
    **dict.fromkeys(("恢复", "启用"), _reopen),
    **dict.fromkeys(("新增", "增加", "添加", "新建", "加"), _add),
}


def _like(ask: Ask) -> str:
    """A squad that there is not yet, in a school of the asker's; a school, where they have none."""
    tops = places.scope(ask.me, rights.GIVERS)
    school = units.usual(ask.db, [each.path for each in tops], units.Kind.SCHOOL, "")
    what = f"九(9)中队 {units.full_name(ask.db, school)}" if school else f"学校 新华小学 {tops[0].name}"
    return f"单位 新增 {what}"


def _one_and(ask: Ask, words: str, example: str) -> tuple[Unit, str]:
    """The unit, and what follows it after the last space."""
    first, _, last = plain(words).rpartition(" ")
    if not first or not last:
        raise Refusal(f"请写明单位和新的名字，中间空一格，像这样发：{example}")
    (one,) = _strictly(ask, first, f"{example.split()[1]} {{}} {last}")
    return one, last


def _strictly(ask: Ask, words: str, args: str, own: bool = False) -> list[Unit]:
    """The one unit that is meant; with `own` the asker's own when nothing is said."""
    if not words and not own:
        raise Refusal(f"请写明是哪个单位，像这样发：单位 {args.replace('{}', '三(2)中队')}")
    # With something behind the unit, 看全部 is 单位 alone: 单位 停用 shows none.
    found = places.chosen(ask, rights.GIVERS, words, "单位", f"{args} ")
    if len(found) != 1:
        names = "、".join(each.name for each in found[:5])
        raise Refusal(f"请写明是哪个上级单位。您负责的有：{names}。")
    return found


def _own_below(ask: Ask, one: Unit) -> None:
    if any(one.covers(each) for each in places.scope(ask.me, rights.GIVERS)):
        words = f"{one.name}是您自己的单位，请上级管理员来改。"
        raise Denied(words, what="单位", subject=f"unit:{one.id}")
