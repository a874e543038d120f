"""Nominations that are complete and allowed become cases; the asker and the reviewers are told."""

from handlers.kit import Ask, Reply
from handlers.medals import announcements, proposals
from handlers.wording import medals
from scheduling.periods import term_of
from storage.children import children, consents
from storage.medals import nominations
from storage.medals.states import State


def take(ask: Ask, wishes: list[proposals.Proposal], notes: list[str]) -> list[Reply]:
    """Store them, tell the asker and the reviewers; raises Refusal for a special badge that is paused meanwhile."""
    for wish in wishes:
        medals.check_special(ask, [wish.medal], wish.unit)
    opened = [_open(ask, wish) for wish in wishes]
    fresh = [case for case, is_new in opened if is_new]
    old = [case for case, is_new in opened if not is_new and case not in fresh]
    kept = [_kept(ask, case, wish) for wish, (case, _) in zip(wishes, opened, strict=True) if case in old]
    return [
        announcements.receipt(ask, fresh, old, [note for note in (*kept, *notes) if note]),
        *announcements.cards(ask, fresh),
    ]


def may_be_kept(ask: Ask, wish: proposals.Proposal) -> bool:
    """PIPL 31: of a child under fourteen nothing is put up before a guardian has agreed, whether by name or number."""
    if wish.consent or not wish.name:
        return True
    known = children.find(ask.db, ask.vault, wish.unit.id, wish.name)
    return known is not None and bool(consents.standing(ask.db, [known]))


def _open(ask: Ask, wish: proposals.Proposal) -> tuple[nominations.Case, bool]:
    child_id = children.find_or_add(ask.db, ask.vault, wish.unit.id, wish.name, ask.today) if wish.name else None
    if child_id is not None and wish.consent:
        consents.give(ask.db, child_id, wish.consent, ask.me.id, ask.now)
    draft = nominations.Draft(wish.unit.id, child_id, wish.medal, term_of(ask.today), ask.me.id, wish.reason)
    return nominations.open_case(ask.db, ask.vault, draft, ask.today, ask.now)


def _kept(ask: Ask, case: nominations.Case, wish: proposals.Proposal) -> str:
    """What becomes of another reason for a case that stands: it stays as the reviewers read it."""
    if not wish.reason or wish.reason == medals.reason_of(ask, case.reason):
        return ""
    mine = case.holder == ask.me.id and case.state is State.SUBMITTED
    return f"{case.number} 的理由没有改。" + (f"要改，先发「撤回提名 {case.number}」，再重新提名。" if mine else "")
