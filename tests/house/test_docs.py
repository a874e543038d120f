"""What the documents show is true: links, commands, settings, dependencies, and every conversation is played."""

import re
import sys
import tomllib
from functools import cache
from pathlib import Path

import pytest

import bot.startup
from bot.__main__ import COMMANDS
from bot.dispatch.features import collect, modules
from bot.settings import SECRETS, Settings
from handlers import general
from tests.house.test_tidy import PACKAGES
from tests.screenshots import MOST_BYTES
from tests.support.process import ROOT
from tests.support.talk import play

DOCUMENTS = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md"), *(ROOT / "tests").rglob("*.md")])
HANDBOOKS = sorted((ROOT / "docs").glob("*-handbook.md"))
PICTURES = sorted((ROOT / "docs").glob("*.png"))
LINK = re.compile(r"\]\(([^)\s]+)\)|(?:src|href)=\"([^\"]+)\"")
MAKE = re.compile(r"\bmake ([a-z]+)\b")
BOT = re.compile(r"python -m bot ([a-z]+(?:-[a-z]+)*)")
MODULE = re.compile(r"python -m (tests\.\w+)")
every_document = pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: str(path.relative_to(ROOT)))


@cache
def text(name: str | Path) -> str:
    return (ROOT / name).read_text(encoding="utf-8")


def code(words: str) -> str:
    """What stands in code blocks and between backquotes."""
    blocks = re.findall(r"^ *```\w*\n(.*?)^ *```", words, re.MULTILINE | re.DOTALL)
    rest = re.sub(r"^ *```.*?^ *```", "", words, flags=re.MULTILINE | re.DOTALL)
    return "\n".join([*blocks, *re.findall(r"`([^`\n]+)`", rest)])


def conversation(words: str) -> str:
    """The chat blocks of a document at their own lines; everything else is empty."""
    lines, inside = [], False
    for line in words.splitlines():
        fence = line.startswith("```")
        inside = line == "```chat" if fence else inside
        lines.append(line if inside and not fence else "")
    return "\n".join(lines)


def anchors(path: Path) -> set[str]:
    """What `#…` may name in a document, as the hosts of repositories make it from the headings."""
    headings = re.findall(r"^#+ (.+)$", text(path), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


@every_document
def test_every_link_and_picture_is_there(path: Path) -> None:
    for target in (first or second for first, second in LINK.findall(text(path))):
        if re.match(r"https?://|mailto:", target):
            continue
        name, _, anchor = target.partition("#")
        there = (path.parent / name).resolve() if name else path
        assert there.exists(), f"{path.name}: {target}"
        assert not anchor or anchor in anchors(there), f"{path.name}: {target} has no such heading"


@every_document
def test_every_command_is_there(path: Path) -> None:
    targets = set(re.findall(r"^([a-z]+):", text("Makefile"), re.MULTILINE))
    shown = code(text(path))
    assert set(MAKE.findall(shown)) <= targets
    assert set(BOT.findall(shown)) <= set(COMMANDS)
    for module in MODULE.findall(shown):
        place = ROOT / module.replace(".", "/")
        assert place.with_suffix(".py").exists() or (place / "__main__.py").exists(), module


@every_document
def test_nothing_of_the_writers_machine_is_named(path: Path) -> None:
    assert not re.search(r"/(?:work|tmp|root)/|/home/\w", text(path))


def test_every_bot_command_is_explained() -> None:
    assert set(BOT.findall(text("docs/operations.md"))) == set(COMMANDS)


def test_every_setting_is_explained() -> None:
    settings = {name.upper() for name in Settings.model_fields}
    assert set(re.findall(r"^([A-Z_]+)=", text(".env.example"), re.MULTILINE)) == settings
    rows = re.findall(r"^\| (`[A-Z_`, ]+`) \|", text("docs/operations.md"), re.MULTILINE)
    assert set(re.findall(r"[A-Z_]+", " ".join(rows))) == settings
    for secret in SECRETS:
        assert f"{secret}_FILE" in text(".env.example") and f"{secret}_FILE" in text("docs/operations.md")


def test_the_example_settings_are_the_defaults() -> None:
    given = Settings(_env_file=ROOT / ".env.example")
    assert given == Settings(_env_file=None)


@pytest.mark.both
@pytest.mark.parametrize("path", HANDBOOKS, ids=lambda path: path.stem)
def test_the_conversations_are_true(path: Path, tmp_path: Path) -> None:
    talk = conversation(text(path))
    assert "→" in talk
    play(talk, path.name, tmp_path)


@pytest.mark.both
def test_the_first_command_works_as_it_is_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The feature of CONTRIBUTING in its place, and its talk played."""
    shown = re.findall(r"`((?:handlers|tests)/\S+)`:\n\n```\w*\n(.*?)```", text("CONTRIBUTING.md"), re.DOTALL)
    (_, talk), (place, feature) = shown
    (tmp_path / Path(place).name).write_text(feature, encoding="utf-8")
    monkeypatch.setattr(general, "__path__", [*general.__path__, str(tmp_path)])
    monkeypatch.setattr(bot.startup, "collect", collect)
    try:
        play(talk, "CONTRIBUTING.md", tmp_path)
    finally:
        sys.modules.pop(place.removesuffix(".py").replace("/", "."), None)


def test_every_command_word_is_in_a_handbook() -> None:
    shown = "".join(map(text, HANDBOOKS))
    assert [each.words[0] for each in collect(modules()).commands if each.words[0] not in shown] == []


def test_the_map_shows_every_room() -> None:
    rooms = text("ARCHITECTURE.md").partition("## The map")[2].partition("\n## ")[0]
    found = {path for package in PACKAGES for path in (ROOT / package).glob("**/__init__.py")}
    inner = {path.parent.name for path in found if len(path.relative_to(ROOT).parts) == 3}
    assert {each for each in inner if not re.search(rf"\b{each}\b", rooms)} == set()
    files = {path.relative_to(ROOT).as_posix() for path in ROOT.glob("*/**/*.py") if ".venv" not in path.parts}
    named = re.findall(r"`([\w/]+\.py)`", text("ARCHITECTURE.md")) + re.findall(r"\b[\w/]+\.py\b", rooms)
    assert [each for each in named if not any(f"/{file}".endswith(f"/{each}") for file in files)] == []


def test_every_dependency_has_its_reason() -> None:
    project = tomllib.loads(text("pyproject.toml"))
    listed = [*project["project"]["dependencies"], *project["dependency-groups"]["dev"]]
    names = [re.match(r"[\w-]+", each)[0] for each in listed]  # type: ignore[index]
    section = text("ARCHITECTURE.md").partition("## Dependencies")[2].partition("\n## ")[0]
    rows = re.findall(r"^\| (`[\w`, -]+`) \| \S", section, re.MULTILINE)
    assert sorted(re.findall(r"[\w-]+", " ".join(rows))) == sorted(names)


def test_the_architecture_is_short() -> None:
    assert len(text("ARCHITECTURE.md").splitlines()) <= 150


def test_both_readmes_name_the_same_commands() -> None:
    english, chinese = (code(text(name)) for name in ("README.md", "README.zh-CN.md"))
    for pattern in (MAKE, BOT):
        assert set(pattern.findall(english)) == set(pattern.findall(chinese))
    blocks = [re.findall(r"^ *(?:\.venv\S*|make|cp) .*?(?= +#|$)", each, re.MULTILINE) for each in (english, chinese)]
    assert blocks[0] == blocks[1]


@pytest.mark.parametrize("path", PICTURES, ids=lambda path: path.stem)
def test_every_picture_is_small_and_used(path: Path) -> None:
    assert path.stat().st_size <= MOST_BYTES
    assert any(path.name in text(document) for document in DOCUMENTS)


def test_the_changelog_says_nothing_twice() -> None:
    lines = [line for line in text("CHANGELOG.md").splitlines() if line.startswith("- ")]
    assert len(lines) == len(set(lines))


def test_the_first_day_has_ten_steps_a_way() -> None:
    ways = re.split(r"^## ", text("docs/first-day.md"), flags=re.MULTILINE)[1:3]
    assert [len(re.findall(r"^\d+\. ", way, re.MULTILINE)) for way in ways] == [10, 10]
    for way in ways:
        assert "git clone" in way and "「主题队日 应到42实到40 清明祭英烈」" in way
