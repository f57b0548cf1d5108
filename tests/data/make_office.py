#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Writes the sheets of real programs anew: office/lo-* by LibreOffice (soffice, headless), office/xw-* by libxlsxwriter
(tests/support/make_workbooks.c), and office/expected.json.

    make_office.py BUILD       the build folder, for tz-make-workbooks

An expectation: "kind", "records", which is a CSV that holds the same records, "options" for the command, and "says", words on
standard error. What the programs write holds their version and the time, so this is run by hand and its results are committed.
"""

import json
import pathlib
import shutil
import subprocess
import sys
import tempfile
import zipfile
from xml.sax.saxutils import escape, quoteattr

HERE = pathlib.Path(__file__).resolve().parent
OFFICE = HERE / "office"
NAMES = {"office": "office", "table": "table", "text": "text", "style": "style", "number": "datastyle", "of": "of"}
NAMESPACES = " ".join(f'xmlns:{prefix}="urn:oasis:names:tc:opendocument:xmlns:{name}:{"1.2" if name == "of" else "1.0"}"'
                      for prefix, name in NAMES.items())
DATES = {"day": '<number:year number:style="long"/><number:text>-</number:text><number:month number:style="long"/>'
                '<number:text>-</number:text><number:day number:style="long"/>',
         "chinese": '<number:year number:style="long"/><number:text>年</number:text><number:month/><number:text>月</number:text>'
                    '<number:day/><number:text>日</number:text>',
         "month": '<number:year number:style="long"/><number:text>年</number:text><number:month/><number:text>月</number:text>'}
STYLES = "".join(f'<number:date-style style:name="N{name}">{parts}</number:date-style>'
                 f'<style:style style:name="{name}" style:family="table-cell" style:data-style-name="N{name}"/>'
                 for name, parts in DATES.items()) + (
    '<number:percentage-style style:name="Nshare"><number:number number:decimal-places="1" number:min-integer-digits="1"/>'
    '<number:text>%</number:text></number:percentage-style>'
    '<style:style style:name="share" style:family="table-cell" style:data-style-name="Nshare"/>'
    '<number:number-style style:name="Ncode"><number:number number:decimal-places="0" number:min-integer-digits="3"/>'
    '</number:number-style><style:style style:name="code" style:family="table-cell" style:data-style-name="Ncode"/>')
MIME = "application/vnd.oasis.opendocument.spreadsheet"
MANIFEST = ('<manifest:manifest xmlns:manifest="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0" manifest:version="1.2">'
            f'<manifest:file-entry manifest:full-path="/" manifest:media-type="{MIME}"/>'
            '<manifest:file-entry manifest:full-path="content.xml" manifest:media-type="text/xml"/></manifest:manifest>')
expected = {}


def cell(kind, value="", style="", span=""):
    """A cell of an OpenDocument sheet; kind: string, float, date, boolean, percentage, formula, covered."""
    attributes = f' table:style-name="{style}"' if style else ""
    if span:
        columns, rows = span
        attributes += f' table:number-columns-spanned="{columns}" table:number-rows-spanned="{rows}"'
    if kind == "covered":
        return "<table:covered-table-cell/>"
    if kind == "string":
        return f'<table:table-cell office:value-type="string"{attributes}><text:p>{escape(value)}</text:p></table:table-cell>'
    if kind == "formula":
        return f'<table:table-cell table:formula={quoteattr("of:=" + value)}{attributes}/>'
    name = {"date": "date-value", "boolean": "boolean-value"}.get(kind, "value")
    return f'<table:table-cell office:value-type="{kind}" office:{name}="{value}"{attributes}/>'


def made(value):
    """Python's values as cells; tuples are cell's arguments."""
    if isinstance(value, tuple):
        return cell(*value)
    if value == "":
        return "<table:table-cell/>"
    if isinstance(value, bool):
        return cell("boolean", "true" if value else "false")
    return cell("string", value) if isinstance(value, str) else cell("float", value)


def document(*sheets, null_date=""):
    tables = ""
    for name, rows, *more in sheets:
        body = "".join("<table:table-row>" + "".join(made(value) for value in row) + "</table:table-row>" for row in rows)
        hidden = ' table:style-name="hidden"' if more else ""
        tables += f'<table:table table:name="{name}"{hidden}>{body}</table:table>'
    settings = f'<table:calculation-settings><table:null-date table:date-value="{null_date}"/></table:calculation-settings>'
    return (f'<?xml version="1.0" encoding="UTF-8"?><office:document-content {NAMESPACES} office:version="1.2">'
            '<office:automatic-styles>'
            '<style:style style:name="hidden" style:family="table"><style:table-properties table:display="false"/></style:style>'
            f'{STYLES}</office:automatic-styles><office:body><office:spreadsheet>{settings if null_date else ""}{tables}'
            '</office:spreadsheet></office:body></office:document-content>')


def convert(source, target, name):
    """source, by LibreOffice, to office/<name>."""
    with tempfile.TemporaryDirectory() as folder:
        subprocess.run(["soffice", f"-env:UserInstallation=file://{folder}/profile", "--headless", "--convert-to", target,
                        "--outdir", folder, source], check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        result, = (path for path in pathlib.Path(folder).iterdir() if path.is_file())
        shutil.copy(result, OFFICE / name)


def put(name, kind, records, source=None, target="xlsx", options=(), says=()):
    if source:
        with tempfile.TemporaryDirectory() as folder:
            path = pathlib.Path(folder) / "sheet.ods"
            with zipfile.ZipFile(path, "w") as archive:
                archive.writestr("mimetype", MIME)
                archive.writestr("META-INF/manifest.xml", MANIFEST)
                archive.writestr("content.xml", source)
            convert(path, target, name)
    expected[name] = {"kind": kind, "records": records}
    if options:
        expected[name]["options"] = list(options)
    if says:
        expected[name]["says"] = [says] if isinstance(says, str) else list(says)


PROJECT = ["报送单位", "编号", "报告期", "名称", "项目数", "开始日期", "结束日期", "试点", "合同金额（万元）"]
RECORDS = ("报送单位,编号,报告期,名称,项目数,开始日期,结束日期,试点,合同金额（万元）\n"
           "320100,007,2017,关爱行动,200,2017-07-31,2017-07-31,是,12.5\n"
           "320100,A2,2017,\"志愿\n服务\",若干,2017-07,,否,25\n")
ROWS = [[320100, ("float", 7, "code"), 2017, "关爱行动", ("formula", "100+100"), ("date", "2017-07-31", "day"),
         ("date", "2017-07-31", "chinese"), True, 12.5],
        [320100, ("formula", '"A"&2'), 2017, ("formula", '"志愿"&CHAR(10)&"服务"'), "若干", ("date", "2017-07-01", "month"), "",
         False, ("formula", "[.I2]*2")]]


def by_libreoffice():
    total = ["合计", "", "", "", "", "", "", "", ("formula", "SUM([.I2:.I3])")]
    put("lo-values.xlsx", "project", RECORDS, document(("项目", [PROJECT, *ROWS, total])), says="1 figure")
    put("lo-1904.xlsx", "project", RECORDS, document(("项目", [PROJECT, *ROWS]), null_date="1904-01-01"))
    put("lo-sheets.xlsx", "project", RECORDS, document(("说明", [["如实填报"]]), ("旧表", [PROJECT, ROWS[0]], "hidden"),
                                                       ("项目", [PROJECT, *ROWS])), says=["\"项目\"", "\"旧表\" (hidden)"])
    top = [("string", "报送单位", "", (1, 2)), ("string", "编号", "", (1, 2)), ("string", "报告期", "", (1, 2)),
           ("string", "金额", "", (2, 1)), ("covered",), ("string", "来源", "", (1, 2))]
    bottom = [("covered",)] * 3 + ["预算", "支付", ("covered",)]
    funding = [[("string", "2017年经费统计表", "", (6, 1))] + [("covered",)] * 5,
               ["", "", "", "", ("string", "单位：万元", "", (2, 1)), ("covered",)], top, bottom,
               [("string", "320100", "", (1, 3)), "A1", 2017, 100, 50.5, "福彩"],
               [("covered",), "A2", 2017, 200, 50.5, "福彩"],
               [("covered",), "小计", "", ("formula", "SUM([.D5:.D6])"), ("formula", "SUM([.E5:.E6])"), ""]]
    merged = "报送单位,编号,报告期,预算金额（万元）,支付金额（万元）,来源\n320100,A1,2017,100,50.5,福彩\n320100,A2,2017,200,50.5,福彩\n"
    put("lo-merged.xlsx", "funding", merged, document(("经费", funding)), says=["rows 3 and 4", "万元, as cell E2 says", "2 figures"])
    worker = ["报送单位", "编号", "报告期", "人数", "工作量占比", "试点"]
    put("lo-share.xlsx", "worker", "报送单位,编号,报告期,人数,工作量占比,试点\n320100,A,2017,1,85.5%,是\n",
        document(("社工", [worker, ["320100", "A", 2017, 1, ("percentage", 0.855, "share"), True]])))
    text = document(("项目", [PROJECT, *ROWS[:1]]))
    one = "\n".join(RECORDS.split("\n")[:2]) + "\n"
    put("lo-gb18030.csv", "project", one, text, "csv:Text - txt - csv (StarCalc):44,34,85", says="GB18030")
    put("lo-tabs-utf16.csv", "project", one, text, "csv:Text - txt - csv (StarCalc):9,34,65535", says=["UTF-16LE", "tabs"])
    put("lo-utf8.csv", "project", one, text, "csv:Text - txt - csv (StarCalc):44,34,76")
    # What another writer made, opened and saved by LibreOffice.
    convert(HERE / "sheets" / "two-rows-title-funding.xlsx", "xlsx", "lo-saved-again.xlsx")
    put("lo-saved-again.xlsx", "funding", "报送单位,编号,报告期,预算金额（万元）,支付金额（万元）,来源\n320100,A1,2017,200,150.5,福彩\n",
        says="rows 2 and 3")
    convert(OFFICE / "xw-values.xlsx", "xlsx", "lo-saved-xw.xlsx")
    put("lo-saved-xw.xlsx", "project", RECORDS, says="1 figure")


def by_libxlsxwriter(build):
    subprocess.run([pathlib.Path(build) / "tests" / "support" / "tz-make-workbooks", "corpus", OFFICE], check=True)
    put("xw-values.xlsx", "project", RECORDS, says="1 figure")
    put("xw-constant-memory.xlsx", "project", RECORDS, says="1 figure")
    put("xw-merged.xlsx", "funding", "报送单位,编号,报告期,预算金额（万元）,支付金额（万元）,来源\n"
        "320100,A1,2017,100,50.5,福彩\n320100,A2,2017,200,50.5,福彩\n", says=["rows 3 and 4", "万元, as cell E2 says", "2 figures"])
    put("xw-furniture.xlsx", "project", "报送单位,编号,报告期,名称,阶段\n320100,A1,2017,关爱行动,实施\n320100,A2,2017,志愿服务,结项\n",
        options=["--map", "内部列="], says=["\"内部列\" is left aside", "\"说明\""])


def main():
    OFFICE.mkdir(exist_ok=True)
    for old in OFFICE.iterdir():
        old.unlink()
    by_libxlsxwriter(sys.argv[1])
    by_libreoffice()
    (OFFICE / "expected.json").write_text(json.dumps(expected, ensure_ascii=False, indent=1) + "\n")
    print(f"{len(expected)} files")


main()
