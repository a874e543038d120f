"""`key rotate` on the command line."""

from pathlib import Path

import pytest
from cryptography.fernet import Fernet

from bot.__main__ import main
from storage.base.vault import Vault
from storage.children import children
from storage.database import Database
from storage.tables import unit
from tests.support.commanding import database, filled, folder, imported, said

pytestmark = pytest.mark.both

__all__ = ["database", "filled", "folder", "imported"]


def test_the_key_is_changed_without_losing_a_name(
    database: Database, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    old, new = (Fernet.generate_key().decode() for _ in range(2))
    with database.write.begin() as db:
        squad = db.execute(unit.select().where(unit.c.kind == "中队")).first()
        assert squad is not None
        child_id = children.find_or_add(db, Vault([old]), squad.id, "王小明")
    monkeypatch.setenv("NAME_KEY", old)
    assert "只有一个密钥" in said(capsys, "key", "rotate", status=1)
    monkeypatch.setenv("NAME_KEY", f"{new},{old}")
    assert "全部是新密钥了（重新加密 1 处）" in said(capsys, "key", "rotate")
    assert "全部是新密钥了（重新加密 0 处）" in said(capsys, "key", "rotate")
    assert "更换密钥" in said(capsys, "audit", "show")
    with database.read.connect() as db:
        assert children.names(db, Vault([new]), [child_id]) == {child_id: "王小明"}


def test_what_cannot_be_opened_is_said(
    database: Database, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    keys = [Fernet.generate_key().decode() for _ in range(3)]
    monkeypatch.setenv("NAME_KEY", ",".join(keys[1:]))
    with database.write.begin() as db:
        children.find_or_add(db, Vault(keys[:1]), 1, "王小明")
    assert "现在的密钥打不开" in said(capsys, "key", "rotate", status=2)
    with database.write.begin() as db:
        children.find_or_add(db, Vault(keys[2:]), 1, "李小红")
    # By this one the district was imported; it opens no name.
    monkeypatch.setenv("NAME_KEY", ",".join([*keys[1:], Path("data/name.key").read_text()]))
    assert main(["key", "rotate"]) == 1
    assert "有 1 处哪个密钥都打不开" in capsys.readouterr().out


def test_bad_settings_do_not_pass_for_a_rotation(
    folder: object, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NAME_KEY", "no key")
    assert main(["key", "rotate"]) == 2
    assert "NAME_KEY" in capsys.readouterr().err
    assert main(["key"]) == 0
    Fernet(capsys.readouterr().out.strip())


def test_without_any_key_it_is_said_that_there_is_none(
    database: Database, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("NAME_KEY", raising=False)
    key = Path("data/name.key")
    key.write_text("")
    assert "没有密钥" in said(capsys, "key", "rotate", status=1)
    key.unlink()
    assert "没有密钥" in said(capsys, "key", "rotate", status=1)
    assert not key.exists()
