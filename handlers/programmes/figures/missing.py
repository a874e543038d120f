"""Who has not reported a row, in words."""

from handlers.programmes.duties import STATES
from handlers.wording import lines, numbers
from storage.programmes import coverage, reports

MOST_NAMES = 10


def told(line: lines.Line) -> str:
    """How many of those who owe it have reported, in time or not, and who has not."""
    owed = [each for each in line.targets if each.state != coverage.EXCUSED]
    if not owed:
        return "这里没有要报的单位。"
    beside = {"零报告": sum(each.state == reports.ZERO for each in owed), "请假": len(line.targets) - len(owed)}
    said = "".join(f"，{word} {count} 家" for word, count in beside.items() if count)
    in_time = sum(each.in_time for each in owed)
    if not line.missing:
        rate = f"，及时率 {in_time}/{len(owed)}" if in_time < len(owed) else ""
        return f"{len(owed)} 家都报了{rate}{said}。"
    names = numbers.listed([f"{each.school}{each.name}{_mark(each)}" for each in line.missing], MOST_NAMES, "家")
    done = len(owed) - len(line.missing)
    rates = f"报送率 {done}/{len(owed)}，及时率 {in_time}/{len(owed)}{said}"
    return f"{rates}\n还差 {len(line.missing)} 家：{names}"


def _mark(one: coverage.Target) -> str:
    return f"（{STATES[one.state]}）" if one.state in (coverage.OVERDUE, reports.RETURNED) else ""
