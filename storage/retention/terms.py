"""What is kept for how long (domain §7)."""

from datetime import date, timedelta

from storage.organisation.history import school_year

# 网络安全法 21: logs at least six months. The words of a message are not among them.
LOG_KEPT = timedelta(days=190)
FAILED_MESSAGES_KEPT = timedelta(days=30)
FAILED_NOMINATIONS_KEPT = timedelta(days=180)
CHECKIN_YEARS = 3
# PIPL 56: the record of how sensitive data were handled, three years.
RECORDS_KEPT = timedelta(days=3 * 366)


def oldest_checkin(today: date) -> date:
    """The first day whose check-ins are still kept: 1 September of the school year before the last."""
    return date(school_year(today) - CHECKIN_YEARS + 1, 9, 1)
