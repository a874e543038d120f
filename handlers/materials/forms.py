"""套表: the superior's own form, kept by unit and name, comes back filled with the figures that its fields name."""

from collections.abc import Sequence

from handlers.attendance import attachments
from handlers.kit import Ask, Attachment, Button, Denied, File, Refusal, Reply, Role
from handlers.materials import listing
from handlers.privacy import gate
from handlers.registry import ANYTHING, command, reads
from handlers.wording import periods, places, programmes
from storage.messages import files
from storage.organisation import units
from storage.programmes import forms
from storage.programmes.forms import Form

WRITERS = programmes.READERS - {Role.INSPECTOR}
MOST_BYTES, LONGEST_NAME = 2 << 20, 20
_FIELDS, _REMOVED, _REPLACED = "字段", ("删除", "删掉"), ("换", "更换", "替换")


@command(
    "套表", "fill", who=WRITERS, group="周报", rank=30, help="上级的表写上字段发来，填好还您", glued=ANYTHING,
    looks="", examples=("套表", "套表 月报表 上月 汇总上报", "套表 字段 宣讲"), exports=True,
)  # fmt: skip
def form(ask: Ask) -> Reply:
    """A form by its name: filled, replaced or removed, awaited where it is new; alone all of them."""
    if not ask.message.private:
        raise Refusal("套表请私聊我发。")
    word = ask.args.partition(" ")[0]
    if ask.args.startswith(_FIELDS):
        return listing.shown(ask, ask.args.removeprefix(_FIELDS).split())
    sent = attachments.documents(ask)
    if not word and not sent:
        return _list(ask)
    one, rest = _named(ask, ask.args)
    if sent:
        return _send(ask, one.name if one else word or sent[0].name.rpartition(".")[0], sent)
    if one is None or rest in _REPLACED:
        return _await(ask, one.name if one else word)
    if rest in _REMOVED:
        return _remove(ask, one)
    return _fill(ask, one, rest)


@reads("form")
def awaited(ask: Ask) -> Reply:
    """The file of the form that somebody has just named."""
    number = forms.expected(ask.db, ask.me.id, ask.now)
    if number is None or ask.me.roles.isdisjoint(WRITERS):
        raise Denied("套表您现在不能存，文件没有收。", what="套表")
    return _want(ask, number, attachments.documents(ask))


def _around(ask: Ask) -> list[int]:
    """The units whose forms the asker may use: their own and those above."""
    tops = places.scope(ask.me, WRITERS)
    return list({int(part) for unit in tops for part in unit.path.strip("/").split("/")})


def _list(ask: Ask) -> Reply:
    found = forms.of(ask.db, _around(ask))
    if not found:
        return Reply(f"还没有存套表。{listing.HOW}")
    told = [f"· {one.name}（{'Word' if one.document else 'Excel'}，{one.unit}）" for one in found]
    buttons = tuple(Button(one.name, "套表", one.name) for one in found[:6])
    return Reply("套表：\n" + "\n".join(told) + "\n换一份：套表 名字 换；不要了：套表 名字 删除。", buttons)


def _named(ask: Ask, args: str) -> tuple[Form | None, str]:
    """(the form that the words begin with, the rest); of two with one name that of the nearest unit."""
    found = [one for one in forms.of(ask.db, _around(ask)) if f"{args} ".startswith(f"{one.name} ")]
    own = {unit.id for unit in places.scope(ask.me, WRITERS)}
    best = max(found, key=lambda one: (len(one.name), one.unit_id in own), default=None)
    return best, args[len(best.name) :].strip() if best else ""


def _await(ask: Ask, name: str) -> Reply:
    _expect(ask, name)
    asked = f"请把「{name}」的文件（xlsx 或 docx，2 MB 以内）发给我，一小时以内。"
    return Reply(f"{asked}要填的格子写上字段，像 {{{{宣讲.场次.今年}}}}；有哪些字段，发「套表 字段」。")


def _expect(ask: Ask, name: str) -> int:
    cleared = gate.cleared(name)
    if cleared != name or not name or len(name) > LONGEST_NAME:
        raise Refusal(f"套表的名字写 {LONGEST_NAME} 个字以内，不写人名，像这样发：套表 月报表")
    [unit, *_] = places.scope(ask.me, WRITERS)
    return forms.expect(ask.db, unit.id, cleared, ask.me.id, ask.now)


def _send(ask: Ask, name: str, sent: Sequence[Attachment]) -> Reply:
    return _want(ask, _expect(ask, name), sent)


def _want(ask: Ask, number: int, sent: Sequence[Attachment]) -> Reply:
    if len(sent) > 1 or sent[0].size > MOST_BYTES:
        raise Refusal("一次请发一个文件，不超过 2 MB。")
    forms.sent(ask.db, number, sent[0].ref)
    at = {"channel": ask.message.channel, "chat": ask.message.chat, "ref": sent[0].ref, "kind": files.FORM}
    common = {"inbox_id": ask.inbox_id, "person_id": ask.me.id, "checkin_id": None, "album": None}
    files.want(ask.db, [{**common, **at}], ask.now)
    return Reply("套表收到了，正在看里面的字段，一会儿告诉您。")


def _remove(ask: Ask, one: Form) -> Reply:
    if not any(grant.unit.id == one.unit_id for grant in ask.me.grants if grant.role in WRITERS):
        raise Refusal(f"「{one.name}」是{one.unit}存的，由那里的老师删。")
    forms.remove(ask.db, one.id)
    return Reply(f"「{one.name}」已删除。")


def _fill(ask: Ask, one: Form, words: str) -> Reply:
    span, name = periods.longer(words, ask.today)
    if span and not span.label:
        raise Refusal("套表按月、学期、年填，像这样发：套表 月报表 3月。")
    [unit, *_] = places.chosen(ask, WRITERS, name, "套表", f"{one.name} {{}}")
    day = min(span.last, ask.today) if span else ask.today
    values = {"unit_ids": [unit.id], "form": one.id, "day": day.isoformat(), "at": ask.now.isoformat()}
    title = f"{one.name}-{units.full_name(ask.db, unit)}-{periods.Span(day, day, '').dated}"
    file = File(f"{title}.{'docx' if one.document else 'xlsx'}", "form", values)
    where = "文件最后" if one.document else "格子的批注里"
    return Reply(f"{one.name}填好了，数字从哪里来写在{where}。请核对。", file=file)
