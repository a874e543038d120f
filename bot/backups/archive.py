"""The file of a backup: a compressed tar, as a whole sealed by age where there is a BACKUP_KEY."""

import contextlib
import os
import shutil
import tarfile
import zlib
from collections.abc import Iterable
from pathlib import Path

from bot.backups import replica
from bot.commands import CommandError
from bot.settings.kinds import several

_WHICH = "请写机器人做的备份文件：BACKUP_DIR 里的，或 python -m bot backup 写出来的那一份。"
_ANOTHER = "请从存备份的地方再拷一次，或换一份更早的备份。"
_SEALED = b"age-encryption.org/"
# What is in it is random or compressed already, for the most part.
_LEVEL = 1


def pack(parts: Iterable[tuple[str, Path]], place: Path) -> None:
    """Write these (name inside, file or folder) into a tar at `place`."""
    with tarfile.open(place, "w:gz", compresslevel=_LEVEL, dereference=True) as out:
        for name, path in parts:
            for each in sorted(path.rglob("*")) if path.is_dir() else [path]:
                # What went meanwhile is not wanted any more.
                with contextlib.suppress(FileNotFoundError):
                    out.add(each, f"{name}/{each.relative_to(path)}" if each != path else name, recursive=False)


def is_sealed(place: Path) -> bool:
    """Whether it is to be opened with an identity of age."""
    with place.open("rb") as file:
        return file.read(len(_SEALED)) == _SEALED


def seal(tar: Path, place: Path, recipients: str) -> None:
    """The tar at `place`, whole or not at all, on the disk when this returns; sealed for these if there are any."""
    half = place.with_name(f"{place.name}.half")
    try:
        with tar.open("rb") as given, half.open("wb") as out:
            if recipients:
                # Loaded only where it is wanted.
                import pyrage

                to = [pyrage.x25519.Recipient.from_str(each) for each in several(recipients)]
                pyrage.encrypt_io(given, out, to)
            else:
                shutil.copyfileobj(given, out)
            out.flush()
            os.fsync(out.fileno())
        half.replace(place)
    finally:
        half.unlink(missing_ok=True)


def unpack(place: Path, folder: Path, identities: str) -> None:
    """What is in the backup, into an empty folder; raises CommandError when it cannot be opened or is not whole."""
    if not place.is_file():
        what = "是一个文件夹" if place.is_dir() else "没有这个文件"
        raise CommandError(f"{place}：{what}。{_WHICH}")
    sealed = is_sealed(place)
    try:
        if replica.is_bare(place):
            replica.wrap(place, folder)
            return
        if not sealed:
            _extract(place, folder)
            return
        tar = folder / "sealed.tar"
        _open(place, tar, identities)
        _extract(tar, folder)
        tar.unlink()
    except (tarfile.TarError, EOFError, zlib.error, OSError) as fault:
        # What the machine would not do has a number; what is wrong with the file has none.
        if isinstance(fault, OSError) and fault.errno:
            raise
        raise CommandError(_what_it_is(place, sealed)) from None


def _what_it_is(place: Path, sealed: bool) -> str:
    """Why it cannot be opened, and what to do."""
    with place.open("rb") as file:
        head = file.read(4)
    if not head:
        return f"{place} 是空的：没有拷过来，或者做的时候磁盘满了。{_ANOTHER}"
    if sealed or head.startswith(b"\x1f\x8b"):
        return f"备份 {place} 不完整，或者坏了：多半没有拷完。{_ANOTHER}"
    kind = "是 zip 压缩包或 Office 文件，" if head.startswith(b"PK") else ""
    return f"{place} {kind}不是备份。{_WHICH}"


def _open(place: Path, tar: Path, identities: str) -> None:
    import pyrage

    if not identities:
        raise CommandError("这份备份是加密的：请用 --identity 文件，或 BACKUP_IDENTITY，给出它的 age 私钥。")
    try:
        keys = [pyrage.x25519.Identity.from_str(each) for each in several(identities)]
        with place.open("rb") as given, tar.open("wb") as out:
            pyrage.decrypt_io(given, out, keys)
    except pyrage.IdentityError:
        raise CommandError("--identity 文件（或 BACKUP_IDENTITY）里的 age 私钥打不开：抄错了，请原样复制。") from None
    except pyrage.DecryptError as fault:
        other = "match" in str(fault).lower()
        cure = "请给出和做备份时的 BACKUP_KEY 配对的私钥。" if other else f"备份不完整，或者坏了。{_ANOTHER}"
        raise CommandError(f"这个 age 私钥打不开备份 {place}：{cure}") from None


def _extract(tar: Path, folder: Path) -> None:
    with tarfile.open(tar, "r:gz") as given:
        given.extractall(folder, filter="data")
