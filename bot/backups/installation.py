"""What a backup is of: the database and what lies beside it."""

from dataclasses import dataclass
from pathlib import Path

from bot.settings import SECRETS, Settings
from storage.audit.audit_heads import AuditHeads
from storage.base.vault import Vault
from storage.children.erasures import ErasureList
from storage.database import file_of


@dataclass(frozen=True, slots=True)
class Installation:
    """The real one, or the practice page's."""

    settings: Settings
    practice: bool

    @property
    def url(self) -> str:
        """The address of its database."""
        return self.settings.practice_database if self.practice else self.settings.real_database

    @property
    def file(self) -> Path | None:
        """The file of its database; None: it is on a server."""
        return file_of(self.url)

    @property
    def beside(self) -> dict[str, Path]:
        """Name in a backup → the file or folder; not all of them need be there."""
        data, of = self.settings.data_dir, "practice-" if self.practice else ""
        heads = "practice.heads" if self.practice else "audit.heads"
        return {"audit.heads": data / heads, "files": data / f"{of}files", "catalogue": data / "catalogue"}

    @property
    def secret(self) -> dict[str, Path]:
        """The same of what is in a sealed backup only: who has one that is not sealed shall not open names with it."""
        return {"name.key": self.settings.data_dir / "name.key", ".env": Path(".env")}

    @property
    def erased(self) -> list[Path]:
        """Where it is kept which children were erased."""
        name = "practice-erased.list" if self.practice else "erased.list"
        folders = (self.settings.data_dir, None if self.practice else self.settings.backups)
        return [folder / name for folder in folders if folder]

    def erasures(self) -> ErasureList:
        """Which children were erased, as it is kept outside the database."""
        return ErasureList(self.erased)

    def audit_heads(self, vault: Vault) -> AuditHeads:
        """The ends of the audit log as they are kept outside the database."""
        return AuditHeads(self.beside["audit.heads"], vault)

    def described(self) -> dict[str, object]:
        """The settings that are not the default ones, and which secrets there are besides."""
        names = self.settings.model_fields_set
        open_ones = {name.upper(): str(getattr(self.settings, name)) for name in sorted(names)}
        plain = {name: value for name, value in open_ones.items() if value and name not in SECRETS}
        return {"settings": plain, "secrets": sorted(name for name in SECRETS if open_ones.get(name))}
