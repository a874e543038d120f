"""The real process while its platform is away: what waits is said when it is back, in order, to everybody."""

from pathlib import Path

import pytest

from tests.faults.outage import TEXTS, besiege

pytestmark = pytest.mark.both


@pytest.mark.parametrize(("channel", "way", "number"), [("wecom", "502", 200), ("telegram", "closed", 8)])
def test_two_seconds_without_a_platform(tmp_path: Path, channel: str, way: str, number: int) -> None:
    ledger = besiege(tmp_path, channel, way, number, seconds=2)
    assert ledger.clean, ledger
    assert ledger.stored == number * len(TEXTS) <= ledger.sent <= ledger.stored + ledger.uncertain
