"""看: a row's figures of a period and who is missing, at one place or group by group."""

from dataclasses import replace

from handlers.kit import Ask, Button, Reply, Unit
from handlers.programmes.cases import case_words
from handlers.programmes.figures import asked_line, attendance, missing
from handlers.programmes.rosters import roster_list
from handlers.registry import ANYTHING, command
from handlers.wording import lines, places, programmes
from scheduling import spans
from storage.programmes import reports

MOST_GROUPS = 20
_THAN = " 比 "


@command(
    "看", "figures", who=programmes.LOOKERS, group="周报", rank=26, help="看一项工作报了多少、缺谁", glued=ANYTHING,
    snapshot=True, examples=("看 宣讲", "看 月方案 上月"),
)  # fmt: skip
def look(ask: Ask) -> Reply:
    """A row's line for a period and who is missing; raises NotMeant for words that name no row."""
    # 队课 本月 比 队课 上月: the figures of both times.
    first, _, then = ask.args.partition(_THAN)
    reply = _looked_at(replace(ask, args=first))
    if then:
        before, *_ = _looked_at(replace(ask, args=then)).text.partition("\n")
        now, _, rest = reply.text.partition("\n")
        reply = replace(reply, text="\n".join(filter(None, (now, before, rest))))
    if ask.me.roles.isdisjoint(programmes.READERS):
        return replace(reply, buttons=tuple(each for each in reply.buttons if each.word not in ("表", "催")))
    return reply


def _looked_at(ask: Ask) -> Reply:
    rows = asked_line.rows(ask)
    if not ask.args:
        return Reply(f"要看哪一项？像这样发：看 宣讲 上月\n有：{'、'.join(row.name for row in rows)}")
    if programmes.named(rows, ask.args) is None:
        return attendance.look(ask)
    if found := _each_group(ask):
        return found
    line, at = asked_line.line_of(ask, "看")
    period = spans.said(line.period, ask.today)
    nothing = any(each.state == reports.ZERO for each in line.targets)
    none = "没有开展" if nothing else "还没有一件" if line.row.shape == "case" else "还没有人报"
    text = line.text or f"{line.row.name}{none}"
    head = text if text.startswith(period) else f"{period} {text}"
    if line.row.shape == "case":
        return case_words.shown(
            ask, line.row, asked_line.paths(line.row, at), head, f"{line.row.name} {_said_again(line, at)}"
        )
    if line.row.shape == "roster":
        return Reply(head + roster_list.vacant(line), (Button("在册", "在册", line.row.name),))
    if not line.row.due and (line.row.many or line.row.period == "day"):
        head += missing.lowest(ask.db, line, [unit.path for unit in at], ask.today)
        return Reply(head, (Button("表", "表", f"{line.row.name} {_said_again(line, at)}"),))
    return Reply(f"{head}\n{missing.told(line)}", _buttons(line, at))


def _each_group(ask: Ask) -> Reply | None:
    """看 宣讲 按片区: the row's line of each group of a set, who owes most first; None where no set is named."""
    row, period, rest = asked_line.parted(ask, "看")
    found = places.groups_in(ask, programmes.LOOKERS, rest)
    if not (found and places.is_each(rest)):
        return None
    each = [(group.name, asked_line.of_paths(ask, row, group.paths, period)) for group in found]
    each.sort(key=lambda one: -len(one[1].missing))
    said = (f"· {name}：{line.text or '还没有人报'}" for name, line in each[:MOST_GROUPS])
    more = f"\n另有 {len(each) - MOST_GROUPS} 组" if len(each) > MOST_GROUPS else ""
    return Reply(f"{spans.said(period, ask.today)} {row.name} {rest}：\n" + "\n".join(said) + more)


def _said_again(line: lines.Line, at: list[Unit]) -> str:
    unit = at[0].name if len(at) == 1 else ""
    return f"{line.period} {unit}".strip()


def _buttons(line: lines.Line, at: list[Unit]) -> tuple[Button, ...]:
    again = f"{line.row.name} {_said_again(line, at)}"
    nudge = (Button("催", "催", again),) if line.missing and line.row.due else ()
    return (*nudge, Button("表", "表", again))
