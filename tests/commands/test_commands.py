"""The command line: output forms and exit statuses that other programs rely on, and no traceback whatever is given."""

import io
import json
import os
import re
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import time_machine
from cryptography.fernet import Fernet
from sqlalchemy import func, select

from bot.__main__ import COMMANDS, main
from storage.base.vault import Vault
from storage.database import Database
from storage.people import invites
from storage.people.people import Role
from storage.reminders import holds
from storage.tables import grant
from tests.support import commanding, leaks
from tests.support.commanding import NOW, ROSTER, said, untouched
from tests.support.process import ROOT

pytestmark = pytest.mark.both

folder, imported, filled, database = (
    commanding.folder,
    commanding.imported,
    commanding.filled,
    commanding.database,
)


def process(folder: Path, *argv: str, given: str = "") -> subprocess.CompletedProcess[str]:
    """A real process without a terminal."""
    done = subprocess.run(
        [sys.executable, "-m", "bot", *argv],
        cwd=folder, input=given, capture_output=True, text=True, timeout=600,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    )  # fmt: skip
    leaks.check(" ".join(argv), done.stderr)
    return done


@pytest.mark.parametrize("command", COMMANDS)
def test_help_explains_each_command_by_an_example(command: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as exit:
        main([command, "--help"])
    assert exit.value.code == 0
    assert re.search(rf"例：.*python -m bot {command}", capsys.readouterr().out)


@pytest.mark.parametrize("argv", [*([command] for command in COMMANDS), ["audit", "show"], ["audit", "verify"]])
def test_what_is_to_be_written_is_named_in_chinese(argv: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main([*argv, "--help"])
    usage = capsys.readouterr().out.partition("\n\n")[0]
    assert not re.search(r"--[\w-]+ [A-Za-z]", usage), usage


@pytest.mark.parametrize(
    "argv",
    [
        [], ["fly"], ["import"], ["invite"], ["digest"], ["digest", "--unit", "x", "--format", "xml"],
        ["preview", "--days", "0"], ["preview", "--days", "soon"], ["preview", "--days", "9999"],
    ],
)  # fmt: skip
def test_a_wrong_command_line_is_status_two(argv: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as exit:
        main(argv)
    assert exit.value.code == 2


def test_wrong_settings_are_status_two(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], folder: Path
) -> None:
    monkeypatch.setenv("NAME_KEY", "short")
    assert "python -m bot key" in said(capsys, "preview", status=2)
    assert Fernet(said(capsys, "key").strip())
    assert main(["doctor"]) == 1
    assert capsys.readouterr().out.startswith("不对 设置：NAME_KEY")
    assert untouched(folder)


def test_a_process_imports_only_when_told(folder: Path) -> None:
    shown = process(folder, "import", "roster.csv")
    assert shown.returncode == 1 and "--yes" in shown.stderr
    assert "新增：单位 5（县少工委 1、学校 2、中队 2）、人员 3、角色 3、账号 4" in shown.stdout
    assert untouched(folder)
    assert process(folder, "import", "roster.csv", "--yes").returncode == 0


def test_a_process_reads_what_it_is_given(folder: Path) -> None:
    given = '{"id": "a", "text": "三(2)中队 主题队日 38人"}\n\n{"id": "b"}\n{"id": "c", "text": "帮助"}\n'
    ended = process(folder, "read", given=given)
    first, bad, last = map(json.loads, ended.stdout.splitlines())
    assert (first["id"], first["status"], first["records"][0]["attended"]) == ("a", "ok", 38)
    assert (bad["id"], "error" in bad, last["intent"]) == ("b", True, "command")
    assert (ended.returncode, ended.stderr) == (1, "")


@pytest.mark.parametrize("file", ["roster.csv", "nowhere.csv"])
def test_a_dry_run_writes_nothing(file: str, folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["import", file, "--dry-run"]) == (file == "nowhere.csv")
    assert untouched(folder)


def test_the_same_import_again_changes_nothing(filled: None, capsys: pytest.CaptureFixture[str]) -> None:
    assert "没有要改的" in said(capsys, "import", "roster.csv", "--yes", "--end-missing")


def test_one_bad_row_and_nothing_is_imported(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (folder / "bad.csv").write_text(ROSTER + "青禾区少工委/育红小学,学校,甲,大队长,,,,\n", encoding="utf-8")
    assert main(["import", "bad.csv", "--yes"]) == 1
    out, err = capsys.readouterr()
    assert "  第 7 行：「角色」没有「大队长」" in out and "什么也没有导入" in err
    assert untouched(folder)


@pytest.mark.parametrize(("answer", "status"), [("是\n", 0), ("y\n", 0), ("\n", 1), ("n\n", 1), ("", 1)])
def test_on_a_terminal_it_asks(
    answer: str, status: int, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], folder: Path
) -> None:
    class Terminal(io.StringIO):
        def isatty(self) -> bool:
            return True

    monkeypatch.setattr(sys, "stdin", Terminal(answer))
    assert main(["import", "roster.csv"]) == status
    assert untouched(folder) == (status != 0)


def test_import_ends_what_is_missing(folder: Path, database: Database, capsys: pytest.CaptureFixture[str]) -> None:
    text = "".join(line for line in ROSTER.splitlines(keepends=True) if "张老师" not in line)
    (folder / "less.csv").write_text(text, encoding="utf-8")
    out = said(capsys, "import", "less.csv", "--yes", "--end-missing")
    assert "离任：1\n  张老师（实验小学/三(2)中队 中队辅导员）" in out
    with database.read.connect() as db:
        assert db.scalar(select(func.count()).where(grant.c.until.is_not(None))) == 1


@pytest.mark.sqlite("there is no practice database beside a server")
def test_import_and_invite_mean_the_real_database(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Even where there is only a practice database."""
    said(capsys, "import", "roster.csv", "--yes", "--practice")
    assert [file.name for file in (folder / "data").glob("*.db")] == ["practice.db"]
    # What only reads takes what there is.
    assert "实验小学" in said(capsys, "digest", "--unit", "实验小学")
    assert "没有单位" in said(capsys, "invite", "--role", "大队辅导员", "--unit", "实验小学", status=1)
    assert said(capsys, "invite", "--role", "大队辅导员", "--unit", "实验小学", "--practice")


@pytest.mark.parametrize("role", ["大队辅导员", "brigade"])
@pytest.mark.parametrize("unit", ["青禾区少工委/实验小学", "实验小学"])
def test_the_last_line_of_invite_is_the_code(
    role: str, unit: str, database: Database, capsys: pytest.CaptureFixture[str]
) -> None:
    code = said(capsys, "invite", "--role", role, "--unit", unit).splitlines()[-1]
    with database.read.connect() as db:
        found = invites.find(db, Vault([Path("data/name.key").read_text()]), code, datetime.now(UTC))
    assert found is not None and (found.unit_id, found.role) == (2, Role.BRIGADE)


@pytest.mark.parametrize(
    ("role", "unit", "words"),
    [
        ("大队长", "实验小学", "没有角色「大队长」"),
        ("中队辅导员", "实验小学", "中队辅导员要在中队里"),
        ("中队辅导员", "三(2)中队", "不止一个单位叫「三(2)中队」"),
        ("中队辅导员", "实验小学/三(9)中队", "没有单位"),
        ("中队辅导员", "实验小学/", "没有单位"),
        ("中队辅导员", "", "没有单位"),
        ("中队辅导员", "%", "没有单位"),
    ],
)
def test_invite_says_what_is_wrong(
    role: str, unit: str, words: str, filled: None, capsys: pytest.CaptureFixture[str]
) -> None:
    *_, sentence = said(capsys, "invite", "--role", role, "--unit", unit, status=1).splitlines()
    assert words in sentence


@pytest.mark.parametrize("unit", ["青禾区少工委/实验小学/三(2)中队", "实验小学/三（2）中队", "实验小学三(2)中队"])
def test_a_squad_is_found_by_its_path_or_with_its_school(
    unit: str, filled: None, capsys: pytest.CaptureFixture[str]
) -> None:
    assert said(capsys, "digest", "--unit", unit).startswith("实验小学三(2)中队")


@pytest.mark.parametrize(("week", "label"), [("本周", "2026-W14"), ("上周", "2026-W13"), ("2026-W10", "2026-W10")])
def test_the_digest_as_json(week: str, label: str, filled: None, capsys: pytest.CaptureFixture[str]) -> None:
    with time_machine.travel(NOW, tick=False):
        shown = json.loads(said(capsys, "digest", "--unit", "青禾区少工委", "--week", week, "--format", "json"))
    assert list(shown) == [
        "unit", "week", "revision", "events", "squads_due", "squads_covered", "attendance", "by_activity", "missing",
        "nominations", "previous", "period", "lines", "schools",
    ]  # fmt: skip
    assert shown["period"] == label and [each["unit"] for each in shown["schools"]] == ["实验小学", "育红小学"]
    assert shown["schools"][0]["attendance"] == {"attended": 0, "rated_due": 0, "rated_attended": 0, "rate": None}
    assert (shown["unit"], shown["week"], shown["squads_due"]) == ("青禾区少工委", label, 2)
    assert shown["missing"] == ["实验小学三(2)中队", "育红小学三(2)中队"]


@pytest.mark.parametrize(
    ("week", "name", "first"),
    [("上月", "3月", "2026-03-01"), ("2026春", "2026年春季学期", "2026-02-01"), ("2026", "2026年", "2026-01-01"),
     ("3月1日到3月8日", "2026年3月1日至3月8日", "2026-03-01")],
)  # fmt: skip
def test_the_digest_of_a_longer_period(
    week: str, name: str, first: str, filled: None, capsys: pytest.CaptureFixture[str]
) -> None:
    with time_machine.travel(NOW, tick=False):
        text = said(capsys, "digest", "--unit", "青禾区少工委", "--week", week)
        shown = json.loads(said(capsys, "digest", "--unit", "青禾区少工委", "--week", week, "--format", "json"))
    assert text.startswith(f"青禾区少工委{name}：没有活动，0/2 个中队有活动（0.0%）\n")
    assert (shown["first"], shown["squads_due"], shown["events"]) == (first, 2, 0)


@pytest.mark.parametrize(
    ("period", "label"),
    [("--month 2026-03", "2026-03"), ("--term 2026-1", "2026春"), ("--term 2025-2", "2025秋"), ("--year 2026", "2026"),
     ("--from 2026-03-01 --to 2026-03-08", "2026-03-01/2026-03-08")],
)  # fmt: skip
def test_a_period_has_its_own_option(period: str, label: str, filled: None, capsys: pytest.CaptureFixture[str]) -> None:
    with time_machine.travel(NOW, tick=False):
        shown = json.loads(said(capsys, "digest", "--unit", "青禾区少工委", *period.split(), "--format", "json"))
        for wrong in ("--month 2026", "--term 2026-3", "--year 2026-03", "--from 2026-03-01"):
            said(capsys, "digest", "--unit", "青禾区少工委", *wrong.split(), status=1)
    assert (shown["period"], len(shown["schools"]), shown["unit"]) == (label, 2, "青禾区少工委")


@pytest.mark.parametrize(("form", "begins"), [("xlsx", b"PK"), ("png", b"\x89PNG"), ("csv", "\ufeff".encode())])
def test_a_digest_as_a_file(form: str, begins: bytes, filled: None, capfdbinary: pytest.CaptureFixture[bytes]) -> None:
    for period in ("--week", "2026-W14"), ("--month", "2026-03"):
        assert main(["digest", "--unit", "青禾区少工委", *period, "--format", form]) == 0
        assert capfdbinary.readouterr().out.startswith(begins)


def test_the_material_of_a_year(filled: None, capsys: pytest.CaptureFixture[str]) -> None:
    with time_machine.travel(NOW, tick=False):
        text = said(capsys, "material", "--unit", "青禾区少工委", "--year", "2025学年")
        assert text == "青禾区少工委 2025学年（截至4月3日）工作材料：这段时间还没有记录。\n"
        for year in ("2026-W14", "上周", "3月1日到3月8日", "2026 全部"):
            assert "没有「" in said(capsys, "material", "--unit", "青禾区少工委", "--year", year, status=1)


@pytest.mark.parametrize("week", ["2026-W60", "2999-W01", "下周", "第五周目", "2026-W14 上午"])
def test_an_unknown_week_is_one_sentence(week: str, filled: None, capsys: pytest.CaptureFixture[str]) -> None:
    (_, sentence) = said(capsys, "digest", "--unit", "实验小学", "--week", week, status=1).splitlines()
    assert sentence.startswith(("没有「", "「"))


def test_the_preview_says_when_who_and_what(
    filled: None, database: Database, capsys: pytest.CaptureFixture[str]
) -> None:
    with time_machine.travel(NOW, tick=False):
        text = said(capsys, "preview", "--days", "7")
        shown = json.loads(said(capsys, "preview", "--days", "7", "--format", "json"))
    entries: list[dict[str, Any]] = shown["entries"]
    assert len(text.splitlines()) == len(entries) > 0
    monday = next(entry for entry in entries if entry["kind"] == "digest")
    assert (monday["send_at"], monday["person"]) == ("2026-04-06T08:00:00+08:00", "王主任")
    assert "2026-04-06 08:00\t王主任\t青禾区少工委\t上周的周报" in text
    with database.write.begin() as db:
        holds.hold(db, "升级", NOW)
    assert main(["preview"]) == 0 and "升级后，提醒停着没发" in capsys.readouterr().err


def test_the_preview_of_nobody(capsys: pytest.CaptureFixture[str]) -> None:
    assert said(capsys, "preview", "--days", "1") == "接下来 1 天没有要发的。\n"


BAD_LINES = [
    b"x", b"[]", b"\xff", b'{"id": 1}', b'{"text": 1}', b'{"text": "a", "context": 3}', b"[" * 100_000,
    b'{"text": "a", "context": {"received": "2026-13-01"}}', b'{"text": "\xe4\xb8\x89(2)", "context": {"aliases": 3}}',
]  # fmt: skip


def test_bad_lines_become_errors(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (folder / "lines").write_bytes(b"\n".join(BAD_LINES))
    assert main(["read", "lines"]) == 1
    answers = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert len(answers) == len(BAD_LINES) and all("error" in answer for answer in answers)


def test_half_a_character_is_no_reason_to_stop(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (folder / "lines").write_text('{"id": "\\ud800", "text": "三(2)中队 主题队日 38人 \\ud83d"}', encoding="utf-8")
    assert json.loads(said(capsys, "read", "lines"))["id"] == "\ud800"


def test_every_sample_is_read(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    samples = ROOT / "tests" / "cases" / "nomination_messages.jsonl"
    ids = [json.loads(line)["id"] for line in samples.read_text(encoding="utf-8").splitlines()]
    assert [json.loads(line)["id"] for line in said(capsys, "read", str(samples)).splitlines()] == ids
