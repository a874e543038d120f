"""待办: one inbox of all that waits for somebody, whatever it is."""

import re

from handlers.asker import inbox
from handlers.kit import MEMBERS, Ask, Reply
from handlers.registry import command

# 待办 从6: the next five.
_FROM = re.compile(r"\s*从\s*(\d{1,3})\s*")


@command(
    "待办", "todo", who=MEMBERS, group="活动", rank=34, help="看等您办的：提名、上报、事项、任职、家长申请",
    glued="从", looks=".*", examples=("待办",),
)  # fmt: skip
def todo(ask: Ask) -> Reply:
    """Five at a time, the oldest first."""
    begun = _FROM.fullmatch(ask.args)
    return inbox.page(ask, max(int(begun[1]) - 1, 0) if begun else 0)
