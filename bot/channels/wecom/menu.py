"""The menu under the chat with a self-built app of 企业微信; each item says a command."""

import logging
from collections.abc import Mapping, Sequence
from typing import Any

from bot.channels.wecom.api import Api
from bot.channels.wecom.errors import Deed, Fault

log = logging.getLogger(__name__)
# At most three with five below each, names of 16 and 40 bytes (document 90231). Nothing that a slip of the finger
# could undo stands here.
MENU: Mapping[str, Mapping[str, str]] = {
    "签到": {"签到": "签到", "我的签到": "我的", "接下来的提醒": "提醒", "重要日子": "提醒 列表"},
    "提名": {"提名": "提名", "我的提名": "我的提名", "待审": "待审"},
    "周报": {"本周": "周报", "上周": "周报 上周", "未签到": "未签到", "我是谁": "我是谁", "帮助": "帮助"},
}
_NO_MENU = 46003
Entries = list[tuple[str, list[tuple[str, str, str]]]]


async def keep(api: Api) -> None:
    """Set the menu unless it is there; raises Fault when the platform does not answer, never for a refusal."""
    wanted = [
        {"name": name, "sub_button": [{"type": "click", "name": words, "key": key} for words, key in below.items()]}
        for name, below in MENU.items()
    ]
    try:
        if _entries(await _present(api)) != _entries(wanted):
            await api.call("menu/create", {"button": wanted}, agentid=api.agent_id)
    except Fault as refused:
        if refused.deed not in (Deed.REFUSED, Deed.RIGHT):
            raise
        log.warning("the menu was refused: %s", refused)


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
