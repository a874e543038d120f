"""What deploy/ says is what the program takes: the image's files are enough, the units name what there is."""

import configparser
import os
import re
import shutil
import socket
import subprocess
import sys
import sysconfig
import time
from pathlib import Path
from typing import Any

import pytest
import yaml
from cryptography.fernet import Fernet

from bot import __version__
from bot.channels.telegram import hook as telegram
from bot.channels.wecom.callback import hook as wecom
from bot.links import feed
from bot.settings import SECRETS, Settings, load
from handlers.digests.page import link
from tests.support.process import ROOT

DEPLOY = ROOT / "deploy"


@pytest.fixture
def image(tmp_path: Path) -> Path:
    """A folder with what the Dockerfile copies, and nothing else."""
    for source, target in re.findall(r"^COPY (\S+) (\S+)$", (DEPLOY / "Dockerfile").read_text(), re.MULTILINE):
        if (ROOT / source).is_dir():
            shutil.copytree(ROOT / source, tmp_path / target, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copy(ROOT / source, tmp_path / target)
    return tmp_path


def test_the_image_has_all_that_it_runs(image: Path) -> None:
    command = re.search(r'^CMD \["python", (.+)\]$', (DEPLOY / "Dockerfile").read_text(), re.MULTILINE)
    assert command and command[1] == '"-m", "bot", "serve"'
    environment = {"PATH": os.environ["PATH"], "PYTHONPATH": sysconfig.get_paths()["purelib"], "DATA_DIR": "data"}
    for argv, expected in ((["--version"], f"counselor-bot {__version__}"), (["doctor", "--practice"], "正常")):
        said = subprocess.run(
            [sys.executable, "-m", "bot", *argv], cwd=image, env=environment, capture_output=True, text=True
        )
        assert expected in said.stdout, said.stdout + said.stderr


@pytest.mark.long
def test_the_image_says_that_it_is_well(image: Path, tmp_path: Path) -> None:
    """Its own command and its own HEALTHCHECK, in a folder that has nothing else."""
    written = (DEPLOY / "Dockerfile").read_text(encoding="utf-8")
    health = re.search(r'^    CMD \["python", "-c", "(.+)"\]$', written, re.MULTILINE)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    assert health and ":8080/health" in health[1]
    environment = {
        "PATH": os.environ["PATH"], "PYTHONPATH": sysconfig.get_paths()["purelib"], "DATA_DIR": str(tmp_path / "kept"),
        "HOST": "127.0.0.1", "PORT": str(port),
    }  # fmt: skip
    served = subprocess.Popen([sys.executable, "-m", "bot", "serve"], cwd=image, env=environment)
    try:
        asked = [sys.executable, "-c", health[1].replace(":8080/", f":{port}/")]
        deadline = time.monotonic() + 60
        while (well := subprocess.run(asked, capture_output=True).returncode) and time.monotonic() < deadline:
            time.sleep(0.3)
        assert well == 0
    finally:
        served.terminate()
    assert served.wait(15) == 0


def compose() -> dict[str, Any]:
    found: dict[str, Any] = yaml.safe_load((DEPLOY / "compose.yaml").read_text(encoding="utf-8"))
    return found


def test_the_settings_of_compose_are_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for line in (ROOT / ".env.example").read_text(encoding="utf-8").splitlines():
        if line and not line.startswith("#"):
            monkeypatch.setenv(*line.split("=", 1))
    secrets = {"database_url": "postgresql://bot:secret@database/bot", "name_key": Fernet.generate_key().decode()}
    for name, value in compose()["services"]["bot"]["environment"].items():
        if name.endswith("_FILE"):
            assert name.removesuffix("_FILE") in SECRETS
            kept = tmp_path / Path(value).name
            kept.write_text(secrets[kept.name])
            value = str(kept)
        else:
            assert name.lower() in Settings.model_fields
        monkeypatch.setenv(name, str(value))
    settings = load()
    assert settings.database_url == secrets["database_url"]
    assert (settings.data_dir, settings.host) == (Path("/data"), "0.0.0.0")


def test_each_volume_secret_and_file_of_compose_is_there() -> None:
    found = compose()
    for service in found["services"].values():
        for secret in service.get("secrets", ()):
            assert secret in found["secrets"]
        for volume in service.get("volumes", ()):
            source = volume.split(":")[0]
            assert source in found["volumes"] or source == "./tls" or (DEPLOY / source).is_file()
    assert f"server bot:{found['services']['bot']['environment']['PORT']};" in (DEPLOY / "nginx.conf").read_text()


def test_the_unit_starts_what_the_steps_install() -> None:
    unit = configparser.ConfigParser(strict=False, interpolation=None)
    unit.optionxform = str  # type: ignore[assignment]
    unit.read(DEPLOY / "counselor-bot.service", encoding="utf-8")
    service = unit["Service"]
    steps = (ROOT / "docs/operations.md").read_text(encoding="utf-8")
    assert service["ExecStart"] == "/opt/counselor-bot/.venv/bin/python -m bot serve"
    assert f"--home {service['WorkingDirectory']}" in steps and "deploy/counselor-bot.service" in steps
    assert (service["Type"], service["RestartPreventExitStatus"]) == ("notify", "2")


def test_the_proxy_hands_over_each_route_and_no_other() -> None:
    handed = re.findall(r"location (.+) \{\n", (DEPLOY / "nginx.conf").read_text())
    calendar = feed.PATH.partition("{")[0]
    assert sorted(handed) == sorted([f"= {telegram.PATH}", f"= {wecom.PATH}", calendar, link.PATH])
