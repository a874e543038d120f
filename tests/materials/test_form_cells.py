"""A form's cells: a number with its hedge is one to the formulas, and a stray cell far away costs nothing."""

import io
import json

import pytest
from openpyxl import Workbook, load_workbook

from bot.files import forms
from bot.files.forms import filler


@pytest.mark.parametrize(
    ("told", "shown_as", "kept"),
    [
        ("1500余", "General", (1500, '0"余"')), ("20余万", "#,##0", (200_000, '#,##0"余"')),
        ("1.35万余", "General", (13_500, '0"余"')), ("约3020", "0", (3020, '"约"0')), ("近3000", "0", (3000, '"近"0')),
        ("1500余", "@", ("1500余", "@")), ("1500余", '0"个"', ("1500余", '0"个"')), ("40", "#,##0", (40, "#,##0")),
        ("95.2%", "General", (0.952, "0.0%")), ("95.2%", "0", ("95.2%", "0")),
        ("好孩子 3", "General", ("好孩子 3", "General")),
        ("–", "General", ("–", "General")), ("余", "General", ("余", "General")),
    ],
)  # fmt: skip
def test_a_number_with_a_hedge_is_a_number_to_the_formulas_of_the_form(
    told: str, shown_as: str, kept: tuple[object, str]
) -> None:
    assert filler._number(told, shown_as) == kept


def test_a_stray_cell_in_the_last_corner_costs_nothing() -> None:
    book = Workbook()
    book.active["XFD1048576"] = "{{签到.人次}}"
    out = io.BytesIO()
    book.save(out)
    found = json.loads(forms.run(out.getvalue(), {"kind": "fields"}))["fields"]
    assert found == [["Sheet!XFD1048576", "签到.人次"]]
    order = {"kind": "fill", "values": {"签到.人次": ["7", ""]}, "mark": "王主任"}
    filled = load_workbook(io.BytesIO(forms.run(out.getvalue(), order)), read_only=True)
    assert filled.active.max_row == 1_048_576
