"""The file of a backup: a compressed tar, as a whole sealed by age where there is a BACKUP_KEY."""

import contextlib
import os
import shutil
import tarfile
from collections.abc import Iterable
from pathlib import Path

from bot.backups import bare
from bot.commands import CommandError
from bot.settings.kinds import several

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
    # A file that is not there is said as of every other command.
    sealed = is_sealed(place)
    try:
        if bare.is_bare(place):
            bare.wrap(place, folder)
            return
        if not sealed:
            _extract(place, folder)
            return
        tar = folder / "sealed.tar"
        _open(place, tar, identities)
        _extract(tar, folder)
        tar.unlink()
    except (tarfile.TarError, EOFError, OSError) as fault:
        raise CommandError(f"备份 {place} 不完整，或者不是备份：{fault}") from None


def _open(place: Path, tar: Path, identities: str) -> None:
    import pyrage

    if not identities:
        raise CommandError("这份备份是加密的：请用 --identity 文件，或 BACKUP_IDENTITY，给出它的 age 私钥。")
    try:
        keys = [pyrage.x25519.Identity.from_str(each) for each in several(identities)]
        with place.open("rb") as given, tar.open("wb") as out:
            pyrage.decrypt_io(given, out, keys)
    except (pyrage.IdentityError, pyrage.DecryptError) as fault:
        raise CommandError(f"这个 age 私钥打不开备份 {place}，或者备份不完整：{fault}") from None


def _extract(tar: Path, folder: Path) -> None:
    with tarfile.open(tar, "r:gz") as given:
        given.extractall(folder, filter="data")
