"""组织 分组: schools put together beside the tree (协作组, 片区), to be added up together."""

from handlers import rights
from handlers.kit import Ask, Denied, Refusal, Reply, Unit
from handlers.privacy import gate
from handlers.registry import command
from handlers.wording import places
from storage.audit.audit import Action
from storage.organisation import unit_groups, units

_LONGEST_SET, _LONGEST_NAME = 10, 20
_OUT = "移出"
_HOW = (
    "分：组织 分组 片区 城东片区 实验小学、育红小学\n移出：组织 分组 片区 移出 实验小学\n"
    "合起来看：看 宣讲 城东片区；看 宣讲 按片区；周报 按片区"
)


@command(
    "组织 分组", "组织分组", who=rights.GIVERS, group="组织", rank=48, help="学校分成片区、协作组，合起来看",
    looks="", examples=("组织 分组",),
)  # fmt: skip
def group(ask: Ask) -> Reply:
    """The groups in the asker's part of the tree; or put units into one, or take them out."""
    of, _, rest = ask.args.partition(" ")
    name, _, names = rest.strip().partition(" ")
    if not names:
        return _shown(ask, of)
    if len(of) > _LONGEST_SET or len(name) > _LONGEST_NAME:
        raise Refusal(f"名称太长了（分组 {_LONGEST_SET} 字、组名 {_LONGEST_NAME} 字以内），没有改。\n{_HOW}")
    if gate.is_private_label(of) or gate.is_private_label(name):
        raise Refusal(f"分组的名称里像有人名或个人信息，没有改。请换个名称。\n{_HOW}")
    found = [
        _unit(ask, each, f"{of} {name} {{}}")
        for each in names.replace("，", "、").replace(",", "、").split("、")
        if each.strip()
    ]
    ids, said = [unit.id for unit in found], "、".join(unit.name for unit in found)
    if name == _OUT:
        count = unit_groups.take_out(ask.db, of, ids)
        ask.note(Action.UNIT_CHANGED, found[0], what="分组", units=count)
        return Reply(f"{of}：已移出 {said}。" if count else f"{of}：{said} 本来不在里面，没有改。")
    _check_apart(ask, of, name, found)
    unit_groups.put(ask.db, gate.cleared(of), gate.cleared(name), ids)
    ask.note(Action.UNIT_CHANGED, found[0], what="分组", units=len(ids))
    return Reply(f"{of}：{said} 分在{name}。发「看 宣讲 {name}」看这一组，发「周报 按{of}」比一比。")


def _unit(ask: Ask, words: str, args: str) -> Unit:
    one, *_ = places.chosen(ask, rights.GIVERS, words.strip(), "组织 分组", args)
    if one in places.scope(ask.me, rights.GIVERS):
        raise Denied(f"{one.name}分在哪一组，由上级来定，没有改。", what="组织 分组", subject=f"unit:{one.id}")
    return one


def _check_apart(ask: Ask, of: str, name: str, new: list[Unit]) -> None:
    """A school and a squad of it in one group would count twice."""
    ids = unit_groups.below(ask.db, ["/"]).get(of, {}).get(name, ())
    together = {unit.id: unit for unit in (*(units.by_id(ask.db, id) for id in ids), *new)}.values()
    for one in new:
        other = next((each for each in together if each.id != one.id and (each.covers(one) or one.covers(each))), None)
        if other is not None:
            raise Refusal(f"{one.name}和{other.name}是上下级，分在一组会重复计，没有改。")


def _shown(ask: Ask, of: str) -> Reply:
    top = [unit.path for unit in places.scope(ask.me, rights.GIVERS)]
    found = unit_groups.below(ask.db, top)
    if of and of not in found:
        raise Refusal(f"还没有「{of}」这种分组。\n{_HOW}")
    if not found:
        return Reply(f"还没有分组。\n{_HOW}")
    if not of:
        counted = (
            f"{each}：{'、'.join(f'{name} {len(ids)} 个' for name, ids in found[each].items())}" for each in found
        )
        return Reply("\n".join([*counted, _HOW]))
    lines = (f"{name}：{'、'.join(units.by_id(ask.db, id).name for id in ids)}" for name, ids in found[of].items())
    return Reply("\n".join(lines))
