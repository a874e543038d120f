"""The package: built, put somewhere, started from a foreign folder, without the repository."""

import os
import re
import subprocess
import sys
import sysconfig
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from bot import __version__
from tests.support.process import ROOT
from tests.support.waiting import PATIENCE

# A wheel that a school's line fetches in a minute.
LARGEST = 8 << 20


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("wheel")
    subprocess.run([sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", folder], cwd=ROOT, check=True)
    (found,) = folder.glob("*.whl")
    return found


@pytest.fixture(scope="module")
def environment(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """Of a process that has the package and what it needs, and nothing of the repository."""
    put = tmp_path_factory.mktemp("site")
    subprocess.run(
        [sys.executable, "-m", "pip", "install", "-q", "--no-deps", "--no-index", "--target", put, wheel], check=True
    )
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("TELEGRAM_", "WECOM_"))}
    return {**kept, "PYTHONPATH": f"{put}:{sysconfig.get_paths()['purelib']}", "PATH": f"{put / 'bin'}:{kept['PATH']}"}


@pytest.fixture
def served(environment: dict[str, str], tmp_path: Path) -> Iterator[str]:
    process = subprocess.Popen(
        ["counselor-bot", "serve"], cwd=tmp_path, env={**environment, "PORT": "0", "LOG_LEVEL": "ERROR"},
        stdout=subprocess.PIPE, text=True,
    )  # fmt: skip
    assert process.stdout is not None
    found = re.search(r"http://[\d.]+:\d+", process.stdout.readline())
    assert found
    yield found[0]
    process.terminate()
    assert process.wait(PATIENCE) == 0
    process.stdout.close()


def test_it_is_small_and_has_nothing_of_the_tests(wheel: Path) -> None:
    assert wheel.stat().st_size < LARGEST
    listed = subprocess.run([sys.executable, "-m", "zipfile", "-l", wheel], capture_output=True, text=True, check=True)
    assert "handlers/catalogue/rows/checkins.toml" in listed.stdout
    assert not re.search(r"^(tests|docs|data|\.env)", listed.stdout, re.MULTILINE)


def test_it_says_its_version(environment: dict[str, str], tmp_path: Path) -> None:
    said = subprocess.run(["counselor-bot", "--version"], cwd=tmp_path, env=environment, capture_output=True, text=True)
    assert (said.returncode, said.stdout) == (0, f"counselor-bot {__version__}\n")
    assert f"## [{__version__}]" in (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")


def test_a_check_in_from_a_foreign_folder(served: str, tmp_path: Path) -> None:
    page = httpx.get(served)
    assert page.status_code == 200
    assert "张老师" in httpx.get(f"{served}/practice/state").text
    said = {"id": "1", "person": "张老师", "text": "三(2)中队 主题队日 38人"}
    assert httpx.post(f"{served}/practice/messages", json=said, timeout=PATIENCE).status_code == 200
    until = time.monotonic() + PATIENCE
    with httpx.stream("GET", f"{served}/practice/events", params={"person": "张老师"}, timeout=PATIENCE) as events:
        assert any("已记录" in line or time.monotonic() > until for line in events.iter_lines())
    assert (tmp_path / "data" / "practice.db").is_file()
