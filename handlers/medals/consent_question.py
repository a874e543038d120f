"""What is asked before a nomination is kept, whether it is meant and whether a guardian has agreed.

Until it is answered the names stand in the sealed question only.
"""

from dataclasses import dataclass, replace

from handlers.kit import Ask, Button, Reply
from handlers.medals import intake, proposals
from handlers.medals.own import cases as own
from handlers.wording import days, medals, questions
from handlers.wording.children.consent_answers import answer_in
from handlers.wording.children.consents import said
from storage.children.consents import Consent
from storage.organisation import units

# Fewer characters, 应该够, 可能, are no reason for anybody.
_SHORTEST_REASON = 10


@dataclass(frozen=True, slots=True)
class _Waiting:
    """Nominations that wait for a guardian's consent: unit, medal, name, reason of each."""

    wishes: list[tuple[int, str, str, str]]


CONSENT = questions.Question(
    "consent", _Waiting, undone="还没有提名。",
    asks="请回复家长同意的方式和日期，如：书面 9月1日。还没有同意，回「还没有」。",
    dropped="好的，没有记下孩子的信息。收到家长的同意书以后，请重新提名。", then=(own.MINE,),
    met_by=frozenset({"家长同意"}),
)  # fmt: skip


DOUBT = questions.Question(
    "nomination-doubt", _Waiting, undone="还没有提名。", asks="是这样提名吗？请回「是」或「否」。",
    dropped="好的，没有提名。", yes="是，提名", no="不提名", then=(own.MINE,),
)  # fmt: skip


def take(ask: Ask, asked: list[proposals.Proposal], notes: list[str]) -> list[Reply]:
    """Those that may be kept become cases; of the others it is asked whether a guardian has agreed."""
    ready = [wish for wish in asked if intake.may_be_kept(ask, wish)]
    waiting = [wish for wish in asked if wish not in ready]
    notes += [f"家长同意：{said(given)}" for given in {wish.consent for wish in ready if wish.consent}]
    replies = intake.take(ask, ready, notes) if ready or not waiting else [Reply(note) for note in notes if note]
    return [*replies, *([ask_consent(ask, waiting)] if waiting else [])]


def ask_whether(ask: Ask, asked: list[proposals.Proposal], doubt: str) -> Reply:
    """应该够一星章了吧: shown as it would be kept; `doubt` is what makes it unsure."""
    if not ask.message.private:
        return Reply(f"有 {len(asked)} 件拿不准，没有收下。请私聊我发。")
    lines = "\n".join(f"{wish.unit.name} {wish.name or '集体'} {medals.label(wish.medal)}" for wish in asked)
    reasons = [wish.reason if len(wish.reason) > _SHORTEST_REASON else "" for wish in asked]
    rows = [(one.unit.id, one.medal, one.name, why) for one, why in zip(asked, reasons, strict=True)]
    return Reply(f"{doubt}，还没有提名。是这样提名吗？\n{lines}", DOUBT.put(ask, _Waiting(rows)))


@questions.answers(DOUBT)
def meant(ask: Ask, known: _Waiting) -> list[Reply]:
    """It is: as if it had been said plainly."""
    return take(ask, _wishes(ask, known, None), [])


def _wishes(ask: Ask, known: _Waiting, given: Consent | None) -> list[proposals.Proposal]:
    wishes = [
        proposals.Proposal(units.by_id(ask.db, id), medal, name, why, given) for id, medal, name, why in known.wishes
    ]
    for wish in wishes:
        proposals.check_unit(ask, wish.unit)
    return wishes


def ask_consent(ask: Ask, waiting: list[proposals.Proposal]) -> Reply:
    """One question for all of them; until it is answered their names stand in the sealed question only."""
    if not ask.message.private:
        return Reply(f"有 {len(waiting)} 件还没有记家长同意，没有收下。请私聊我发。")
    if ask.args and not ask.message.edited and (before := CONSENT.waiting(ask)):
        # What was put forward before waits on, beside what is put forward now.
        earlier = [wish for wish in _wishes(ask, before, None) if not intake.may_be_kept(ask, wish)]
        waiting = list({(wish.unit.id, wish.medal, wish.name): wish for wish in (*earlier, *waiting)}.values())
    rows = [(wish.unit.id, wish.medal, wish.name, wish.reason) for wish in waiting]
    CONSENT.put(ask, _Waiting(rows))
    who = "、".join(dict.fromkeys(f"{wish.unit.name} {wish.name}" for wish in waiting))
    like = f"书面 {days.short(ask.today)}"
    return Reply(
        f"还没有记：{who} 的家长同意了吗？\n学校收到同意书了，请回复方式和日期，如：{like}\n"
        "还没有，就先不提名，不影响孩子。同意书由学校保存。",
        (Button("书面，今天", answer="书面 今天"), Button("还没有", answer="还没有")),
    )


@questions.answers(CONSENT)
def consented(ask: Ask, known: _Waiting) -> list[Reply] | None:
    """How and when the guardians agreed: then the nominations are opened; 还没有收到 forgets them.

    Without words: those are opened of whom it was recorded meanwhile.
    """
    if not ask.args:
        wishes = _wishes(ask, known, None)
        return take(ask, wishes, []) if any(intake.may_be_kept(ask, wish) for wish in wishes) else None
    answer = answer_in(ask.args, [name for _, _, name, _ in known.wishes], ask.today)
    if answer is None:
        return None
    if answer.given is None:
        return [Reply(CONSENT.dropped, CONSENT.then)]
    wishes = _wishes(ask, known, answer.given)
    agreed = [wish for wish in wishes if wish.name in answer.names]
    others = [replace(wish, consent=None) for wish in wishes if wish.name not in answer.names]
    replies = intake.take(ask, agreed, [f"家长同意：{said(answer.given)}"])
    return [*replies, *([ask_consent(ask, others)] if others else [])]
