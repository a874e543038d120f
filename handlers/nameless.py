"""Nominating where children are not named: by the number on the counselor's own list."""

from handlers.kit import Ask, Refusal
from handlers.medals import is_place
from handlers.reading import Reading, persons_in

_NO_NAMES = (
    "为保护队员,Telegram 上不接收队员的姓名,这次没有记录。请删掉刚才那条消息,"
    "改写名单上的序号,像这样发:提名 四(1)中队 7号 一星章 学雷锋。序号是谁,请您自己留好名单。"
)
_NAME_IN_REASON = (
    "理由里好像有孩子的姓名「{}」。为保护队员,Telegram 上不接收姓名,这次没有记录。"
    "请删掉刚才那条消息,不写姓名再发一次;不是姓名就换个说法。"
)


def check(ask: Ask, heard: Reading) -> None:
    """Refuse a nomination that names a child, as nominee or in the reason, where that is not allowed."""
    if ask.message.channel not in ask.nameless:
        return
    if any(each.name and not is_place(each.name) for each in heard.nominations):
        raise Refusal(_NO_NAMES)
    for each in heard.nominations:
        named = next(iter(persons_in(each.reason or "")), "")
        if named:
            raise Refusal(_NAME_IN_REASON.format(named))
