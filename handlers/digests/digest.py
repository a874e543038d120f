"""周报: what happened in a week in the asker's part of the tree, as text, picture or workbook."""

import re
from collections.abc import Sequence

from handlers.digests import files, groups
from handlers.digests.page import link
from handlers.digests.period import period_digest
from handlers.digests.readers import READERS
from handlers.digests.week import schools, week_digest
from handlers.kit import Ask, NotMeant, Reply
from handlers.registry import ANYTHING, command
from handlers.wording import periods, places, weeks

# 周报：无 is a week without an activity.
_NOTHING = re.compile(r"[\s:：]*(?:无|没有|零)(?:活动)?[。\s]*")


@command(
    "周报", "digest", who=READERS, group="周报", rank=2, help="看一周的情况，也可以要图、要表", glued=ANYTHING,
    in_groups=True, snapshot=True, examples=("周报", "周报 上周", "周报 上周 图", "周报 上周 表 汇总上报"),
    exports=True,
)  # fmt: skip
def digest(ask: Ask) -> Sequence[Reply]:
    """The digest of each unit of the asker, or of one unit below them."""
    if _NOTHING.fullmatch(ask.args):
        raise NotMeant
    if link.PAGE in (said := ask.args.split()):
        return link.pointed_at(" ".join(word for word in said if word != link.PAGE))
    span, rest = periods.longer(ask.args, ask.today)
    if span:
        # It has its schools in it.
        return period_digest.of_span(ask, span, schools.asked(rest)[1])
    period, rest = weeks.period_in(weeks.taught(ask, ask.args), ask.today)
    page, rest = schools.asked(rest)
    form, words = files.form_in(rest)
    # What the messages before this one in the same transaction reported belongs to it.
    ask.rollups.flush(ask.db)
    if not form and (found_groups := places.groups_in(ask, READERS, words)):
        return [groups.told(ask, found_groups, period.week)]
    at = places.chosen(ask, READERS, words, "周报", f"{period.week} {{}}")
    if form:
        return files.replies(ask, form, at, periods.of_week(period.week))
    if page:
        return [schools.page(ask, each, period.week, page) for each in at]
    alone = not words and len(at) == 1
    return [week_digest.reply(ask, each, period.week, alone) for each in at]
