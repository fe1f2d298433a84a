"""A table written as an Excel workbook, which a person may open without a thought.

Whatever was typed stays a text: no cell becomes a formula or a link, not even when somebody edits
it, and a program that makes CSV of it finds the mark that keeps it one.
"""

import io
from collections.abc import Iterable, Sequence

COLUMN_WIDTH = 18


def write(
    title: str, header: Sequence[str], rows: Iterable[Sequence[str | float | None]]
) -> bytes:
    """Give a workbook with one sheet: a header that stays in sight, then the rows.

    Texts are written as texts, numbers as numbers, None as nothing.
    """
    # Imported here: a serving process seldom writes a table.
    import xlsxwriter  # type: ignore[import-untyped] # It has no types.

    written = io.BytesIO()
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    with xlsxwriter.Workbook(written, options) as workbook:
        text = workbook.add_format({"quote_prefix": True, "num_format": "@"})
        bold = workbook.add_format({"bold": True})
        sheet = workbook.add_worksheet(title)
        sheet.set_column(0, len(header) - 1, COLUMN_WIDTH)
        sheet.freeze_panes(1, 0)
        for place, name in enumerate(header):
            sheet.write_string(0, place, name, bold)
        for number, row in enumerate(rows, 1):
            for place, value in enumerate(row):
                if isinstance(value, str):
                    sheet.write_string(number, place, value, text)
                elif value is not None:
                    sheet.write_number(number, place, value)
    return written.getvalue()
