# SPDX-License-Identifier: Apache-2.0
"""Reads an .xlsx by its XML alone, independent of the project's own reader; changes cells in one."""

import re
import zipfile
from xml.etree import ElementTree
from xml.sax.saxutils import escape

from workbook import column_name, pack

NS = {"m": "http://schemas.openxmlformats.org/spreadsheetml/2006/main"}
REL = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"


def place(ref):
    letters, digits = re.fullmatch(r"([A-Z]+)([0-9]+)", ref).groups()
    column = 0
    for letter in letters:
        column = column * 26 + ord(letter) - ord("A") + 1
    return int(digits), column - 1


class Sheet:
    def __init__(self, name, hidden, part):
        self.name, self.hidden, self.part = name, hidden, part
        self.cells = {}     # (row, column) -> text, float or bool; rows from 1, columns from 0
        self.styles = {}    # (row, column) -> index of its cell format
        self.comments = {}  # (row, column) -> text
        self.columns = []   # (first, last, style) of the column formats
        self.lists = {}     # column -> formula of its drop-down list
        self.frozen = 0

    def rows(self):
        """Lists of texts, as wide as the widest row."""
        height = max((row for row, _ in self.cells), default=0)
        width = max((column for _, column in self.cells), default=-1) + 1
        return [[self.cells.get((row, column), "") for column in range(width)] for row in range(1, height + 1)]

    def column(self, header):
        return next(column for (row, column), text in self.cells.items() if row == 1 and text == header)


class Workbook:
    def __init__(self, path):
        self.path = path
        with zipfile.ZipFile(path) as archive:
            assert archive.testzip() is None
            self.parts = {name: archive.read(name) for name in archive.namelist()}
        for name, part in self.parts.items():
            ElementTree.fromstring(part)  # every part is well-formed
        links = {link.get("Id"): link.get("Target").removeprefix("/xl/") for link in self.xml("xl/_rels/workbook.xml.rels")}
        self.sheets = []
        for sheet in self.xml("xl/workbook.xml").find("m:sheets", NS):
            part = "xl/" + links[sheet.get(REL)]
            made = Sheet(sheet.get("name"), sheet.get("state") == "hidden", part)
            self.read(made)
            self.sheets.append(made)
        styles = self.xml("xl/styles.xml")
        self.formats = {int(f.get("numFmtId")): f.get("formatCode") for f in styles.findall("m:numFmts/m:numFmt", NS)}
        self.cell_formats = styles.findall("m:cellXfs/m:xf", NS)
        self.fills = styles.findall("m:fills/m:fill", NS)

    def xml(self, name):
        return ElementTree.fromstring(self.parts[name])

    def read(self, sheet):
        root = self.xml(sheet.part)
        shared = self.xml("xl/sharedStrings.xml") if "xl/sharedStrings.xml" in self.parts else ()
        strings = ["".join(t.text or "" for t in item.iter("{%s}t" % NS["m"])) for item in shared]
        for cell in root.iter("{%s}c" % NS["m"]):
            where = place(cell.get("r"))
            sheet.styles[where] = int(cell.get("s", 0))
            value = cell.find("m:v", NS)
            kind = cell.get("t", "n")
            if kind == "inlineStr":
                sheet.cells[where] = "".join(t.text or "" for t in cell.iter("{%s}t" % NS["m"]))
            elif value is not None and kind == "s":
                sheet.cells[where] = strings[int(value.text)]
            elif value is not None:
                assert kind in ("n", "b"), kind
                sheet.cells[where] = value.text == "1" if kind == "b" else float(value.text)
        sheet.columns = [(int(c.get("min")) - 1, int(c.get("max")) - 1, int(c.get("style", 0)))
                         for c in root.findall("m:cols/m:col", NS)]
        pane = root.find("m:sheetViews/m:sheetView/m:pane", NS)
        sheet.frozen = int(pane.get("ySplit", 0)) if pane is not None and pane.get("state") == "frozen" else 0
        for rule in root.findall("m:dataValidations/m:dataValidation", NS):
            assert rule.get("type") == "list"
            sheet.lists[place(rule.get("sqref").split(":")[0])[1]] = rule.find("m:formula1", NS).text
        rels = sheet.part.replace("worksheets/", "worksheets/_rels/") + ".rels"
        for link in self.xml(rels) if rels in self.parts else ():
            if link.get("Type").endswith("/comments"):
                for comment in self.xml("xl/" + link.get("Target").removeprefix("../")).iter("{%s}comment" % NS["m"]):
                    text = "".join(t.text or "" for t in comment.iter("{%s}t" % NS["m"]))
                    sheet.comments[place(comment.get("ref"))] = text

    def fill(self, sheet, row, column):
        """The colour behind a cell, None for none."""
        style = self.cell_formats[sheet.styles.get((row, column), 0)]
        colour = self.fills[int(style.get("fillId", 0))].find("m:patternFill/m:fgColor", NS)
        return colour.get("rgb") if colour is not None else None

    def number_format(self, style):
        number = int(self.cell_formats[style].get("numFmtId", 0))
        return {0: "General", 49: "@"}.get(number, self.formats.get(number, number))

    def is_text_column(self, sheet, column):
        return any(first <= column <= last and self.number_format(style) == "@" for first, last, style in sheet.columns)

    def list_of(self, sheet, column):
        """The values that a drop-down list offers, in the cells themselves or on another sheet."""
        if sheet.lists[column].startswith('"'):
            return sheet.lists[column].strip('"').split(",")
        name, letters, first, last = re.fullmatch(r"'(.+)'!\$([A-Z]+)\$(\d+):\$[A-Z]+\$(\d+)", sheet.lists[column]).groups()
        source = next(s for s in self.sheets if s.name == name)
        where = place(letters + "1")[1]
        return [source.cells[row, where] for row in range(int(first), int(last) + 1)]

    def put(self, sheet, changes, path):
        """Writes a copy in which cells have other values, as a person types them: str or numbers."""
        root = self.parts[sheet.part].decode("utf-8")
        made = {}
        for (row, column), value in {**sheet.cells, **changes}.items():
            style = sheet.styles.get((row, column))
            if style is None:
                style = next((s for first, last, s in sheet.columns if first <= column <= last), 0)
            ref = f'r="{column_name(column)}{row}" s="{style}"'
            if value == "" or value is None:
                continue
            if isinstance(value, bool):
                cell = f'<c {ref} t="b"><v>{int(value)}</v></c>'
            elif isinstance(value, (int, float)):
                cell = f"<c {ref}><v>{value!r}</v></c>"
            else:
                cell = f'<c {ref} t="inlineStr"><is><t xml:space="preserve">{escape(value)}</t></is></c>'
            made.setdefault(row, {})[column] = cell
        data = "".join(f'<row r="{row}">' + "".join(cells[column] for column in sorted(cells)) + "</row>"
                       for row, cells in sorted(made.items()))
        root = re.sub(r"<sheetData/>|<sheetData>.*</sheetData>", lambda _: f"<sheetData>{data}</sheetData>", root, flags=re.S)
        path.write_bytes(pack({**self.parts, sheet.part: root}))
        return path
