"""What becomes of complete records: they are stored, counted in their event, and said back."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from itertools import groupby

from handlers.attendance import attachments, drafts, participation, phrases
from handlers.kit import Ask, Button, Refusal, Reply
from handlers.reading import Record
from handlers.reading.checkins.activities import OTHER
from handlers.wording import weeks
from handlers.wording.questions import Question
from storage.campaigns import campaigns
from storage.checkins import checkins, recording


@dataclass(frozen=True, slots=True)
class Replacing:
    """The correction that is asked about (`#17 应到42实到40`), the same as another event, what is said of photos."""

    correction: str
    another: str
    photos: str = ""


_NOT_KEPT = "照片没有附上，要附请再发一次。"
# 是另一场, 又开了一次, 第二场: what was reported is no correction.
ANOTHER = (
    r"(?:不是?|不对)?(?:这?是|要|算)?(?:(?:另外?|再|又|加|新)[的记开报办搞加了]*[一1两]?[场次个条]?|第[二三23][场次]|[两2][场次])"
    r"(?:活动)?"
)
# 同一场，改一下人数; 以后面这条为准: it is one.
SAME = (
    r"(?:还?是|就是)?(?:同|这|刚才那)[一1]?[场次个条](?:活动)?的?(?:改一?[下成]?(?:人数)?)?|改一?下(?:人数)?|人数(?:变|改)了"
    r"|以?(?:后面?|这|最后|最新)的?[这那]?一?[条个次]?(?:的|为准)+"
)
REPLACE = Question(
    attachments.UNDECIDED, Replacing, undone="原来的没有改，这次也没有再记。", dropped="好的，没有改。{photos}",
    yes="改", no="不改", other=f"{ANOTHER}|{SAME}",
    ended_by=frozenset({"checkin", "correct", "cancel", "签到", "更正", "撤回", "另记一场"}),
)  # fmt: skip


def store(ask: Ask, records: Sequence[Record], first: int | None, joint: bool = False) -> list[Reply]:
    """Each record for itself: one that is refused does not cost the others. `joint`: they are of one event.

    `first` is the message that was asked about: its photos belong to the check-in too.
    """
    wanted: list[checkins.Checkin] = []
    refused: list[Reply] = []
    for record in records:
        try:
            wanted.append(drafts.checkin_of(ask, record))
        except Refusal as refusal:
            ask.refused(refusal)
            refused.append(phrases.refused(ask, refusal, alone=len(records) == 1))
    return [*keep(ask, wanted, first, joint), *refused]


def keep(ask: Ask, wanted: Sequence[checkins.Checkin], first: int | None, joint: bool = False) -> list[Reply]:
    """Store these check-ins and say so; one that is there already is said as it is."""
    stored: list[checkins.Checkin] = []
    others: list[Reply] = []
    photos = 0
    for new in wanted:
        before = _same_issue(ask, new)
        kept = None if before else _recorded(ask, new, {one.id for one in stored})
        if kept is None:
            others.append(_again(ask, new, before, alone=len(wanted) == 1))
        else:
            stored.append(kept)
            full = attachments.full(ask, kept)
            others += [Reply(full)] if full else []
            waited, beyond = attachments.adopt(ask, first, kept)
            photos = attachments.add_to(ask, kept) + waited
            others += [Reply(beyond)] if beyond else []
    left_out = attachments.left_out(ask) if stored else ""
    others += [Reply(left_out)] if left_out else []
    together = _unite(ask, stored) if joint and len(stored) > 1 else False
    return [*_echoes(ask, stored, photos, joint, together), *others]


def _same_issue(ask: Ask, new: checkins.Checkin) -> checkins.Checkin | None:
    """The report of the same issue of a series, whatever the day: it is learned once."""
    if not new.issue:
        return None
    return checkins.of_issue(ask.db, new.unit_id, new.activity, new.issue, new.day - drafts.OLDEST)


def _recorded(ask: Ask, new: checkins.Checkin, beside: Collection[int]) -> checkins.Checkin | None:
    """Stored; what is said to be another one (`sequence` > 1) comes after those of that day. None: it is there.

    What was stored `beside` it from the same message is another one, with the same heads too.
    """
    who = ask.me.id, ask.inbox_id, ask.now
    first = new if new.sequence == 1 else replace(new, sequence=1)
    kept = recording.record(ask.db, ask.rollups, first, *who)
    if kept or (new.sequence == 1 and new.activity != OTHER):
        return kept
    there = _of_day(ask, new)
    if new.sequence == 1 and not all(_other_topic(one, new) for one in there):
        # What has no name of its own is another one by its topic: 拔河, 包饺子.
        return None
    if any(_is_same(one, new) for one in there if one.sequence > 1 and one.id not in beside):
        return None
    return recording.record(ask.db, ask.rollups, replace(new, sequence=there[0].sequence + 1), *who)


def _of_day(ask: Ask, new: checkins.Checkin) -> list[checkins.Checkin]:
    return checkins.of_day(ask.db, new.unit_id, new.activity, new.day, new.issue)


def _is_same(one: checkins.Checkin, new: checkins.Checkin) -> bool:
    """Whether it says nothing else: the heads, and the topic where both name one."""
    heads = one.attended == new.attended and new.due in (None, one.due)
    return heads and not _other_topic(one, new)


def _other_topic(one: checkins.Checkin, new: checkins.Checkin) -> bool:
    if new.issue and new.issue == one.issue:
        # 第五期 is no other topic than 第5期.
        return False
    told, before = new.topic, one.topic
    # 祭扫 alone names the activity only.
    return bool(told and before) and told not in (before + new.activity) and before not in told


def _unite(ask: Ask, stored: list[checkins.Checkin]) -> bool:
    """Several squads of one message held it together; another activity or day is another event."""
    together = False
    for _, same in groupby(sorted(stored, key=_event), key=_event):
        ones = list(same)
        if len(ones) > 1:
            recording.unite(ask.db, ask.rollups, ones, ask.me.id, ask.now)
            together = True
    return together


def _event(one: checkins.Checkin) -> tuple[str, str]:
    return one.activity, one.day.isoformat()


def _echoes(ask: Ask, stored: list[checkins.Checkin], photos: int, joint: bool, together: bool) -> list[Reply]:
    if not ask.message.private:
        return [phrases.in_group("已记录", one, ask.today) for one in stored]
    if len(stored) <= 1:
        return [_echo(ask, one, photos, joint) for one in stored]
    of_all = len({one.topic for one in stored}) == 1
    topic = f"\n{stored[0].topic}" if of_all and stored[0].topic else ""
    lines = "\n".join(_listed(one, ask, "" if of_all else one.topic) for one in stored)
    one_event = "\n合办的算一场。" if together else ""
    change = f"要改其中一条，像这样发：更正 {stored[0].unit_name} 实到39"
    return [Reply(f"已记录 {len(stored)} 条：\n{lines}{topic}{one_event}\n{change}")]


def _listed(one: checkins.Checkin, ask: Ask, topic: str) -> str:
    """第5期 is told of the activity already."""
    told = "" if one.issue and topic == f"第{one.issue}期" else topic
    return " · ".join(filter(None, (f"{phrases.dated(one, ask.today)} {phrases.heads(one)}", told)))


def _echo(ask: Ask, one: checkins.Checkin, photos: int, joint: bool) -> Reply:
    """With what is to be said about its event: that it is one with others, or how it becomes so."""
    said = phrases.echo("已记录", one, ask.today, photos)
    if one.campaign_id is not None and (campaign := campaigns.by_id(ask.db, one.campaign_id)):
        said = phrases.with_more(said, f"计入活动 {campaign.id}「{campaign.title}」。")
    elif other := participation.missed(ask, one):
        line = f"主题不同，没有计入活动 {other.id}「{other.title}」。"
        said = phrases.with_more(said, line, Button("计入", "活动", f"{other.id} #{one.id}"))
    if one.timing == checkins.BACKFILLED:
        week = weeks.week_spoken(one.week, ask.today)
        said = phrases.with_more(said, f"{week}的周报已经发出，这条算补报，下一期周报会写明。")
    if one.whole:
        if ask.reading and any("attended" in each.hedges for each in ask.reading.records):
            said = phrases.with_more(said, f"您说的是大约的数，先按 {one.attended} 人计；有准数了，发「更正 实到…」。")
        return phrases.with_more(
            said,
            "各中队当天报的同一活动都算在这一场里，人数不重复计。",
            Button("各中队都参加了", "同场", f"#{one.id} 各中队"),
        )
    if one.event_id is not None:
        return phrases.with_more(said, "和全校的算同一场。", Button("不是同一场", "同场", f"#{one.id} 不是"))
    if joint:
        return phrases.with_more(said, f"几个中队合办的，请另外的中队报完以后发「同场 {one.id}」，只算一场。")
    return said


def _again(ask: Ask, new: checkins.Checkin, before: checkins.Checkin | None, alone: bool) -> Reply:
    """What is said when the squad has a check-in of that activity and day, or that issue, already.

    Of several at once only their buttons tell which one is meant: `alone` is asked about.
    """
    there = [before] if before else _of_day(ask, new)
    same = next((one for one in there if _is_same(one, new)), None)
    if same:
        full, _ = attachments.full(ask, same), attachments.add_to(ask, same)
        repeated = phrases.echo("已经记过，没有重复计", same, ask.today)
        return phrases.with_more(repeated, full) if full else repeated
    one = next((each for each in there if new.topic and each.topic == new.topic), there[0])
    topic = f" 主题：{new.topic}" if _other_topic(one, new) else ""
    into = f"{phrases.heads(new)}{topic}"
    photos = alone and attachments.waiting(ask, None) is not None
    known = Replacing(f"#{one.id} {into}", f"#{one.id} {_told(new)}", _NOT_KEPT if photos else "")
    buttons = [Button(f"改成{phrases.heads(new)}", "更正", known.correction)]
    buttons += [] if before else [Button("另记一场", "另记一场", known.another)]
    if alone:
        REPLACE.put(ask, known)
    more = ("" if before else "另外的一场，发「另记一场」。") + ("\n照片先留着，定了就附上。" if photos else "")
    said = f"{phrases.dated(one, ask.today)} 已记{phrases.heads(one)}{topic and ' ' + one.topic}，这次没有再记。"
    return Reply(f"{said}\n要改成{into}吗？{more}", tuple(buttons))


def _told(new: checkins.Checkin) -> str:
    """What a check-in says beside its place, as words that read the same."""
    others = "".join(f" {kind}{count}人" for kind, count in new.others)
    return f"{phrases.heads(new)}{others}" + (f" 主题：{new.topic}" if new.topic else "")


def unchanged(ask: Ask, words: str) -> Reply:
    """An answer that comes too late changes nothing: what stands now is said instead."""
    newest = checkins.newest(ask.db, ask.me.id)
    if newest is None:
        return Reply(f"{words}。发「帮助」看看现在能做什么。")
    return phrases.echo(f"{words}。您最近一次签到现在是", newest, ask.today)
