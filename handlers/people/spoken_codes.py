"""A code that is said in a group is no secret any more: it is void, and whoever made it hears of it."""

from handlers.kit import Ask, Reply
from storage.base import codes
from storage.people import invites, links

_SAID = "邀请码、关联码不能发在群里，这个码已经作废。请私聊我。"
_AGAIN = "您开的邀请码（{}）被发在群里，已经作废。请重新开一个，私聊给那位老师。"
_MOST = 10


def is_said(text: str) -> bool:
    """Whether something in it has the shape of a code, as of a stranger who left out 加入."""
    return bool(codes.spoken(text))


def overheard(ask: Ask) -> list[Reply]:
    """What is said when a message in a group holds a code that is good; nothing for every other message."""
    told = []
    for code in codes.spoken(ask.message.text)[:_MOST]:
        invite = invites.find(ask.db, ask.vault, code, ask.now)
        link = links.find(ask.db, ask.vault, code, ask.now)
        if invite is not None:
            invites.void(ask.db, invite, ask.now)
            told += [Reply(_AGAIN.format(invite.role.label), to=invite.made_by)] if invite.made_by else []
        if link is not None:
            links.use(ask.db, link, ask.now)
            told.append(Reply("您的关联码被发在群里，已经作废。请再发一次「关联」。", to=link.person_id))
        told += [Reply(_SAID)] if invite or link else []
    return told
