#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# toplevel.sh SOURCE: what the repository shows at its top is what was agreed, and nothing else.
# Without git, or outside of a clone, there is nothing to ask: skipped (77).
set -u

agreed='CMakeLists.txt
CMakePresets.json
LICENSE
README.md
client
common
daemon
proto
tests'

cd "$1" || exit 2
files=$(git -c safe.directory='*' -c core.quotePath=false ls-files --cached --others --exclude-standard 2>/dev/null) ||
    exit 77
[ -n "$files" ] || exit 77
failed=0
for entry in $(printf '%s\n' "$files" | sed -e '/^\./d' -e 's,/.*,,' -e 's/[[:space:]]/_/g' | LC_ALL=C sort -u); do
    if ! printf '%s\n' "$agreed" | grep -qx -- "$entry"; then
        echo "$entry is not one of the agreed top-level entries"
        failed=1
    fi
done
exit $failed
