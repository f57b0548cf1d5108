# SPDX-License-Identifier: Apache-2.0
"""What a clerk does to a sheet: rows are inserted, sorted, deleted and changed, in a workbook or a text, and everything
else stays. Rows are lists of texts; the first one is the header."""

import csv
import io
import re
import xml.etree.ElementTree as ElementTree
import zipfile

from workbook import MAIN, column_name

NAME = f"{{{MAIN}}}"


def parts(path):
    """The parts of a workbook: name to bytes."""
    with zipfile.ZipFile(path) as archive:
        assert archive.testzip() is None
        return {name: archive.read(name) for name in archive.namelist()}


def _column(reference):
    number = 0
    for letter in re.match(r"[A-Z]+", reference)[0]:
        number = number * 26 + ord(letter) - ord("A") + 1
    return number - 1


def _text(cell, strings):
    if cell.get("t") == "inlineStr":
        return "".join(t.text or "" for t in cell.iter(NAME + "t"))
    value = cell.findtext(NAME + "v") or ""
    return strings[int(value)] if cell.get("t") == "s" else value


class Workbook:
    """One sheet of a workbook; rows keep their elements, so that what is not changed stays as it was written."""

    def __init__(self, path, part="xl/worksheets/sheet1.xml"):
        self.path, self.part = path, part
        self.parts = parts(path)
        strings = ElementTree.fromstring(self.parts.get("xl/sharedStrings.xml", b"<sst/>"))
        self.strings = ["".join(t.text or "" for t in item.iter(NAME + "t")) for item in strings]
        self.root = ElementTree.fromstring(self.parts[part])
        self.data = self.root.find(NAME + "sheetData")
        self.rows = list(self.data)

    def texts(self, row):
        cells = {}
        for i, cell in enumerate(row):
            cells[_column(cell.get("r")) if cell.get("r") else i] = _text(cell, self.strings)
        return [cells.get(i, "") for i in range(max(cells, default=-1) + 1)]

    def put(self, row, column, text):
        """Writes a text cell, in its place."""
        for cell in list(row):
            if _column(cell.get("r")) == column:
                row.remove(cell)
        if text == "":
            return
        at = sum(_column(cell.get("r")) < column for cell in row)
        made = ElementTree.Element(NAME + "c", {"r": f"{column_name(column)}0", "t": "inlineStr"})
        ElementTree.SubElement(ElementTree.SubElement(made, NAME + "is"), NAME + "t").text = text
        row.insert(at, made)

    def insert(self, at, texts):
        row = ElementTree.Element(NAME + "row", {"r": "0"})
        for column, text in enumerate(texts):
            self.put(row, column, text)
        self.rows.insert(at, row)

    def save(self, path=None):
        """Numbers the rows anew, as a spreadsheet program does."""
        for row in list(self.data):
            self.data.remove(row)
        for number, row in enumerate(self.rows, 1):
            row.set("r", str(number))
            for cell in row:
                cell.set("r", f"{column_name(_column(cell.get('r')))}{number}")
            self.data.append(row)
        ElementTree.register_namespace("", MAIN)
        self.parts[self.part] = ElementTree.tostring(self.root, encoding="utf-8", xml_declaration=True)
        with zipfile.ZipFile(path or self.path, "w", zipfile.ZIP_DEFLATED) as archive:
            for name, part in self.parts.items():
                archive.writestr(name, part)


class Text:
    """The same for CSV."""

    def __init__(self, path):
        self.path = path
        self.rows = list(csv.reader(io.StringIO(path.read_text("utf-8-sig"), newline="")))

    def texts(self, row):
        return row

    def put(self, row, column, text):
        row.extend([""] * (column + 1 - len(row)))
        row[column] = text

    def insert(self, at, texts):
        self.rows.insert(at, list(texts))

    def save(self, path=None):
        out = io.StringIO(newline="")
        csv.writer(out).writerows(self.rows)
        (path or self.path).write_bytes(out.getvalue().encode("utf-8-sig"))


def open_sheet(path):
    return Workbook(path) if path.suffix == ".xlsx" else Text(path)


def rows_of(path):
    sheet = open_sheet(path)
    return [sheet.texts(row) for row in sheet.rows]
