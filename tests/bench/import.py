#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Submits large sheets as a clerk does, .csv and .xlsx, and prints rows a second beside what the registry itself takes in the
same run, and the memory that the client took at most.

    /usr/bin/python3 tests/bench/import.py           needs a release build in build/release
    /usr/bin/python3 tests/bench/import.py --smoke   a few seconds
    /usr/bin/python3 tests/bench/import.py --rows 1000000 --dry-run      the client alone
"""

import argparse
import json
import os
import pathlib
import resource
import subprocess
import sys
import tempfile
import time

SOURCE = pathlib.Path(__file__).resolve().parents[2]
os.environ.setdefault("TZ_BUILD", str(SOURCE / "build" / "release"))
sys.path.insert(0, str(SOURCE / "tests" / "support"))

from big import FORMS, LIMIT, make, measure  # noqa: E402
from registry import BUILD, TREE, Registry  # noqa: E402
from tzclient import Client  # noqa: E402

LOAD = BUILD / "tests" / "bench" / "tz-bench-load"


def registry_at(folder):
    folder.mkdir()
    registry = Registry(folder).start()
    with Client(registry.server) as client:
        client.import_committees(*TREE)
    return registry


def limit_of(folder, rows):
    """Records a second that the registry takes from a client with nothing else to do, over one connection."""
    registry = registry_at(folder)
    units = folder / "units"
    units.write_text("320100\n")
    done = subprocess.run([LOAD, "--socket", registry.data / "taizhangd.sock", "--mode", "records", "--count", str(rows),
                           "--committees", units, "--per-frame", "1000", "--connections", "1", "--window", "8"],
                          capture_output=True, text=True, check=True)
    registry.stop()
    return json.loads(done.stdout)["per_second"]


def import_of(folder, path, rows, dry_run):
    registry = registry_at(folder)
    options = ["--dry-run"] if dry_run else []
    started = time.monotonic()
    done, peak = measure(registry, "submit", path, "--kind", "project", "--quiet", *options)
    seconds = time.monotonic() - started
    assert done.returncode == 0, done.stderr
    if not dry_run:
        with Client(registry.server) as client:
            stored = client.status().records
        assert stored == rows, f"{stored} of {rows} records are there"
    registry.stop()
    return rows / seconds, peak


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rows", type=int, default=100_000)
    parser.add_argument("--dry-run", action="store_true", help="check only: nothing is stored or sent")
    parser.add_argument("--folder", help="where to write (a disk whose fsync counts); default: beside the build")
    parser.add_argument("--smoke", action="store_true", help="a tiny run that only shows that all of it works")
    options = parser.parse_args()
    rows = 2000 if options.smoke else options.rows
    met = True
    with tempfile.TemporaryDirectory(prefix="tz-import-", dir=options.folder or BUILD) as name:
        folder = pathlib.Path(name)
        limit = limit_of(folder / "limit", rows)
        print(f"{'registry alone, 1 connection':32} {limit:>10,.0f} records/s")
        for form in FORMS:
            path = make(folder, form, rows)
            rate, peak = import_of(folder / f"r-{form}", path, rows, options.dry_run)
            met &= peak < LIMIT
            print(f"{form + f', {rows:,} rows':32} {rate:>10,.0f} rows/s {rate / limit:>6.2f} of the registry's   "
                  f"{path.stat().st_size / 1e6:>7.1f} MB   {peak / (1 << 20):>5.1f} MiB of memory")
            path.unlink()
    return 0 if met or options.smoke else 1


if __name__ == "__main__":
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    sys.exit(main())
