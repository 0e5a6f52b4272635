"""Reads the workbook of `annexa coverage` with openpyxl: workbook.py WORKBOOK CSV

Every control of Annex A has its row, no cell is a formula, and the sheet by facet says what the CSV says."""

import csv
import datetime
import sys

import openpyxl


def rows(sheet) -> list[dict]:
    head, *rest = sheet.iter_rows(values_only=True)
    return [dict(zip(head, row)) for row in rest]


def text(value) -> str:
    if value is None:
        return ""
    if isinstance(value, datetime.datetime):
        return value.date().isoformat()
    return str(value)


def main() -> None:
    book = openpyxl.load_workbook(sys.argv[1])
    assert all(cell.data_type != "f" for sheet in book for row in sheet.iter_rows() for cell in row), "there is a formula"
    controls = rows(book["Statement of applicability"])
    assert len(controls) == 93 and len({row["Control"] for row in controls}) == 93
    assert sum(bool(row["Owner"]) for row in controls) > 80, "owners come from the statement of applicability"
    assert any(row["Exceptions"] for row in controls) and any(row["Attestations"] for row in controls)
    with open(sys.argv[2], encoding="utf-8", newline="") as file:
        table = list(csv.reader(file))[1:]
    by_facet = list(book["By facet"].iter_rows(values_only=True))[1:]
    assert len(by_facet) == len(table)
    status = list(rows(book["By facet"])[0]).index("Status")
    for written, cells in zip(table, by_facet):
        read = [text(cell) for cell in cells]
        read[status] = read[status].replace(" ", "-")
        # CSV keeps spreadsheets from taking text for a formula.
        assert [cell.removeprefix("'") for cell in written] == read, (written, read)
    print(f"{len(book.sheetnames)} sheets read, {len(by_facet)} rows as in the CSV")


main()
