"""The menu under the chat with a self-built app of 企业微信, the same for everybody; each item says a command."""

import logging
from collections.abc import Iterable, Sequence
from typing import Any

from bot.channels.wecom.api import Api
from bot.channels.wecom.errors import Fault, Remedy
from handlers.registry import Command, most_used

log = logging.getLogger(__name__)
# At most three with five below each, names of 16 and 40 bytes (document 90231): which topics share a column.
_COLUMNS = {"签到": ("签到", "活动", "提醒"), "奖章": ("奖章", "孩子信息"), "周报": ("周报", "人员", "组织")}
_BELOW = 5
_NO_MENU = 46003
Entries = list[tuple[str, list[tuple[str, str, str]]]]


def menu(commands: Iterable[Command]) -> list[dict[str, Any]]:
    """The most used of all commands, each in the column of its topic."""
    first = most_used(commands)
    below = {name: [each.words[0] for each in first if each.group in groups] for name, groups in _COLUMNS.items()}
    return [
        {"name": name, "sub_button": [{"type": "click", "name": word, "key": word} for word in words[:_BELOW]]}
        for name, words in below.items()
    ]


async def keep(api: Api, commands: Iterable[Command]) -> None:
    """Set the menu unless it is there; raises Fault when the platform does not answer, never for a refusal."""
    wanted = menu(commands)
    try:
        if _entries(await _present(api)) != _entries(wanted):
            await api.call("menu/create", {"button": wanted}, agentid=api.agent_id)
    except Fault as refused:
        if refused.remedy not in (Remedy.REFUSED, Remedy.RIGHT, Remedy.UNKNOWN):
            raise
        log.warning("应用的菜单没有被接受：%s", refused)


async def _present(api: Api) -> Sequence[Any]:
    try:
        found: Sequence[Any] = (await api.call("menu/get", agentid=api.agent_id)).get("button", ())
    except Fault as fault:
        if fault.code != _NO_MENU:
            raise
        return ()
    return found


def _entries(buttons: Sequence[Any]) -> Entries:
    """What of a menu can be seen and pressed: the platform adds things of its own."""
    return [
        (each.get("name", ""), [(below.get("type", ""), below.get("name", ""), below.get("key", "")) for below in
                                each.get("sub_button") or ()])
        for each in buttons
    ]  # fmt: skip
