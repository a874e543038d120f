"""All that is kept of one child, in words for the guardian (PIPL 45)."""

from handlers.kit import Ask
from handlers.wording import days, medals
from handlers.wording.children.consents import said
from storage.audit import audit
from storage.audit.audit import Action, Wanted
from storage.children import children, consents
from storage.medals import nominations
from storage.organisation import units
from storage.people import people

_MOST = 30


def record_of(ask: Ask, child_id: int) -> str:
    """Name, squad, consent, nominations with reasons, and who has looked at the name."""
    name = children.names(ask.db, ask.vault, [child_id])[child_id]
    squad = units.by_id(ask.db, children.unit_of(ask.db, child_id))
    consent = consents.standing(ask.db, [child_id]).get(child_id)
    lines = [f"姓名：{name}", f"中队：{units.full_name(ask.db, squad)}"]
    lines.append(f"家长同意：{said(consent) if consent else '没有记'}")
    for case in nominations.of_child(ask.db, child_id)[-_MOST:]:
        why = medals.reason_of(ask, case.reason) or "未写"
        what = f"{medals.label(case.medal)}，{medals.state_of(case)}"
        lines.append(f"提名 {case.number}：{what}，{case.nominator}提名，理由：{why}")
    notes = (f"说明：{words}" for words in children.notes(ask.db, ask.vault, child_id))
    return "\n".join([*lines, *_looked(ask, child_id), *notes])


def _looked(ask: Ask, child_id: int) -> list[str]:
    rows = audit.entries(ask.db, Wanted(action=Action.REVEALED, subject=f"child:{child_id}"), _MOST)
    who = people.names(ask.db, {row.person_id for row in rows if row.person_id is not None})
    return [f"{who.get(row.person_id or 0, '')} {days.moment(row.at, ask.now.tzinfo)} 看过姓名" for row in rows]
