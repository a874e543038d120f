"""Planted imports: `make check` finds each way from one area into another, and from what they share back into one."""

import shutil
import subprocess
import sys
from pathlib import Path

from tests.house.test_tidy import PACKAGES
from tests.support.process import ROOT

SHARED = {"asker", "attendance", "catalogue", "privacy", "reading", "roster", "wording"}
AREAS = sorted(path.parent.name for path in (ROOT / "handlers").glob("*/__init__.py") if path.parent.name not in SHARED)


def lint(folder: Path) -> subprocess.CompletedProcess[str]:
    command = [Path(sys.executable).parent / "lint-imports", "--no-logo", "--no-cache"]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=600, check=False)


def test_no_area_imports_another(tmp_path: Path) -> None:
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    for package in PACKAGES:
        shutil.copytree(ROOT / package, tmp_path / package, ignore=shutil.ignore_patterns("*.otf", "__pycache__"))
    clean = lint(tmp_path)
    assert clean.returncode == 0, clean.stdout
    planted = {(here, there) for here in [*AREAS, "wording"] for there in AREAS if here != there}
    for here, there in sorted(planted):
        with (tmp_path / "handlers" / here / "planted.py").open("a", encoding="utf-8") as file:
            file.write(f"from handlers.{there} import planted\n")
    found = lint(tmp_path)
    assert found.returncode == 1
    missed = {
        pair for pair in planted if "handlers.{}.planted -> handlers.{}.planted".format(*pair) not in found.stdout
    }
    assert missed == set()
