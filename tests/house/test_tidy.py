"""The style of the code as a test: small files, small functions, one clock, one way to the environment."""

import ast
import re
import statistics
from collections import Counter
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest
from alembic.config import Config
from alembic.script import ScriptDirectory

from bot.__main__ import COMMANDS
from storage.migrate import FOLDER, HEAD
from tests.support.process import ROOT

# How a test comes by a database; and those that want something else of these modules, or always have a file.
DATABASES = re.compile(
    r"from tests\.(?:support\.(?:platforms\.\w+_stage|stage|talk|databases|commanding|nominating|reminding|rostering)"
    r"|faults\.\w+) import|from tests\.support import .*(?:nominating|rostering|commanding)|county: County"
    r"|import .*\bServing\b"
)
ON_ONE_DATABASE = {
    "tests/practice/test_bad_input.py": "the practice page always has a SQLite file",
    "tests/practice/test_browser.py": "the practice page always has a SQLite file",
    "tests/commands/test_migrate_to.py": "goes from the one to the other",
    "tests/storage/test_database_file.py": "is about the file of SQLite",
    "tests/organisation/test_roster.py": "reads tables without a database",
    "tests/processes/test_supervision.py": "of the process, not of what it keeps",
}
MOST_LINES = 300
MOST_LINES_A_FUNCTION = 40
MEDIAN_LINES_A_FUNCTION = 8
MOST_MODULES_A_FOLDER = 12
# Of our own modules; the vocabulary of a feature, and the readings it gets, count as one name each.
MOST_NAMES_KNOWN = 12
VOCABULARY = ("handlers.kit", "handlers.registry", "handlers.reading", "handlers.reading.model")
PACKAGES = ("bot", "handlers", "scheduling", "storage")
FILES = sorted(path for package in PACKAGES for path in (ROOT / package).rglob("*.py"))
WRITTEN = [path for path in FILES if FOLDER not in path.parents]
TESTS = sorted((ROOT / "tests").rglob("*.py"))
Function = ast.FunctionDef | ast.AsyncFunctionDef


@cache
def tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"))


@cache
def nodes(path: Path) -> list[ast.AST]:
    return list(ast.walk(tree(path)))


def name(path: Path) -> str:
    return str(path.relative_to(ROOT))


def module(path: Path) -> str:
    return ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")


def functions() -> Iterator[tuple[str, int]]:
    """Every function and its length in lines."""
    for path in WRITTEN:
        for node in nodes(path):
            if isinstance(node, Function):
                assert node.end_lineno is not None
                yield f"{name(path)}: {node.name}", node.end_lineno - node.lineno + 1


def uses(path: Path, *wanted: str) -> list[str]:
    """Where a file says one of these names, such as `datetime.now`."""
    last = {each.rpartition(".")[2] for each in wanted}
    return [
        f"{name(path)}:{node.lineno} {ast.unparse(node)}"
        for node in nodes(path)
        if isinstance(node, ast.Attribute) and node.attr in last and ast.unparse(node) in wanted
    ]


def imports(path: Path) -> Iterator[ast.Import | ast.ImportFrom]:
    return (node for node in nodes(path) if isinstance(node, ast.Import | ast.ImportFrom))


def test_files_are_short() -> None:
    tests = (ROOT / "tests").rglob("test_*.py")
    long = {
        name(path): lines
        for path in (*WRITTEN, *tests)
        if (lines := len(path.read_text("utf-8").splitlines())) > MOST_LINES
    }
    assert long == {}


def test_functions_are_short() -> None:
    lengths = dict(functions())
    assert {each: lines for each, lines in lengths.items() if lines > MOST_LINES_A_FUNCTION} == {}
    assert statistics.median(lengths.values()) <= MEDIAN_LINES_A_FUNCTION


def test_folders_are_small() -> None:
    modules = Counter(name(path.parent) for path in WRITTEN if path.name != "__init__.py")
    assert {folder: number for folder, number in modules.items() if number > MOST_MODULES_A_FOLDER} == {}


def names_known(path: Path) -> int:
    """How many names a module takes from others of ours."""
    # The shell imports late what only some commands need: what costs at the start is held by its bench.
    found = tree(path).body if path.is_relative_to(ROOT / "bot") else nodes(path)
    known = set()
    for node in found:
        if isinstance(node, ast.ImportFrom):
            module = node.module or ""
            known |= {module} if module in VOCABULARY else {f"{module}.{each.name}" for each in node.names}
        elif isinstance(node, ast.Import):
            known |= {each.name for each in node.names}
    return len({each for each in known if each.partition(".")[0] in PACKAGES})


def test_modules_know_few_others() -> None:
    known = {name(path): names_known(path) for path in WRITTEN if path.name != "__init__.py"}
    assert {each: number for each, number in known.items() if number > MOST_NAMES_KNOWN} == {}


def test_one_clock() -> None:
    clocks = ("datetime.now", "datetime.utcnow", "datetime.today", "date.today", "time.time", "time.localtime")
    excepted = {"bot/clock.py", "scheduling/clock.py"}
    assert [use for path in WRITTEN if name(path) not in excepted for use in uses(path, *clocks)] == []


def test_one_way_to_write_a_day() -> None:
    """4月3日 is handlers/wording/days.py's; scheduling, which is below it, has a period's label."""
    written = re.compile(r"month\}月\{|%m月%d|:%-?m月")
    stamped = {name(path) for path in WRITTEN if "%Y-%m-%d %H:%M}" in path.read_text(encoding="utf-8")}
    assert {each for each in stamped if each.startswith("handlers/")} == {"handlers/wording/days.py"}
    found = {name(path) for path in WRITTEN if written.search(path.read_text(encoding="utf-8"))}
    assert found == {"handlers/wording/days.py", "scheduling/spans.py"}


def test_one_way_to_the_environment() -> None:
    assert [
        use
        for path in WRITTEN
        if not name(path).startswith("bot/settings/")
        for use in uses(path, "os.environ", "os.getenv")
    ] == []


@pytest.mark.parametrize("package", ["handlers", "scheduling", "storage"])
def test_features_and_storage_are_plain_functions(package: str) -> None:
    found = []
    for path in (path for path in WRITTEN if path.is_relative_to(ROOT / package)):
        found += [f"{name(path)}: {node.name}" for node in nodes(path) if isinstance(node, ast.AsyncFunctionDef)]
        for node in imports(path):
            names = [node.module or ""] if isinstance(node, ast.ImportFrom) else [alias.name for alias in node.names]
            found += [
                f"{name(path)}: {each}" for each in names if each.partition(".")[0] in ("asyncio", "httpx", "socket")
            ]
    assert found == []


def test_every_module_says_what_it_is_for() -> None:
    paths = (*FILES, *sorted((ROOT / "tests").rglob("*.py")))
    # A look at the first line: to parse all tests for it takes seconds.
    said = {path: path.read_text(encoding="utf-8") for path in paths}
    assert [name(path) for path, text in said.items() if text and not re.match(r'r?"""\s*[^"\s]', text)] == []


def test_no_module_is_left_over() -> None:
    used = {f"bot.commands.{command}" for command, _ in COMMANDS.values()} | {"bot.__main__"}
    for path in WRITTEN:
        for node in imports(path):
            if isinstance(node, ast.ImportFrom):
                used |= {node.module or "", *(f"{node.module}.{alias.name}" for alias in node.names)}
            else:
                used |= {alias.name for alias in node.names}
    left = {module(path) for path in WRITTEN if path.name != "__init__.py" and not _is_found(path)} - used
    assert left == set()


def _is_found(path: Path) -> bool:
    """Features are discovered, scripts are run."""
    return path.is_relative_to(ROOT / "handlers") or 'if __name__ == "__main__"' in path.read_text(encoding="utf-8")


def test_the_newest_migration_is_the_one_that_is_wanted() -> None:
    config = Config()
    config.set_main_option("script_location", str(FOLDER))
    assert ScriptDirectory.from_config(config).get_heads() == [HEAD]


def test_what_speaks_to_a_database_runs_on_both() -> None:
    texts = {name(path): path.read_text(encoding="utf-8") for path in TESTS if path.name.startswith("test_")}
    found = {each for each, text in texts.items() if DATABASES.search(text) and "mark.both" not in text}
    assert found == set(ON_ONE_DATABASE)
    assert [each for each, text in texts.items() if re.search(r"^@pytest\.mark\.sqlite$", text, re.MULTILINE)] == []


# A comma, colon, bracket … of ASCII in a Chinese sentence, and what is no part of one.
HALF_WIDTH = re.compile(r"[\u4e00-\u9fff」）](?:[,:;?!](?=\s?[\u4e00-\u9fff「]|\s*$)|\([A-Za-z.]{2,})")
TECHNICAL = re.compile(r"^ .*|\b\w+://[^\s（）。]+|[A-Z_]{2,}=\S+", re.MULTILINE)
PATTERN = re.compile(r"\\|\(\?|\[\^|\?\|")
WORDS_OF_PAGES = re.compile("[\"'`>][^\"'`<>]*[\u4e00-\u9fff][^\"'`<>]*")


def said_by(path: Path) -> Iterator[str]:
    """The Chinese sentences that stand in a module."""
    for each in nodes(path):
        text = each.value if isinstance(each, ast.Constant) and isinstance(each.value, str) else ""
        if text.isascii():
            continue
        chinese = len(re.findall("[\u4e00-\u9fff]", text))
        if re.search("[。，：；？！]", text) and 3 * chinese > len(text) and not PATTERN.search(text):
            yield text


def test_what_people_read_has_chinese_punctuation() -> None:
    pages = (ROOT / "bot/practice/page").iterdir()
    said = [(name(path), text) for path in WRITTEN for text in said_by(path)]
    said += [(name(page), line) for page in pages for line in WORDS_OF_PAGES.findall(page.read_text("utf-8"))]
    assert [each for each in said if HALF_WIDTH.search(TECHNICAL.sub("", each[1]))] == []
    # In an address it is the other way round.
    assert [each for each in said if re.search("://[^ ]*：[^ ]*@", each[1])] == []
