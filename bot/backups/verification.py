"""Whether what a backup holds can be restored: whole, sound, audit log as it was written, names that open."""

import hashlib
import json
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

from sqlalchemy import Connection, select, text

from bot.backups.installation import Installation
from bot.commands import CommandError
from bot.commands.doctor import line as say
from bot.settings.kinds import several
from storage import migrate, sealed_columns, transfer
from storage.audit import audit_check
from storage.audit.audit_heads import AuditHeads
from storage.base.vault import Vault
from storage.database import open_database
from storage.tables import file as photo


def manifest(folder: Path) -> dict[str, object]:
    """What the backup says of itself; raises CommandError for what is none."""
    try:
        found: dict[str, object] = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
        datetime.fromisoformat(str(found["made"]))
        whole = {"sha256", "revision", "rows"} <= found.keys() and (folder / "bot.db").is_file()
    except (OSError, ValueError, KeyError, TypeError):
        whole = False
    if not whole:
        raise CommandError(
            "这不是机器人的备份，或者不完整：里面没有说明（manifest.json）或数据库。请换一份：BACKUP_DIR 里的，"
            "或 python -m bot backup 写出来的。"
        )
    return found


def made(of: Installation, folder: Path) -> datetime:
    """When the backup was made, in our time zone; raises CommandError."""
    return datetime.fromisoformat(str(manifest(folder)["made"])).astimezone(of.settings.zone)


def digest(file: Path) -> str:
    """SHA-256 in hexadecimal."""
    with file.open("rb") as given:
        return hashlib.file_digest(given, "sha256").hexdigest()


def keys(of: Installation, folder: Path) -> list[str]:
    """The keys of the names: NAME_KEY, or else the one in the backup, or else the one beside our data."""
    own = folder / "name.key"
    stored = several(own.read_text().strip()) if own.exists() else of.settings.given_keys
    return several(of.settings.name_key) or stored


def lines(of: Installation, folder: Path) -> Iterator[say.Line]:
    """What is found of an unpacked backup, as doctor says it."""
    said = manifest(folder)
    same = digest(folder / "bot.db") == said["sha256"]
    yield (
        (say.OK, "whole", f"备份做于 {made(of, folder):%Y-%m-%d %H:%M:%S}，内容完整")
        if same
        else (say.FAIL, "whole", "数据库和说明里的哈希不符：备份坏了，或被人改过。请换一份更早的备份")
    )
    if not same:
        return
    if str(said["revision"]) > migrate.HEAD:
        yield say.FAIL, "revision", f"数据库的版本 {said['revision']} 比程序的 {migrate.HEAD} 新：请先更新程序"
        return
    opened = open_database(f"sqlite:///{folder / 'bot.db'}")
    try:
        with opened.read.connect() as db:
            yield _sound(db)
            if said["revision"] == migrate.HEAD:
                yield _counted(db, said["rows"])
                yield _photos(db, folder)
            yield from _sealed(db, folder, keys(of, folder))
    finally:
        opened.close()


def _sound(db: Connection) -> say.Line:
    problems = [*db.scalars(text("PRAGMA integrity_check(3)")), *db.execute(text("PRAGMA foreign_key_check"))]
    if problems != ["ok"]:
        return say.FAIL, "integrity", f"数据库坏了：{problems[:3]}"
    return say.OK, "integrity", "数据库没有坏"


def _counted(db: Connection, told: object) -> say.Line:
    found = transfer.count(db)
    return (say.OK, "rows", f"{found} 行") if found == told else (say.FAIL, "rows", f"有 {found} 行，应有 {told} 行")


def _photos(db: Connection, folder: Path) -> say.Line:
    stored = db.scalars(select(photo.c.sha256).where(photo.c.state == "stored").distinct()).all()
    there = {each.name for each in (folder / "files").rglob("*")}
    missing = [each for each in stored if each not in there]
    if missing:
        return say.WARN, "files", f"照片和文件 {len(stored)} 个，缺 {len(missing)} 个"
    return say.OK, "files", f"照片和文件 {len(stored)} 个"


def _sealed(db: Connection, folder: Path, given: list[str]) -> Iterator[say.Line]:
    if sealed_columns.any_unopened(db, Vault(given) if given else None):
        cure = "请在 NAME_KEY 里写上做备份时的密钥，或把那时的 name.key 放回数据目录"
        yield say.FAIL, "name_key", f"里面加密的内容打不开：{cure}"
        # The ends of the audit log carry a hash made of the same key.
        walk = audit_check.check(db)
    else:
        yield say.OK, "name_key", "加密的内容打得开"
        # A database by itself has come without them.
        outside = given and not manifest(folder).get("bare")
        walk = AuditHeads(folder / "audit.heads", Vault(given)).check(db) if outside else audit_check.check(db)
    if walk.broken:
        yield say.FAIL, "audit", f"审计日志不对：{walk.broken}"
    else:
        yield say.OK, "audit", f"审计日志完好，{walk.rows} 条"
