# SPDX-License-Identifier: Apache-2.0
"""The protocol's messages in Python, made from the .proto files, and golden files made with them."""

import importlib
import pathlib
import subprocess
import sys
import tempfile

SOURCE = pathlib.Path(__file__).resolve().parents[2]
NAMES = ("record", "registry", "journal")
ALL = (*NAMES, "bundle")


def generate(into):
    """Runs protoc; the modules stand in the folder `into` afterwards."""
    proto = SOURCE / "proto"
    files = [str(proto / "taizhang" / "v1" / f"{name}.proto") for name in ALL]
    subprocess.run(["protoc", f"-I{proto}", f"--python_out={into}", *files], check=True)


def load(folder):
    """The modules of a folder that generate() filled: record_pb2, registry_pb2, journal_pb2."""
    sys.path.insert(0, str(folder))
    return [importlib.import_module(f"taizhang.v1.{name}_pb2") for name in NAMES]


def load_anew():
    """The same, generated now and kept nowhere."""
    sys.dont_write_bytecode = True
    with tempfile.TemporaryDirectory() as folder:
        generate(folder)
        loaded = load(folder)
        bundle()
        return loaded


def bundle():
    """bundle_pb2, which the daemon has nothing to do with; after load() or load_anew()."""
    return importlib.import_module("taizhang.v1.bundle_pb2")


def golden_main(name, make):
    """The main of a generator: writes proto/vectors/<name>, or with --check fails if that is not what make() gives."""
    target = SOURCE / "proto" / "vectors" / name
    made = make()
    if sys.argv[1:] == ["--check"]:
        if target.read_text(encoding="utf-8") != made:
            sys.exit(f"{target} is not what {sys.argv[0]} makes")
    elif sys.argv[1:]:
        sys.exit(f"usage: {sys.argv[0]} [--check]")
    else:
        target.write_text(made, encoding="utf-8")
