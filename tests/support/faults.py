# SPDX-License-Identifier: Apache-2.0
"""The fault points of a build (common/base/fault.h): which there are, and how a test asks for one."""

import re

import pytest

from tzclient import BUILD, SOURCE

TABLE = SOURCE / "common" / "base" / "fault.h"
EXIT = 86


def names(prefix=""):
    """Every point whose name begins so, in the table's order."""
    found = re.findall(r'^ *X\("([^"]+)"\)', TABLE.read_text("utf-8"), re.MULTILINE)
    assert found, "no fault points in the table"
    return [name for name in found if name.startswith(prefix)]


def built_in():
    """Whether this build has them."""
    return b"TAIZHANG_FAULT" in (BUILD / "daemon" / "taizhangd").read_bytes()


needed = pytest.mark.skipif(not built_in(), reason="this build has no fault points (CMake option TZ_FAULTS)")


def at(name, nth=1, action="kill"):
    """The environment that makes a process fail at the nth passage of a point."""
    assert name in names()
    return {"TAIZHANG_FAULT": f"{name}:{nth}={action}"}
