#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Measures the registry against SQLite alone, on the same rows in the same run, and prints a table of ratios.

    /usr/bin/python3 tests/bench/run.py              a few minutes; needs a release build in build/release
    /usr/bin/python3 tests/bench/run.py --smoke      a few seconds, no goal is checked

A machine's speed varies from minute to minute, so what is compared is interleaved, and only ratios count."""

import argparse
import csv
import json
import os
import pathlib
import shutil
import statistics
import subprocess
import sys
import tempfile

SOURCE = pathlib.Path(__file__).resolve().parents[2]
os.environ.setdefault("TZ_BUILD", str(SOURCE / "build" / "release"))
sys.path.insert(0, str(SOURCE / "tests" / "support"))

from registry import BUILD, SHARE, Registry  # noqa: E402
from tzclient import Client  # noqa: E402

LOAD = BUILD / "tests" / "bench" / "tz-bench-load"
RAW = BUILD / "tests" / "bench" / "tz-bench-raw"


def tool(*args):
    done = subprocess.run([str(arg) for arg in args], capture_output=True, text=True)
    if done.returncode:
        sys.exit(f"{args[0]}: {done.stderr}")
    return json.loads(done.stdout)


class Bench:
    def __init__(self, folder, options):
        self.folder, self.options = pathlib.Path(folder), options
        self.made = 0
        self.units = self.folder / "units"
        with open(SHARE / "divisions.csv", encoding="utf-8") as file:
            self.divisions = list(csv.DictReader(file))
        codes = sorted(row["code"] for row in self.divisions if row["level"] == "3" and row["type"] == "committee")
        self.units.write_text("\n".join(codes) + "\n")

    def registry(self):
        self.made += 1
        folder = self.folder / f"r{self.made}"
        folder.mkdir()
        registry = Registry(folder).start()
        with Client(registry.server) as client:
            items = [(row["code"], row["name"], int(row["level"]) + 1, row["parent"], row["type"] == "grouping")
                     for row in self.divisions]
            for start in range(0, len(items), 1000):
                client.import_committees(*items[start:start + 1000])
        return registry

    def drop(self, registry):
        registry.stop()
        shutil.rmtree(registry.folder)

    def load(self, registry, mode, count, **options):
        flags = [part for name, value in options.items() for part in (f"--{name.replace('_', '-')}", value)]
        return tool(LOAD, "--socket", registry.data / "taizhangd.sock", "--mode", mode, "--count", count,
                    "--committees", self.units, *flags)

    def counters(self, registry):
        with Client(registry.server) as client:
            return {one.name: one.number for one in client.status().counters}

    def bulk(self):
        """One registry filled, then the same rows in SQLite alone. (daemon, raw, batch size, totals)"""
        registry = self.registry()
        before = self.counters(registry)
        daemon = self.load(registry, "records", self.options.records, per_frame=1000, connections=4, window=8)
        after = self.counters(registry)
        batch = round((after["entries"] - before["entries"]) / max(1, after["batches"] - before["batches"]))
        totals = self.queries(registry)
        registry.stop()
        [database] = [path for path in registry.data.iterdir()
                      if path.is_file() and path.read_bytes()[:15] == b"SQLite format 3"]
        raw = tool(RAW, database, self.folder / "raw.db", max(1, batch))
        for path in self.folder.glob("raw.db*"):
            path.unlink()
        shutil.rmtree(registry.folder)
        return daemon, raw, batch, totals

    def queries(self, registry):
        """Median round trips of a ping and of the nation's totals."""
        ping = self.load(registry, "ping", self.options.queries)
        totals = self.load(registry, "totals", self.options.queries)
        return ping, totals

    def single(self):
        """One record a request: 1 connection, then 64, on one registry."""
        registry = self.registry()
        one = self.load(registry, "records", self.options.singles, prefix="A")
        many = self.load(registry, "records", self.options.singles * 8, connections=64, prefix="M")
        self.drop(registry)
        return one, many


def report(rounds_bulk, rounds_single, options):
    median = statistics.median
    daemon = median(daemon["per_second"] for daemon, *_ in rounds_bulk)
    raw = median(raw["per_second"] for _, raw, *_ in rounds_bulk)
    ratio_bulk = median(daemon["per_second"] / raw["per_second"] for daemon, raw, *_ in rounds_bulk)
    one = median(one["per_second"] for one, _ in rounds_single)
    many = median(many["per_second"] for _, many in rounds_single)
    ratio_many = median(many["per_second"] / one["per_second"] for one, many in rounds_single)
    pings = median(ping["p50_us"] for *_, (ping, _) in rounds_bulk)
    totals = median(totals["p50_us"] for *_, (_, totals) in rounds_bulk)
    rows = [
        (f"bulk, {options.records:,} records, 1,000 a frame", f"{daemon:,.0f}/s", f"raw SQLite {raw:,.0f}/s",
         f"{ratio_bulk:.2f}", ">= 0.4", ratio_bulk >= 0.4),
        ("one record a request, 64 connections", f"{many:,.0f}/s", f"1 connection {one:,.0f}/s", f"{ratio_many:.1f}",
         ">= 5", ratio_many >= 5),
        (f"totals of the nation over {options.records:,} records", f"{totals:.0f} us", f"ping {pings:.0f} us",
         f"{totals - pings:.0f} us", "< 200 us", totals - pings < 200),
    ]
    rows = [(*row[:5], "yes" if row[5] else "NO") for row in rows]
    rows.insert(0, ("", "registry", "beside it", "ratio", "goal", "met"))
    widths = [max(len(row[i]) for row in rows) for i in range(6)]
    for row in rows:
        print("  ".join(cell.ljust(width) for cell, width in zip(row, widths)).rstrip())
    print(f"\nentries a commit in bulk: {median(batch for _, _, batch, _ in rounds_bulk):.0f}; "
          f"rounds: {options.rounds}; latency, microseconds:")
    for name, result in (("bulk frame", rounds_bulk[-1][0]), ("1 connection", rounds_single[-1][0]),
                         ("64 connections", rounds_single[-1][1]), ("ping", rounds_bulk[-1][3][0]),
                         ("totals", rounds_bulk[-1][3][1])):
        print(f"  {name:15} p50 {result['p50_us']:>8} p90 {result['p90_us']:>8} p99 {result['p99_us']:>8} "
              f"max {result['max_us']:>8}")
    return all(row[5] == "yes" for row in rows[1:])


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--records", type=int, default=1_000_000)
    parser.add_argument("--singles", type=int, default=5000, help="with 1 connection; 8 times as many with 64")
    parser.add_argument("--queries", type=int, default=5000)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--folder", help="where to write (a disk whose fsync counts); default: beside the build")
    parser.add_argument("--smoke", action="store_true", help="a tiny run that only shows that all of it works")
    options = parser.parse_args()
    if options.smoke:
        options.records, options.singles, options.queries, options.rounds = 3000, 50, 50, 1
    with tempfile.TemporaryDirectory(prefix="tz-bench-", dir=options.folder or BUILD) as folder:
        bench = Bench(folder, options)
        bulk, single = [], []
        for _ in range(options.rounds):
            bulk.append(bench.bulk())
            single.append(bench.single())
        met = report(bulk, single, options)
    return 0 if met or options.smoke else 1


if __name__ == "__main__":
    sys.exit(main())
