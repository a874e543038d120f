"""What deploy/ says is what the program takes: the image's files are enough, the units name what there is."""

import configparser
import json
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


def steps() -> list[tuple[str, str]]:
    """(instruction, what it says) of the Dockerfile, in order; lines that go on are one."""
    text = (DEPLOY / "Dockerfile").read_text(encoding="utf-8").replace("\\\n", " ")
    lines = [line.partition(" ") for line in text.splitlines() if line[:1].isupper()]
    return [(word, said.strip()) for word, _, said in lines]


def built(root: Path, environment: dict[str, str]) -> Path:
    """The image by hand: what COPY copies, what RUN runs and ENV sets, with a Python of its own; its working folder."""
    app = root
    for word, said in steps():
        if word == "WORKDIR":
            app = root / said.lstrip("/")
            app.mkdir(parents=True)
        elif word == "COPY":
            source, target = said.split()
            (shutil.copytree if (ROOT / source).is_dir() else shutil.copy)(ROOT / source, app / target)
        elif word == "RUN" and said.startswith("useradd"):
            # The user is the system's, the folder the image's.
            assert said.endswith("install -d -o counselor -m 700 /data")
            (root / "data").mkdir(parents=True, mode=0o700)
        elif word == "RUN":
            subprocess.run(said, shell=True, cwd=app, env={**os.environ, **environment}, check=True)
        elif word == "ENV":
            environment |= dict(each.split("=", 1) for each in said.split())
    return app


@pytest.mark.long
def test_the_image_is_built_and_well_where_there_is_no_docker(tmp_path: Path) -> None:
    """Its steps one by one, its own command and its own HEALTHCHECK, with nothing else."""
    said = dict(steps())
    assert said["FROM"].startswith(f"python:{sys.version_info.major}.{sys.version_info.minor}")
    subprocess.run([sys.executable, "-m", "venv", tmp_path / "python"], check=True)
    environment = {"PATH": f"{tmp_path / 'python/bin'}:/usr/bin:/bin"}
    app = built(tmp_path / "root", environment)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = str(free.getsockname()[1])
    kept = tmp_path / "root" / environment["DATA_DIR"].lstrip("/")
    environment |= {"PORT": port, "HOST": "127.0.0.1", "DATA_DIR": str(kept)}
    served = subprocess.Popen(["env", *json.loads(said["CMD"])], cwd=app, env=environment)
    try:
        health = said["HEALTHCHECK"].partition("CMD ")[2]
        assert ":8080/health" in health
        asked = ["env", *json.loads(health.replace(":8080/", f":{port}/"))]
        deadline = time.monotonic() + 60
        while subprocess.run(asked, env=environment, capture_output=True).returncode:
            assert time.monotonic() < deadline
            time.sleep(0.3)
    finally:
        served.terminate()
    assert served.wait(15) == 0 and (kept / "practice.db").is_file()


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
