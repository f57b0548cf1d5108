#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Writes the corpus of spoiled sheets anew: sheets/<name> and sheets/expected.json, what `submit --dry-run` makes of each.

An expectation is {"rows": {"<row>": [] or ["CODE:field", ...]}} for a file that is taken, with "says" for words that must
stand on standard error; or {"refused": "words of the reason"}. "options" are given to the command as they stand.
"""

import json
import pathlib
import struct
import sys
import zipfile

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "support"))

from workbook import HEAD, MAIN, Book, Number, Raw, book_of, pack  # noqa: E402

HEADERS = ["报送单位", "编号", "报告期", "名称", "项目数", "开始日期"]
ROW = ["320100", "A1", "2017", "关爱行动", "200余个", "2017-07-01"]
SECOND = ["320100", "A2", "2017", "志愿服务", "3个", ""]
FINE = {"2": [], "3": []}
expected = {}


def put(name, content, rows=None, refused=None, says=(), options=()):
    (HERE / "sheets" / name).write_bytes(content)
    entry = {"rows": rows} if refused is None else {"refused": refused}
    if says:
        entry["says"] = [says] if isinstance(says, str) else list(says)
    if options:
        entry["options"] = list(options)
    expected[name] = entry


def text(*rows, separator=",", end="\n"):
    return "".join(separator.join(row) + end for row in rows)


def table(*cells, header=HEADERS):
    """One record with these cells changed: pairs of column and value."""
    row = list(ROW)
    for column, value in cells:
        row[column] = value
    return [header, row]


def encodings():
    plain = text(HEADERS, ROW, SECOND)
    put("utf8.csv", plain.encode(), FINE)
    put("utf8-mark.csv", plain.encode("utf-8-sig"), FINE)
    put("utf8-crlf-quoted-newline.csv", text(HEADERS, ROW[:3] + ['"关爱\r\n行动"'] + ROW[4:], end="\r\n").encode(), {"2": []})
    put("gbk.csv", plain.encode("gbk"), FINE, says="GB18030/GBK")
    put("gb18030-four-bytes.csv", text(HEADERS, ROW[:3] + ["㐂😀行动"] + ROW[4:]).encode("gb18030"), {"2": []}, says="GB18030")
    put("gbk-one-odd-byte.csv", plain.encode("gbk") + b"\xff", refused="GB18030")
    put("gbk-cut.csv", text(HEADERS, ROW).encode("gbk")[:-13], refused="GB18030")
    put("utf16le-mark.csv", b"\xff\xfe" + plain.encode("utf-16-le"), FINE, says="UTF-16LE")
    put("utf16be-mark.csv", b"\xfe\xff" + plain.encode("utf-16-be"), FINE, says="UTF-16BE")
    put("utf16le-no-mark.csv", plain.encode("utf-16-le"), FINE, says="UTF-16LE")
    put("utf16be-yi.csv", text(HEADERS, ROW[:3] + ["一一一一一一一一"] + ROW[4:]).encode("utf-16-be"), {"2": []}, says="UTF-16BE")
    put("utf16-odd.csv", b"\xff\xfe" + plain.encode("utf-16-le") + b"x", refused="UTF-8")
    put("utf16-half-pair.csv", b"\xff\xfe" + plain.encode("utf-16-le") + b"\x00\xd8\n\0", refused="UTF-8")
    put("utf8-one-broken-byte.csv", plain.encode().replace("志愿".encode(), "志".encode() + b"\xe6\x84"), refused="D3")
    put("utf8-cut.csv", text(HEADERS, ROW).encode()[:-30], refused="D2")
    put("big5.csv", "報送單位,編號,報告期,名稱\n320100,A1,2017,關愛行動計畫\n".encode("big5"), refused="UTF-8")
    put("nul.csv", plain.encode().replace(b"A2", b"A\x002"), refused="B3")
    put("empty.csv", b"", refused="empty")
    put("blank-rows.csv", b",,,\n\n,,\n", refused="empty")
    put("tabs.txt", text(HEADERS, ROW, SECOND, separator="\t").encode(), FINE, says="tabs")
    put("semicolons.csv", text(HEADERS, ROW, SECOND, separator=";").encode(), FINE, says="semicolons")
    put("excel-unicode-text.txt", text(HEADERS, ROW, SECOND, separator="\t", end="\r\n").encode("utf-16"), FINE,
        says=["UTF-16LE", "tabs"])
    put("commas-in-tabs.txt", text(HEADERS, ROW[:3] + ["一,二,三,四,五,六,七"] + ROW[4:], separator="\t").encode(), {"2": []},
        says="tabs")
    put("quote-open.csv", text(HEADERS, ROW).encode() + b'320100,"A2,2017\n', refused="quotation mark")


def layouts():
    title = ["2017年项目统计表", "", "", "", "", ""]
    put("title-rows.csv", text(title, ["填报单位：南京市", "", "", "", "", ""], HEADERS, ROW).encode(), {"4": []}, says="row 3")
    put("title.xlsx", book_of([title[:1], [], HEADERS, ROW], ).bytes(), {"4": []}, says="row 3")
    put("title-merged.xlsx", Book().sheet("a", [title[:1], HEADERS, ROW], merges=["A1:F1"]).bytes(), {"3": []}, says="row 2")
    put("english.csv", text(["period", "title", "key", "committee", "quantity", "start_on"],
                            ["2017", "name", "A", "320100", "12", "2017-07"]).encode(), {"2": []})
    put("counter.csv", text(["序号"] + HEADERS, ["1"] + ROW, ["2"] + SECOND).encode(), FINE, says="序号")
    put("totals.csv", text(HEADERS, ROW, ["小计", "", "", "", "200", ""], SECOND, ["合计", "", "", "", "203", ""],
                           ["备注：截至年底", "", "", "", "", ""], ["填报人：张三", "", "", "", "", ""]).encode(),
        {"2": [], "4": []}, says=["row 3, 5", "row 6, 7"])
    put("totals.xlsx", book_of([HEADERS, ROW, ["合　计", None, None, None, Raw("><f>SUM(E2:E2)</f><v>200</v>")]]).bytes(), {"2": []},
        says="row 3")
    put("total-in-title-with-key.csv", text(HEADERS, ROW[:3] + ["合计"] + ROW[4:]).encode(), {"2": []})
    put("unknown-column.csv", text(HEADERS + ["胡说"], ROW + ["x"]).encode(), refused="胡说")
    put("twice.csv", text(HEADERS + ["项目名称", "名称"], ROW + ["x", "x"]).encode(), refused="D")
    put("no-key.csv", text(HEADERS[:1] + HEADERS[2:], ROW[:1] + ROW[2:]).encode(), {"2": []}, says="1 row has no number (编号)")
    put("only-counters.csv", text(["序号"] + HEADERS[:1] + HEADERS[2:], ["1"] + ROW[:1] + ROW[2:], ["2"] + [""] * 5).encode(), {"2": []},
        says="1 row has no number (编号)")
    put("key-in-some-rows.csv", text(HEADERS, ROW[:1] + ["——"] + ROW[2:], SECOND, ROW[:1] + [""] + ROW[2:]).encode(),
        {"2": [], "3": [], "4": []}, says="2 rows have no number (编号)")
    put("key-of-a-gap.xlsx", book_of([HEADERS, ROW[:1] + [Raw(' t="str"><f>IF(1,"")</f><v></v>')] + ROW[2:]]).bytes(), {"2": []},
        says="1 row has no number (编号)")
    put("no-header.csv", text(ROW, SECOND).encode(), refused="320100")
    put("cell-without-header.xlsx", book_of([HEADERS, ROW + [None, "多出"]]).bytes(), {"2": ["UNKNOWN_FIELD:"]})
    put("repeated.xlsx", book_of([HEADERS, ROW, ROW]).bytes(), {"2": [], "3": ["REPEATED_ADDRESS:key"]})
    put("spaced.xlsx", book_of([HEADERS, [], [], ROW, [], SECOND]).bytes(), {"4": [], "6": []})
    put("full-width.xlsx", book_of(table((0, "３２０１００"), (2, "２０１７"), (4, "２００余个"))).bytes(), {"2": []})
    put("nothing-words.xlsx", book_of(table((4, "——"), (5, "/"))).bytes(), {"2": []})
    top = ["报送单位", "编号", "报告期", "金额（万元）", None, "来源"]
    bottom = [None, None, None, "预算", "支付", None]
    money = ["320100", "A1", "2017", 200, 150.5, "福彩"]
    two = Book().sheet("经费", [top, bottom, money], merges=["A1:A2", "B1:B2", "C1:C2", "D1:E1", "F1:F2"])
    put("two-rows-funding.xlsx", two.bytes(), {"3": []}, says="rows 1 and 2", options=["--kind", "funding"])
    put("two-rows-funding.csv", text(["报送单位", "编号", "报告期", "经费（万元）", "", "来源"], ["", "", "", "预算金额", "支付金额", ""],
                                     ["320100", "A1", "2017", "200", "150.5", "福彩"]).encode(), {"3": []},
        says="rows 1 and 2", options=["--kind", "funding"])
    put("two-rows-title-funding.xlsx", Book().sheet("经费", [["2017年经费"], top, bottom, money],
                                                   merges=["A1:F1", "A2:A3", "B2:B3", "C2:C3", "D2:E2", "F2:F3"]).bytes(),
        {"4": []}, says="rows 2 and 3", options=["--kind", "funding"])
    put("two-rows-group-funding.xlsx", Book().sheet("经费", [
        ["基本信息", None, None, "经费（万元）", None], ["报送单位", "编号", "报告期", "金额", "支付金额"], ["320100", "A1", "2017", 30, 20]],
        merges=["A1:C1", "D1:E1"]).bytes(), {"3": []}, says="rows 1 and 2", options=["--kind", "funding"])
    body = [HEADERS, ROW, ["", *SECOND[1:]], ["", "A3", "2017", "同行", "5个", "2017-08"], ["320200", "A4", "2017", "", "6个", ""]]
    put("merged-committee.xlsx", Book().sheet("a", body, merges=["A2:A4", "D4:D5"]).bytes(),
        {"2": [], "3": [], "4": [], "5": []})
    put("merged-subtotal.xlsx", Book().sheet("a", [HEADERS, ROW, ["", *SECOND[1:]], ["", "小计", "", "", "", ""]],
                                             merges=["A2:A4"]).bytes(), FINE, says="row 4")
    put("merged-amount.xlsx", Book().sheet("a", [HEADERS, ROW, [*SECOND[:4], "", ""], ["320100", "A3", "2017", "同行", "5个"]],
                                           merges=["E2:E3"]).bytes(),
        {"2": ["MERGED_CELLS:quantity"], "3": ["MERGED_CELLS:quantity"], "4": []})
    put("merged-nothing.xlsx", Book().sheet("a", [HEADERS, ROW[:4] + ["——"], SECOND[:4]], merges=["E2:E3"]).bytes(), FINE)
    put("merged-key.xlsx", Book().sheet("a", [HEADERS, ROW, ["320100", "", *SECOND[2:]]], merges=["B2:B3"]).bytes(),
        {"2": ["MERGED_CELLS:key"], "3": ["MERGED_CELLS:key"]})
    put("merged-hides.xlsx", Book().sheet("a", [HEADERS, ROW, ["999999", *SECOND[1:]]], merges=["A2:A3"]).bytes(), FINE)
    funding = ["--kind", "funding"]
    plain = ["报送单位", "编号", "报告期", "金额", "支付金额（元）"]
    paid = ["320100", "A1", "2017", 12.5, 3000]
    put("unit-row.xlsx", Book().sheet("a", [["2017年经费"], [None, None, None, "单位：万元"], plain, paid], merges=["A1:E1", "D2:E2"]).bytes(),
        {"4": []}, says=["万元, as cell D2 says", "the header counts"], options=funding)
    put("unit-row.csv", text(["金额单位：元", "", "", "", ""], plain, ["320100", "A1", "2017", "125000", "3000"]).encode("gbk"),
        {"3": []}, says="元, as cell A1 says", options=funding)
    put("unit-row-of-persons.csv", text(["单位：人", "", "", ""], HEADERS[:5], ROW[:5]).encode(), {"3": []})
    put("unit-rows-two.xlsx", book_of([["单位：元", None, None, "单位：万元"], plain, paid]).bytes(), {"3": ["MONEY_UNIT:amount"]}, options=funding)
    put("totals-differ.xlsx", book_of([plain, ["320100", "A1", "2017", "12.5万元", 3000], ["合计", None, None, "13.5万元", 3000]]).bytes(),
        {"2": []}, says=["Warning: cell D3", "1 figure of total rows agrees"], options=funding)
    put("totals-above.csv", text(HEADERS[:5], ["合计", "", "", "", "203"], ROW[:5], SECOND[:5]).encode(), {"3": [], "4": []},
        says="1 figure")
    put("totals-inexact.csv", text(HEADERS[:5], ROW[:5], ["合计", "", "", "", "150"]).encode(), {"2": []}, says="Warning: cell E3")
    put("mapped.csv", text(HEADERS + ["胡说"], ROW + ["x"]).encode(), {"2": []}, says="\"胡说\" is left aside", options=["--map", "胡说="])
    put("mapped-two-rows.xlsx", Book().sheet("a", [["报送单位", "编号", "报告期", "拨付情况", None], [None, None, None, "一期", "二期"],
                                                   ["320100", "A1", "2017", "5万元", "6万元"]],
                                             merges=["A1:A2", "B1:B2", "C1:C2", "D1:E1"]).bytes(), {"3": []},
        says=["\"拨付情况 一期\" is read as Amount", "rows 1 and 2"],
        options=[*funding, "--map", "拨付情况 一期=金额", "--map", "二期=paid"])
    put("mapped-wrong.csv", text(HEADERS + ["胡说"], ROW + ["x"]).encode(), refused="Did you mean \"胡说\"?", options=["--map", "胡话="])
    put("resident-id-split.csv", text(*table((3, "李某 110105 19491231 002X"))).encode(), {"2": ["RESIDENT_ID:title"]})


def sheets():
    data = [HEADERS, ROW]
    several = Book().sheet("填表说明", [["请如实填报"]]).sheet("旧表", data + [SECOND], state="hidden").sheet("项目", data)
    put("several.xlsx", several.bytes(), {"2": []}, says=["\"项目\"", "\"填表说明\"", "\"旧表\" (hidden)"])
    put("several-by-name.xlsx", several.bytes(), FINE, options=["--sheet", "旧表"])
    put("no-such-sheet.xlsx", several.bytes(), refused="没有这张", options=["--sheet", "没有这张"])
    put("sheet-of-csv.csv", text(*data).encode(), refused="--sheet", options=["--sheet", "x"])
    put("no-usable-sheet.xlsx", Book().sheet("一", [["说明"]]).sheet("二", [HEADERS + ["胡说"], ROW + ["x"]]).bytes(), refused="胡说")
    put("empty-sheets.xlsx", Book().sheet("一", []).sheet("二", []).bytes(), refused="empty")
    put("only-hidden.xlsx", Book().sheet("一", data, state="veryHidden").bytes(), refused="empty")
    put("inline.xlsx", book_of(data, inline=True).bytes(), {"2": []})
    put("strict.xlsx", book_of(data, strict=True).bytes(), {"2": []})
    stored = book_of(data).finish()
    put("stored.xlsx", pack(stored, zipfile.ZIP_STORED), {"2": []})
    prefixed = dict(stored)
    sheet = prefixed["xl/worksheets/sheet1.xml"].replace(f'xmlns="{MAIN}"', f'xmlns:x="{MAIN}"').replace(HEAD, "")
    prefixed["xl/worksheets/sheet1.xml"] = sheet.replace("</", "\0").replace("<", "<x:").replace("\0", "</x:")
    put("prefixed.xlsx", pack(prefixed), {"2": []})
    utf16 = dict(stored)
    utf16["xl/worksheets/sheet1.xml"] = stored["xl/worksheets/sheet1.xml"].replace("UTF-8", "UTF-16").encode("utf-16")
    put("part-in-utf16.xlsx", pack(utf16), {"2": []})
    rich = Book().sheet("a", data)
    rich.finish()
    rich.strings[rich.places["关爱行动"]] = ("<r><rPr><b/></rPr><t>关爱</t></r><r><t>行动</t></r>"
                                          '<rPh sb="0" eb="2"><t>GUANAI</t></rPh>')
    put("rich-phonetic.xlsx", rich.bytes(), {"2": []})
    put("named-xls.xls", book_of(data).bytes(), {"2": []})


def damage():
    put("scientific-key.xlsx", book_of(table((1, Number("1.10105194912310E+17")))).bytes(), {"2": ["KEY_LOOKS_CONVERTED:key"]})
    put("scientific-key.csv", text(*table((1, "1.1E+17"))).encode(), {"2": ["KEY_LOOKS_CONVERTED:key"]})
    contract = HEADERS[:5] + ["合同编号"]
    put("scientific-contract.xlsx", book_of(table((5, Number("2.0170001000100012E+17")), header=contract)).bytes(),
        {"2": ["SCIENTIFIC:contract_no"]})
    put("scientific-contract.csv", text(*table((5, "2.017E+17"), header=contract)).encode(), {"2": ["SCIENTIFIC:contract_no"]})
    put("digits-lost-uscc.csv", text(*table((5, "911101080000000000"), header=HEADERS[:5] + ["承接主体代码"])).encode(),
        {"2": ["DIGITS_LOST:supplier_uscc"]})
    put("scientific-quantity.xlsx", book_of(table((4, Number("1E+17")))).bytes(), {"2": ["SCIENTIFIC:quantity"]})
    put("date-became-key.xlsx", book_of(table((1, Number("43102", "m\"月\"d\"日\"")))).bytes(), {"2": ["KEY_LOOKS_CONVERTED:key"]})
    put("date-cell.xlsx", book_of(table((5, Number("42917", "yyyy/m/d")))).bytes(), {"2": []})
    put("date-cell-builtin.xlsx", book_of(table((5, Number("42917", 14)))).bytes(), {"2": []})
    put("date-cell-chinese.xlsx", book_of(table((5, Number("42917", 31)))).bytes(), {"2": []})
    put("date-cell-1904.xlsx", book_of(table((5, Number("41455", "yyyy/m/d"))), date1904=True).bytes(), {"2": []})
    put("date-cell-with-time.xlsx", book_of(table((5, Number("42917.5", 22)))).bytes(), {"2": []})
    put("date-bare-number.xlsx", book_of(table((5, 42917))).bytes(), {"2": ["DATE_SERIAL:start_on"]})
    put("date-bare-number.csv", text(*table((5, "42917"))).encode(), {"2": ["DATE_SERIAL:start_on"]})
    put("date-leap-bug.xlsx", book_of(table((5, Number("60", 14)))).bytes(), {"2": ["BAD_DATE:start_on"]})
    put("date-too-far.xlsx", book_of(table((5, Number("9999999", 14)))).bytes(), {"2": ["BAD_DATE:start_on"]})
    put("period-month-cell.xlsx", book_of(table((2, Number("42887", 17)), (5, "2017-06-01"))).bytes(), {"2": []})
    put("period-day-cell.xlsx", book_of(table((2, Number("42887", 14)))).bytes(), {"2": ["BAD_PERIOD:period"]})
    put("range-became-date.xlsx", book_of(table((4, Number("43164", "m/d")))).bytes(), {"2": ["RANGE_OF_NUMBERS:quantity"]})
    put("code-with-zeros.xlsx", book_of(table((0, Number("0", "000000")), (1, Number("7", "000")))).bytes(), {"2": []})
    put("floats.xlsx", book_of(table((0, Number("320100.0")), (2, Number("2017.0")), (4, Number("2.0E2")))).bytes(), {"2": []})
    put("share-cell.xlsx", book_of([["报送单位", "编号", "报告期", "人数", "工作量占比", "试点"],
                                    ["320100", "A", 2017, 1, Number("0.855", 10), True]]).bytes(), {"2": []},
        options=["--kind", "worker"])
    put("share-bare.xlsx", book_of([["报送单位", "编号", "报告期", "人数", "工作量占比"], ["320100", "A", 2017, 1, 0.855]]).bytes(),
        {"2": ["BAD_PERMILLE:workload"]}, options=["--kind", "worker"])
    put("formula-error.xlsx", book_of(table((3, Raw(' t="e"><f>Sheet2!A1</f><v>#REF!</v>')), (4, Raw(' t="e"><v>#DIV/0!</v>')))).bytes(),
        {"2": ["CELL_ERROR:title", "CELL_ERROR:quantity"]})
    put("formula-never-computed.xlsx", book_of(table((4, Raw("><f>SUM(A1:A2)</f>")))).bytes(), {"2": ["CELL_ERROR:quantity"]})
    put("formula-text.xlsx", book_of(table((3, Raw(' t="str"><f>"关"&amp;"爱"</f><v>关爱</v>')))).bytes(), {"2": []})
    put("control-character.xlsx", book_of(table((3, "关爱_x0001_行动"))).bytes(), {"2": ["BAD_TEXT:title"]})


def hostile():
    good = book_of([HEADERS, ROW]).finish()
    sheet = good["xl/worksheets/sheet1.xml"]

    def changed(**parts):
        names = {"sheet": "xl/worksheets/sheet1.xml", "workbook": "xl/workbook.xml", "styles": "xl/styles.xml",
                 "strings": "xl/sharedStrings.xml", "links": "xl/_rels/workbook.xml.rels"}
        made = {**good, **{names[name]: part for name, part in parts.items()}}
        return pack({name: part for name, part in made.items() if part is not None})

    put("old.xls", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(504), refused=".xls")
    put("document.docx", pack({"[Content_Types].xml": "<Types/>", "word/document.xml": "<document/>"}), refused="document")
    put("slides.pptx", pack({"[Content_Types].xml": "<Types/>", "ppt/presentation.xml": "<p/>"}), refused="presentation")
    put("open-document.ods", pack({"mimetype": "application/vnd.oasis.opendocument.spreadsheet", "content.xml": "<x/>"}), refused=".ods")
    put("binary.xlsb", pack({"_rels/.rels": good["_rels/.rels"].replace("workbook.xml", "workbook.bin"), "xl/workbook.bin": "x"}),
        refused=".xlsb")
    put("archive.zip", pack({"报表.csv": "x"}), refused="archive")
    put("empty.zip", b"PK\x05\x06" + bytes(18), refused="archive")
    put("not-a-zip.xlsx", b"PK\x03\x04 not a sheet", refused="damaged")
    whole = pack(good)
    put("cut.xlsx", whole[:len(whole) // 2], refused="damaged")
    flipped = bytearray(pack(good, zipfile.ZIP_STORED))
    flipped[flipped.index("编号".encode()) + 1] ^= 1
    put("bad-checksum.xlsx", bytes(flipped), refused="damaged")
    entities = ('<!DOCTYPE s [<!ENTITY a "aaaaaaaaaa">' + "".join(
        f'<!ENTITY {b} "{("&" + a + ";") * 10}">' for a, b in zip("abcdefghi", "bcdefghij")) + "]>")
    put("billion-laughs.xlsx", changed(sheet=sheet.replace(HEAD, HEAD + entities).replace("A1", "&j;", 0)), refused="damaged")
    put("external-entity.xlsx", changed(strings=HEAD + '<!DOCTYPE s [<!ENTITY x SYSTEM "file:///etc/passwd">]>'
                                        f'<sst xmlns="{MAIN}"><si><t>&x;</t></si></sst>'), refused="damaged")
    put("bomb.xlsx", changed(sheet=sheet.replace("<sheetData>", "<sheetData>" + " " * (20 << 20))), refused="more than any sheet")
    put("bomb-strings.xlsx", changed(strings=f'{HEAD}<sst xmlns="{MAIN}">' + "<si/>" * (4 << 20) + "</sst>"), refused="more than")
    put("long-tag.xlsx", changed(sheet=sheet.replace("<sheetData>", f'<x a="{"ab" * (3 << 20)}"/><sheetData>')), refused="more than")
    put("deep.xlsx", changed(sheet=sheet.replace("<sheetData>", "<x>" * 5000 + "</x>" * 5000 + "<sheetData>")), refused="damaged")
    put("row-out-of-order.xlsx", changed(sheet=sheet.replace('<row r="2"', '<row r="1"')), refused="Cell A1")
    put("row-absurd.xlsx", changed(sheet=sheet.replace('<row r="2"', '<row r="4294967297"')), refused="damaged")
    put("column-absurd.xlsx", changed(sheet=sheet.replace('r="B2"', 'r="ZZZZ2"')), refused="damaged")
    put("string-absurd.xlsx", changed(sheet=sheet.replace("<v>7</v>", "<v>77777777</v>")), refused="Cell B2")
    put("dimension-lies.xlsx", changed(sheet=sheet.replace("<sheetData>", '<dimension ref="A1:XFD1048576"/><sheetData>')), {"2": []})
    put("far-row.xlsx", changed(sheet=sheet.replace('<row r="2"', '<row r="1048576"').replace('2"', '1048576"', 0)
                                .replace('r="A2"', "").replace('r="B2"', "").replace('r="C2"', "").replace('r="D2"', "")
                                .replace('r="E2"', "").replace('r="F2"', "")), {"1048576": []})
    put("cell-too-large.xlsx", book_of(table((3, "x" * (257 << 10)))).bytes(), refused="more than")
    put("many-columns.xlsx", book_of([HEADERS + [None] * 600 + ["x"], ROW]).bytes(), refused="columns")
    put("no-sheet-part.xlsx", changed(sheet=None), refused="damaged")
    put("no-strings-part.xlsx", changed(strings=None), refused="damaged")
    put("no-styles-part.xlsx", changed(styles=None), {"2": []})
    put("no-links.xlsx", changed(links=None), refused="damaged")
    put("no-sheets.xlsx", changed(workbook=f'{HEAD}<workbook xmlns="{MAIN}"><sheets/></workbook>'), refused="no sheet")
    put("many-sheets.xlsx", changed(workbook=good["xl/workbook.xml"].replace(
        "<sheets>", "<sheets>" + '<sheet name="x" sheetId="9" r:id="rId1"/>' * 600)), refused="more than")
    put("link-outside.xlsx", changed(links=good["xl/_rels/workbook.xml.rels"].replace(
        "worksheets/sheet1.xml", "../../../../etc/passwd")), refused="damaged")
    locked = bytearray(whole)
    for mark, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        at = 0
        while (at := locked.find(mark, at)) >= 0:
            name = locked[at + (30 if offset == 6 else 46):]
            if name.startswith(b"xl/worksheets"):
                struct.pack_into("<H", locked, at + offset, struct.unpack_from("<H", locked, at + offset)[0] | 1)
            at += 4
    put("locked.xlsx", bytes(locked), refused="encrypted")
    entries = bytearray(whole)
    struct.pack_into("<HH", entries, len(entries) - 14, 60000, 60000)
    put("entries-lie.xlsx", bytes(entries), refused="more than")


def main():
    folder = HERE / "sheets"
    folder.mkdir(exist_ok=True)
    for old in folder.iterdir():
        old.unlink()
    for part in (encodings, layouts, sheets, damage, hostile):
        part()
    (folder / "expected.json").write_text(json.dumps(expected, ensure_ascii=False, indent=1) + "\n")
    print(f"{len(expected)} files")


main()
