"""promote: on 1 September the classes of all schools go up a grade; a preview comes first, done once a year."""

import argparse

from tqdm import tqdm

from bot.commands import CommandError
from bot.commands.database import engine_of, unit_of
from bot.commands.organisation.import_ import agreed
from bot.engine import Engine
from bot.settings import Settings
from handlers.organisation import promotion_plan
from handlers.roster import promotion
from handlers.roster.promotion import Promotion
from storage.base import chunks
from storage.roster import promotion as stored

_EVERYWHERE = "/"
# So many schools are written at a time: a bot that serves waits for moments only.
_AT_ONCE = 100
_SHOWN = 20


def add(parser: argparse.ArgumentParser) -> None:
    """Where, and how careful to be."""
    parser.epilog = "例：python -m bot promote --dry-run"
    parser.add_argument("--unit", help="只管这一部分：全称，用 / 连，或独一无二的名称")
    parser.add_argument("--dry-run", action="store_true", help="只看会改什么，不写入")
    parser.add_argument("--yes", action="store_true", help="不问，直接写入")
    parser.add_argument("--practice", action="store_true", help="在演练的数据库里")


def run(arguments: argparse.Namespace, settings: Settings) -> int:
    """0 when all schools are of the new school year (or --dry-run has shown them), 1 when some cannot be yet."""
    engine = engine_of(arguments, settings, real_only=True)
    today = engine.now().date()
    year = promotion.year_to_come(today)
    path = unit_of(engine, arguments.unit).path if arguments.unit else _EVERYWHERE
    planned = _plan(engine, path, year)
    left = _show(planned, year)
    if not planned or arguments.dry_run:
        return 0
    if today < promotion.begins(year):
        raise CommandError(f"{year} 学年从 9月1日开始，到时候再来；现在可以用 --dry-run 先看。")
    able = [each for each in planned if each.possible]
    if not able or not (arguments.yes or agreed()):
        return 1
    _write(engine, able)
    return 1 if left else 0


def _plan(engine: Engine, path: str, year: int) -> list[Promotion]:
    with engine.database.read.connect() as db:
        schools = stored.schools(db, [path], year)
        return promotion.promote(schools, stored.classes(db, schools), year)


def _show(planned: list[Promotion], year: int) -> int:
    """How many schools cannot go up as they are."""
    if not planned:
        print(f"所有学校都已经是 {year} 学年的样子，没有要升级的。")
        return 0
    able = [each for each in planned if each.possible]
    print(f"{year} 学年升级：{len(able)} 所学校，{promotion.counted(able)}")
    for each in able[:_SHOWN]:
        names = "、".join(squad.name for squad in each.graduates)
        print(f"  {each.school.name}：升级 {each.squads_up} 个{f'，毕业 {names}' if names else ''}")
    if len(able) > _SHOWN:
        print(f"  …… 共 {len(able)} 所")
    for each in planned:
        if each.undecided:
            print(f"  {each.school.name}：要先说明五年级毕不毕业，请管理员发「升级 五年制 {each.school.name}」或六年制")
        elif each.clashes:
            print(f"  {each.school.name}：升级后会有两个 {'、'.join(each.clashes)}，请先改名")
    return len(planned) - len(able)


def _write(engine: Engine, able: list[Promotion]) -> None:
    with tqdm(able, desc="升级", unit="所", disable=None) as schools:
        for some in chunks.chunks(schools, _AT_ONCE):
            with engine.database.write.begin() as db:
                promotion_plan.carry_out(db, some, engine.now())
    print(f"已升级 {len(able)} 所学校。")
