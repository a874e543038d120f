"""Who may read digests: each their own part of the tree; there is no child's name in one."""

from handlers.kit import ADMINS, Role

READERS = ADMINS | {Role.COUNSELOR, Role.INSPECTOR, Role.STATION_HEAD, Role.GROUP_HEAD, Role.CARE_ADMIN}
