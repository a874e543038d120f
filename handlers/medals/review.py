"""同意: whoever reviews decides on nominations, never on their own; in other words than the commands' as well."""

from dataclasses import replace

from handlers.asker import levels
from handlers.kit import Answer, Ask, Denied, Reply
from handlers.medals import decisions, returns, review_queue
from handlers.medals.awards import approval, bulk, revocation
from handlers.registry import ANYTHING, command, reads
from handlers.wording.children import consent_records


@command(
    "同意", "approve", who=levels.DECIDERS | consent_records.RECORDERS, group="奖章", rank=16,
    help="通过一件提名，或记家长同意", glued=ANYTHING,
    examples=("同意 N20260403-07", "同意 N20260403-07 N20260403-08", "同意 1-20", "同意 三(2)中队 王小明 书面 9月1日"),
)  # fmt: skip
def approve(ask: Ask) -> list[Reply]:
    """Decide for one case or several (a higher level's: 大队审核 alone); 同意 王小明 书面 9月1日 is a consent."""
    if guardian := consent_records.told(ask):
        return [guardian]
    if levels.DECIDERS.isdisjoint(ask.me.roles):
        raise Denied("审核提名由大队辅导员或学校管理员来做。", what="同意")
    if ask.args.startswith("撤销"):
        # 同意撤销 N20260403-03, as the button says.
        number = ask.args.removeprefix("撤销").removeprefix("奖章").strip()
        return revocation.revoke(replace(ask, args=f"{number} 同意"))
    if many := review_queue.several(ask):
        return [bulk.ask_sure(ask, many)]
    if (others := review_queue.of_another_kind(ask, "同意")) is not None:
        return list(others)
    numbers, _ = decisions.NUMBERS.leading(ask, review_queue.with_numbers(ask))
    ladders = levels.Ladders(ask.db)
    cases = [review_queue.mine_to_decide(ask, number, "同意", ladders) for number in numbers or ("",)]
    return approval.approve(ask, cases, ladders)


@reads("review")
def decide(ask: Ask) -> Answer:
    """A decision in other words than the commands', e.g. `N20260403-07 通过`."""
    if levels.DECIDERS.isdisjoint(ask.me.roles):
        raise Denied("审核提名由大队辅导员或学校管理员来做。", what="审核")
    heard = ask.heard.review or {}
    decision = {"approve": approve, "return": returns.send_back}.get(
        str(heard.get("decision")), review_queue.show_pending
    )
    ids = heard.get("ids")
    numbers = " ".join(ids) if isinstance(ids, list) else heard.get("id") or ""
    return decision(replace(ask, args=f"{numbers} {heard.get('reason') or ''}"))
