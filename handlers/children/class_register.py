"""名单: which child of a class has which number, so that badges by number and nominations by name are of one child."""

import re

from handlers.kit import Ask, Denied, Refusal, Reply, Unit
from handlers.registry import command
from handlers.wording import places
from handlers.wording.children import consents
from storage.children import children
from storage.children import consents as stored
from storage.organisation.units import Kind

_LIKE = "名单 三(2)中队 7号 〈姓名〉"
_PAIR = re.compile(r"0*(\d{1,3})号?\s*[:：.、]?\s*([\u4e00-\u9fff·•]{2,15})")
_NUMBER = re.compile(r"\d号|\d$")
_MOST = 10


@command(
    "名单", "register", who=consents.RECORDERS, group="孩子信息", rank=38,
    help="记下序号是哪一位队员，要先有家长同意", examples=("名单 三(2)中队 7号 王小明", "名单 三(2)中队"),
)  # fmt: skip
def name_numbers(ask: Ask) -> Reply:
    """Numbers of a squad with the names of those whose guardians have agreed; in private, and not abroad.

    Without any, those that have a name.
    """
    if not ask.may_name:
        raise Refusal("姓名只在企业微信私聊里发，什么也没有记。请删掉刚才那条消息。")
    pairs = [(int(number), name) for number, name in _PAIR.findall(ask.args)]
    words = _PAIR.sub(" ", ask.args).strip(" ,，、;；")
    if not (pairs or _NUMBER.search(words)):
        return _listed(ask, words)
    if not 0 < len(pairs) <= _MOST or not all(consents.is_name(name) for _, name in pairs):
        raise Refusal(f"请写明中队、序号和姓名，一次最多 {_MOST} 位，像这样：{_LIKE}")
    squad = _squad(ask, words, _LIKE)
    return Reply("\n".join(_named(ask, squad.id, squad.name, number, name) for number, name in pairs))


def _squad(ask: Ask, words: str, like: str) -> Unit:
    found = places.chosen(ask, consents.RECORDERS, words, "名单")
    if len(found) != 1 or found[0].kind != Kind.SQUAD:
        raise Denied(f"请写明是哪一个中队，像这样：{like}", what="名单")
    return found[0]


def _listed(ask: Ask, words: str) -> Reply:
    """Which numbers of a squad have a name."""
    squad = _squad(ask, words, "名单 三(2)中队")
    known = children.numbered(ask.db, ask.vault, squad.id)
    listed = "、".join(f"{number}号 {children.masked(name)}" for number, name in known.items())
    told = f"{squad.name}记了姓名的 {len(known)} 位：{listed}。" if known else f"{squad.name}还没有记哪个序号是谁。"
    return Reply(f"{told}\n要记，先有家长同意，一次最多 {_MOST} 位，像这样：{_LIKE}")


def _named(ask: Ask, squad_id: int, squad: str, number: int, name: str) -> str:
    who = f"{squad} {number}号 {children.masked(name)}"
    known = (children.find(ask.db, ask.vault, squad_id, word) for word in (f"{number}号", name))
    if not stored.standing(ask.db, [each for each in known if each is not None]):
        return f"{who}：还没有记家长同意，没有记。"
    if not children.name_number(ask.db, ask.vault, squad_id, number, name, ask.now):
        return f"{who}：没有记，这个序号已经是另一位，或者两边都有同一枚章的提名。"
    return f"已记：{who}"
