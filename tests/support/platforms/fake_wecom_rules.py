"""What the 企业微信 API refuses: the limits of messages, cards, menus and media, with their error codes."""

import re
from typing import Any

MOST_IN_TEXT, MOST_RECEIVERS = 2048, 1000
# Errors as the platform words them, where the words matter.
WORDS = {
    -1: "system busy",
    40001: "invalid credential",
    40008: "invalid message type",
    40013: "invalid corpid",
    40014: "invalid access_token",
    42001: "access_token expired",
    43012: "app has no callback url",
    44004: "empty content",
    45009: "reach max api daily quota limit",
    46003: "menu no exist",
    60020: "not allow to access from your ip, hint: [1700000000000000000000000], from ip: 203.0.113.7, more info at "
    "https://open.work.weixin.qq.com/devtool/query?e=60020",
    81013: "user & party & tag all invalid",
}
INTERACTIVE = ("button_interaction", "vote_interaction", "multiple_interaction")
# The real codes of single fields are not documented; these stand for their range.
BAD_CARD, BAD_CODE = 42030, 42044
_MENU_TYPES = ("click", "view", "scancode_push", "scancode_waitmsg", "pic_sysphoto", "location_select")
_MEDIA = {"image": (10 << 20, 40009), "file": (20 << 20, 45001), "voice": (2 << 20, 45001), "video": (10 << 20, 45001)}


def size(text: Any) -> int:
    return len(str(text).encode())


def message(asked: dict[str, Any], agent: int, known_media: Any) -> int:
    """The error code that the message earns, 0 when it may be sent."""
    kind, content = asked.get("msgtype", ""), asked.get(asked.get("msgtype", ""), {})
    if asked.get("agentid") != agent:
        return 301002
    if not (asked.get("touser") or asked.get("toparty") or asked.get("totag")):
        return 82001
    if len(str(asked.get("touser", "")).split("|")) > MOST_RECEIVERS:
        return 40058
    if kind in ("text", "markdown"):
        return 0 if content.get("content") else 44004
    if kind in ("image", "file"):
        return 0 if content.get("media_id") in known_media else 40007
    return 0 if kind == "template_card" else 40008


def card(content: dict[str, Any], tasks: Any, callback: bool) -> int:
    """The error code that a template card earns."""
    kind = content.get("card_type", "")
    if (kind in INTERACTIVE or content.get("action_menu")) and not callback:
        return 43012
    title = content.get("main_title", {}).get("title")
    if not (title or content.get("sub_title_text")):
        return BAD_CARD
    if kind == "text_notice":
        return 0 if content.get("card_action", {}).get("url") else BAD_CARD
    if kind not in INTERACTIVE:
        return BAD_CARD
    task = content.get("task_id", "")
    if not re.fullmatch(r"[0-9A-Za-z_\-@]{1,128}", task):
        return 42015
    if task in tasks:
        return 42014
    return 0 if _buttons_are_right(content, kind) else BAD_CARD


def _buttons_are_right(content: dict[str, Any], kind: str) -> bool:
    if kind == "button_interaction":
        buttons = content.get("button_list", [])
        keys = {each.get("key", "") for each in buttons}
        long = [each for each in buttons if not each.get("text") or size(each.get("key", "")) > 1024]
        return 1 <= len(buttons) <= 6 and len(keys) == len(buttons) and not long
    if kind == "multiple_interaction":
        lists = content.get("select_list", [])
        full = all(each.get("question_key") and 1 <= len(each.get("option_list", [])) <= 10 for each in lists)
        options = [option for each in lists for option in each.get("option_list", [])]
        short = all(option.get("text") and 0 < size(option.get("id", "")) <= 128 for option in options)
        submit = content.get("submit_button", {})
        return 1 <= len(lists) <= 3 and full and short and bool(submit.get("text") and submit.get("key"))
    return True


def menu(asked: dict[str, Any]) -> int:
    """The error code that a menu earns."""
    buttons = asked.get("button", [])
    if not 1 <= len(buttons) <= 3:
        return 40016
    for each in buttons:
        if size(each.get("name", "")) > 16 or not each.get("name"):
            return 40018
        below = each.get("sub_button", [])
        if len(below) > 5:
            return 40023
        for item in below or [each]:
            if size(item.get("name", "")) > 40 or not item.get("name"):
                return 40025
            if item.get("type") not in _MENU_TYPES:
                return 40017
            if item["type"] == "click" and not 0 < size(item.get("key", "")) <= 128:
                return 40019
    return 0


def medium(kind: str, name: str, content: bytes, disposition: str) -> int:
    """The error code that an upload earns; `disposition` is its header, as it came."""
    if kind not in _MEDIA:
        return 40004
    if "filename*=" in disposition or not name:
        return 44001
    most, refused = _MEDIA[kind]
    if len(content) <= 5:
        return 40006
    if len(content) > most:
        return refused
    if kind == "image" and not content.startswith((b"\xff\xd8", b"\x89PNG")):
        return 40009
    return 0
