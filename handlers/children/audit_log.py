"""审计: the data-protection officer reads the audit log of their part of the tree; reading it is a deed itself."""

from datetime import datetime, time, timedelta

from handlers import deeds
from handlers.kit import ANYTHING, Ask, Deed, Refusal, Reply, Role, command
from handlers.wording.days import day_in
from storage.audit import audit
from storage.audit.audit import Wanted

READERS = frozenset({Role.DATA_OFFICER, Role.PROVINCE_ADMIN})
_MOST = 30
_BACK = timedelta(days=30)


@command(
    "审计",
    "audit",
    who=READERS,
    help="看审计日志:谁做了什么",
    examples=("审计", "审计 无权被拒", "审计 查看姓名 4月1日"),
    glued=ANYTHING,
)
def show(ask: Ask) -> Reply:
    """The newest rows of these 30 days, or of a day; of one kind of deed where one is named."""
    if not ask.message.private:
        raise Refusal("审计日志请私聊我看。")
    day, words = day_in(ask.args, ask.today)
    deed = audit.deed_named(words) if words else None
    if words and deed is None:
        raise Refusal(f"没有「{words}」这一类。可以看:{'、'.join(each.label for each in Deed)}")
    since = datetime.combine(day, time(), ask.now.tzinfo) if day else ask.now - _BACK
    until = since + timedelta(days=1) if day else None
    paths = ask.me.paths(READERS)
    found = audit.entries(ask.db, Wanted(since, until, deed, paths=paths), _MOST)
    ask.note(Deed.LOG_READ, what=deed.label if deed else "")
    if not found:
        return Reply("没有这样的记录。")
    head = f"审计日志,最新 {len(found)} 条" + (",更早的请信息技术老师导出" if len(found) == _MOST else "")
    return Reply("\n".join([head, *deeds.lines(ask.db, found, ask.now.tzinfo)]))
