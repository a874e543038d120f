"""网页: a link by which one person opens digests in a browser, for a day; 网页 停用 ends it."""

from collections.abc import Sequence
from urllib.parse import urlencode

from handlers.digests.readers import READERS
from handlers.kit import Ask, Button, Refusal, Reply
from handlers.registry import ANYTHING, command
from handlers.wording import days, periods, places
from storage.audit.audit import Action
from storage.organisation import units
from storage.people import page_links
from storage.reminders import feeds

PATH = "/digest/"
# The word by which it is asked for.
PAGE = "网页"
_STOP = "停用"
_PRACTICE = "practice"


@command(
    "网页", "page", who=READERS, group="周报", rank=24, glued=ANYTHING,
    help="在浏览器里看：各校排序、往下点、打印", examples=("网页", "网页 上月", "网页 停用"),
)  # fmt: skip
def page(ask: Ask) -> Sequence[Reply]:
    """A link to the digest of each of the asker's units, or of one below; nobody else is given it."""
    if ask.args.strip() == _STOP:
        return [_stopped(ask)]
    if (address := address_for(ask)) is None:
        raise Refusal("这里没有开网页。各校的情况发「周报」，要 Excel 发「周报 表」。", Button("周报", "周报"))
    if not ask.message.private:
        raise Refusal("网页的链接只给您一个人，请私聊我发「网页」。")
    span, rest = periods.asked(ask, ask.args)
    at = places.chosen(ask, READERS, rest, "网页", f"{span.words} {{}}")
    token = page_links.make(ask.db, ask.vault, ask.me.id, ask.now)
    ask.note(Action.PAGE_LINKED, at=at[0])
    until = ask.now + page_links.LIFETIME
    links = [
        f"{units.full_name(ask.db, each)}{periods.name_of(span, each)}：\n"
        f"{address}{path_to(each.id, span.words).format(token)}"
        for each in at
    ]
    closing = f"只给您一个人看，请不要转发；{days.moment(until)}前有效，发「网页 停用」马上停用。"
    return [Reply("\n".join([*links, closing]), (Button(_STOP, "网页", _STOP),), until=until)]


def path_to(unit_id: int, label: str) -> str:
    """The path of a digest; {} stands for the secret."""
    return f"{PATH}{{}}?{urlencode({'unit': unit_id, 'period': label})}"


def pointed_at(words: str) -> Sequence[Reply]:
    """What 「周报 网页」 is answered: a link is made for whoever presses, of the period and unit in the words."""
    return [Reply("按这个按钮，或者直接发「网页」，得到您一个人的链接。", (Button(PAGE, PAGE, words),))]


def address_for(ask: Ask) -> str | None:
    """With what a link begins that is said here; None: there are no pages. The practice page stands beside them."""
    return "" if ask.message.channel == _PRACTICE else feeds.address(ask.db) or None


def _stopped(ask: Ask) -> Reply:
    count = page_links.revoke(ask.db, ask.me.id)
    if not count:
        return Reply("您没有开着的网页。")
    ask.note(Action.PAGE_REVOKED)
    return Reply(f"已停用，{count} 个链接都打不开了。要再看，发「网页」。")
