"""邀请 全部 and 谁还没加入: who is in the roster and on no platform yet, and a code for each of them."""

from collections.abc import Sequence

from handlers import rights
from handlers.kit import Ask, Button, File, Person, Refusal, Reply, Role, Unit
from handlers.people.joining import cards
from handlers.registry import command
from handlers.wording import places
from storage.organisation import units
from storage.people import appointments, invites, people

WORD = "邀请 全部"
_LISTED = 12


@command(
    WORD, "邀请全部", "邀请所有老师", "邀请所有人", "邀请全体老师", "邀请全校老师", "邀请大家",
    who=rights.GIVERS, group="人员", rank=26, help="给还没加入的老师每人一张邀请卡", exports=True,
    examples=("邀请 全部 其他用途", "邀请 全部 实验小学"),
)  # fmt: skip
def invite_all(ask: Ask) -> Reply:
    """A workbook with a code, the words to pass on and a card to print for everybody who has not joined."""
    if not ask.message.private:
        raise Refusal("邀请码不能在群里开，请私聊我。")
    at = places.chosen(ask, rights.GIVERS, ask.args, WORD)
    found = people.unjoined(ask.db, [unit.path for unit in at], ask.now)
    if not found:
        return Reply(nobody(ask, at))
    # Somebody may have further roles, elsewhere, that are not the asker's to give.
    mine = [each for each in found if rights.in_charge_of(ask.me, people.lasting(ask.db, each.id, ask.now))]
    made = [_card(ask, each) for each in mine if rights.is_once_more(ask, "invitations")]
    if mine and not made:
        rights.spend(ask, "invitations")
    if not made:
        raise Refusal(f"还有 {len(found)} 位老师没加入，但都有不归您管的职务，请上级管理员来邀请。")
    left = len(found) - len(made)
    later = f"\n另有 {left} 位没有开：今天的邀请码用完了，或有不归您管的职务。明天再发一次。" if left else ""
    later += waits(ask, at, found)
    values = {"cards": made, "unit_ids": [unit.id for unit in at], "at": ask.now.isoformat()}
    return Reply(
        f"{places.title(ask, at)}还没加入的老师 {len(made)} 位，每人一张卡：姓名、单位、邀请码、二维码，7 天内有效，"
        f"只能本人用一次。可以打印，也可以把「转发的话」一行一行转给老师。{later}",
        file=File(f"邀请卡-{places.title(ask, at)}.xlsx", cards.RECIPE, values),
    )


@command(
    "谁还没加入", "没加入", "未加入", who=rights.GIVERS, group="人员", rank=28, help="名册里还没加入的老师",
    looks=".*", examples=("谁还没加入", "谁还没加入 实验小学"),
)  # fmt: skip
def who_is_missing(ask: Ask) -> Reply:
    """Who is in the roster and has not come, by unit, with the ways to bring them in."""
    at = places.chosen(ask, rights.GIVERS, ask.args.rstrip("?？"), "谁还没加入")
    found = people.unjoined(ask.db, [unit.path for unit in at], ask.now)
    if not found:
        return Reply(nobody(ask, at))
    lines = [f"{each.name} {_where(ask, each)}" for each in found[:_LISTED]]
    more = [f"…… 共 {len(found)} 位"] if len(found) > _LISTED else []
    head = f"{places.title(ask, at)}还没加入的老师 {len(found)} 位："
    words = f" {ask.args}".rstrip()
    buttons = (Button("每人一张邀请卡", WORD, words.strip()), Button("办公室二维码", "邀请 办公室", words.strip()))
    return Reply("\n".join([head, *lines, *more]) + waits(ask, at, found), buttons)


def nobody(ask: Ask, at: Sequence[Unit]) -> str:
    """That nobody is left to be invited: all have joined, or wait for a second person's word first."""
    if told := waits(ask, at, ()):
        return f"{places.title(ask, at)}现在没有可以邀请的老师。{told}"
    return f"{places.title(ask, at)}名册里的老师都加入了。"


def waits(ask: Ask, at: Sequence[Unit], found: Sequence[Person]) -> str:
    """A line about who can be invited only when another admin has agreed to their role; empty when nobody."""
    more = appointments.awaited(ask.db, [unit.path for unit in at], ask.now) - {each.id for each in found}
    return f"\n有 {len(more)} 位的任职还等另一位管理员发「待确认」同意，同意以后才能邀请。" if more else ""


def _where(ask: Ask, person: Person) -> str:
    first = person.grants[0]
    return f"{units.full_name(ask.db, first.unit)} {first.role.label}"


def _card(ask: Ask, person: Person) -> dict[str, str]:
    first = person.grants[0]
    code = invites.make(ask.db, ask.vault, first.unit.id, Role(first.role), ask.me.id, ask.now, person_id=person.id)
    said, link = f"加入 {code}", cards.link(ask, code)
    text = f"{person.name}您好，请私聊辅导员助手，发：{said}（7 天内有效，只能您用一次）"
    return {
        "name": person.name, "where": units.full_name(ask.db, first.unit), "role": first.role.label, "code": code,
        "link": link, "text": text, "says": link or said,
    }  # fmt: skip
