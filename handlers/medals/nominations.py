"""提名, 我的提名, 撤回提名: counselors propose children and squads for medals and hear what comes of it."""

from dataclasses import replace

from handlers.asker import context
from handlers.kit import Ask, Denied, Reply
from handlers.medals import consent_question, proposals
from handlers.medals.awards import basics
from handlers.medals.chain import honours
from handlers.medals.own import exchanges, my_nominations, withdrawals
from handlers.registry import ANYTHING, command, reads
from handlers.wording import medals, names

# Of nominations that stand, though 提名 stands ahead.
_ABOUT_MINE = {
    "nomination_query": my_nominations.asked, "nomination_cancel": withdrawals.withdraw_by_words,
    "nomination_replace": exchanges.exchange,
}  # fmt: skip


@command(
    "提名", "nominate", who=proposals.NOMINATORS, group="奖章", rank=7, help="提名队员或中队争奖章", glued=ANYTHING,
    examples=("提名 四(1)中队 王小明 一星章 学雷锋事迹突出", "提名 五(2)中队 集体一星章"),
)  # fmt: skip
@reads("nomination")
def nominate(ask: Ask) -> list[Reply]:
    """Open a case for each nominee; nothing is stored unless all that was said is understood and allowed."""
    if proposals.NOMINATORS.isdisjoint(ask.me.roles):
        for each in ask.reading.nominations if ask.reading else ():
            honours.check(ask, each)
        raise Denied("提名由中队辅导员或大队辅导员来做，请告诉他们。", what="提名")
    heard = ask.reading or context.reading_of(ask, f"提名 {ask.args}")
    # 全班集齐红旗章，申报集体一星章 tells of the badges, 虞书瑶 奉献章，带动全班捐书 of what a child did.
    of_few = any(
        each.medal in medals.STARS or (each.name and not names.is_place(each.name)) for each in heard.nominations
    )
    if basics.meant(ask, ask.args) and not of_few:
        return [basics.preview(ask)]
    if of_mine := _ABOUT_MINE.get(heard.intent):
        return of_mine(replace(ask, reading=heard))
    names.check(ask, heard)
    if (heard.intent, heard.status) == ("nomination", "ignore"):
        return [Reply("好的，这次没有人提名，什么都没有记。")]
    asked = proposals.understood(ask, heard)
    notes = [proposals.question(ask, heard) if heard.status == "partial" else "", names.privacy_warning(heard.issues)]
    if doubt := proposals.doubt_of(heard):
        return [consent_question.ask_whether(ask, asked, doubt), *(Reply(note) for note in notes if note)]
    return consent_question.take(ask, asked, notes)
