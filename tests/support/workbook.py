# SPDX-License-Identifier: Apache-2.0
"""Writes .xlsx files part by part, so that every part can be as it should not be."""

import io
import zipfile
from xml.sax.saxutils import escape, quoteattr

MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
PACKAGE = "http://schemas.openxmlformats.org/package/2006"
HEAD = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'


def column_name(column):
    name = ""
    column += 1
    while column:
        column, letter = divmod(column - 1, 26)
        name = chr(ord("A") + letter) + name
    return name


class Number(str):
    """The text of a number as the file has it; style: a format code or a builtin's number."""

    def __new__(cls, text, style=None):
        made = super().__new__(cls, text)
        made.style = style
        return made


class Raw(str):
    """What stands between <c r="A1" and </c>, with the cell's other attributes."""


class Book:
    """Sheets are lists of rows, rows lists of cells: str, int, float, bool, None, Number, Raw."""

    def __init__(self, date1904=False, inline=False, prefix="", strict=False):
        self.date1904, self.inline, self.prefix = date1904, inline, prefix
        self.main = "http://purl.oclc.org/ooxml/spreadsheetml/main" if strict else MAIN
        self.office = "http://purl.oclc.org/ooxml/officeDocument/relationships" if strict else OFFICE
        self.strings, self.places, self.formats = [], {}, []
        self.sheets = []
        self.parts = {}

    def sheet(self, name, rows, merges=(), state=None, first_row=1, tail=""):
        self.sheets.append((name, state))
        body = "".join(self.row(first_row + i, row) for i, row in enumerate(rows))
        if merges:
            body_merges = "".join(f'<mergeCell ref="{ref}"/>' for ref in merges)
            tail = f'<mergeCells count="{len(merges)}">{body_merges}</mergeCells>' + tail
        self.parts[f"xl/worksheets/sheet{len(self.sheets)}.xml"] = (
            f'{HEAD}<worksheet xmlns="{self.main}"><sheetData>{body}</sheetData>{tail}</worksheet>')
        return self

    def row(self, number, cells):
        if isinstance(cells, Raw):
            return cells
        made = "".join(self.cell(f"{column_name(i)}{number}", cell) for i, cell in enumerate(cells))
        return f'<row r="{number}">{made}</row>'

    def cell(self, ref, cell):
        if cell is None or cell == "":
            return ""
        if isinstance(cell, Raw):
            return f'<c r="{ref}"{cell}</c>'
        if isinstance(cell, bool):
            return f'<c r="{ref}" t="b"><v>{int(cell)}</v></c>'
        if isinstance(cell, Number):
            style = f' s="{self.style(cell.style)}"' if cell.style is not None else ""
            return f'<c r="{ref}"{style}><v>{cell}</v></c>'
        if isinstance(cell, (int, float)):
            return f'<c r="{ref}"><v>{cell!r}</v></c>'
        text = f'<t xml:space="preserve">{escape(cell)}</t>'
        if self.inline:
            return f'<c r="{ref}" t="inlineStr"><is>{text}</is></c>'
        if cell not in self.places:
            self.places[cell] = len(self.strings)
            self.strings.append(text)
        return f'<c r="{ref}" t="s"><v>{self.places[cell]}</v></c>'

    def style(self, code):
        if code not in self.formats:
            self.formats.append(code)
        return self.formats.index(code) + 1

    def finish(self):
        """All parts by name; a part that was put into self.parts before stays as it is."""
        ids = [code if isinstance(code, int) else 164 + i for i, code in enumerate(self.formats)]
        formats = "".join(f'<numFmt numFmtId="{164 + i}" formatCode={quoteattr(code)}/>'
                          for i, code in enumerate(self.formats) if isinstance(code, str))
        styles = "".join(f'<xf numFmtId="{number}" applyNumberFormat="1"/>' for number in [0, *ids])
        sheets = "".join(f'<sheet name={quoteattr(name)} sheetId="{i}" {f"""state="{state}" """ if state else ""}r:id="rId{i}"/>'
                         for i, (name, state) in enumerate(self.sheets, 1))
        links = "".join(f'<Relationship Id="rId{i}" Type="{self.office}/worksheet" Target="worksheets/sheet{i}.xml"/>'
                        for i in range(1, len(self.sheets) + 1))
        strings = "".join(f"<si>{text}</si>" for text in self.strings)
        parts = {
            "[Content_Types].xml": f'{HEAD}<Types xmlns="{PACKAGE}/content-types"><Default Extension="xml" '
                                   'ContentType="application/xml"/><Default Extension="rels" ContentType='
                                   '"application/vnd.openxmlformats-package.relationships+xml"/>'
                                   '<Override PartName="/xl/workbook.xml" ContentType="application/vnd.openxmlformats-'
                                   'officedocument.spreadsheetml.sheet.main+xml"/></Types>',
            "_rels/.rels": f'{HEAD}<Relationships xmlns="{PACKAGE}/relationships"><Relationship Id="rId1" '
                           f'Type="{self.office}/officeDocument" Target="xl/workbook.xml"/></Relationships>',
            "xl/workbook.xml": f'{HEAD}<workbook xmlns="{self.main}" xmlns:r="{self.office}"><workbookPr'
                               f'{" date1904=" + chr(34) + "1" + chr(34) if self.date1904 else ""}/>'
                               f'<sheets>{sheets}</sheets></workbook>',
            "xl/_rels/workbook.xml.rels": f'{HEAD}<Relationships xmlns="{PACKAGE}/relationships">{links}'
                                          f'<Relationship Id="rIdS" Type="{self.office}/sharedStrings" '
                                          'Target="sharedStrings.xml"/>'
                                          f'<Relationship Id="rIdT" Type="{self.office}/styles" Target="/xl/styles.xml"/>'
                                          '</Relationships>',
            "xl/styles.xml": f'{HEAD}<styleSheet xmlns="{self.main}"><numFmts count="{len(self.formats)}">{formats}'
                             f'</numFmts><cellXfs count="{len(ids) + 1}">{styles}</cellXfs></styleSheet>',
            "xl/sharedStrings.xml": f'{HEAD}<sst xmlns="{self.main}" count="{len(self.strings)}" '
                                    f'uniqueCount="{len(self.strings)}">{strings}</sst>',
        }
        parts.update(self.parts)
        return {name: part for name, part in parts.items() if part is not None}

    def bytes(self):
        return pack(self.finish())


def pack(parts, compression=zipfile.ZIP_DEFLATED):
    """A zip of parts (str or bytes), the same for the same parts."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name, part in parts.items():
            info = zipfile.ZipInfo(name, (2018, 3, 26, 0, 0, 0))
            info.compress_type = compression
            archive.writestr(info, part)
    return out.getvalue()


def book_of(rows, name="Sheet1", **options):
    return Book(**options).sheet(name, rows)
