"""Who comes in by a code: somebody whom the roster made known, or somebody new, by their own name."""

from dataclasses import replace

from handlers.asker import own_names
from handlers.kit import Ask, Refusal
from handlers.wording import people as naming
from storage.organisation import units
from storage.people import invites, people
from storage.people.appointments import Wish


def wish_of(ask: Ask, found: invites.Invite, name: str) -> Wish:
    """
    What the sender is to get: the role, or an account as somebody whom the roster or an earlier phone made known.

    Who holds this role here already, and nobody is yet, is the sender, if it is just one.
    """
    here = ask.message.channel, ask.message.sender
    role = Wish(0, found.unit_id, found.role, from_id=found.from_id)
    if ask.person:
        return replace(role, person_id=ask.person.id) if found.person_id is None else Wish(ask.person.id, found.unit_id)
    waiting = people.without_account(ask.db, found.role, units.by_id(ask.db, found.unit_id), ask.now)
    said = own_names.clean_name(name).removesuffix(naming.SAME).strip()
    named = [person_id for person_id, known in waiting.items() if not name or own_names.alike(known, said)]
    known = found.person_id or (named[0] if len(named) == 1 and found.from_id is None else None)
    if known is not None:
        return Wish(known, found.unit_id, channel=here[0], address=here[1])
    new = people.add(ask.db, _own_name(ask, name, found), ask.now)
    people.link(ask.db, new, *here)
    return replace(role, person_id=new)


def _own_name(ask: Ask, said: str, found: invites.Invite) -> str:
    """What a newcomer is called: as they say, else as the platform shows them. Raises Refusal for somebody else's."""
    name = own_names.clean_name(said or ask.message.name) or ("" if said else ask.message.sender[:20])
    if not name:
        raise Refusal("姓名没看懂，还没有加入。请只写姓名，像这样发：加入 邀请码 李老师")
    return naming.check_free(ask, name, units.by_id(ask.db, found.unit_id), "加入 邀请码 {}")
