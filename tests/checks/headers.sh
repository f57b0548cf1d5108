#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# headers.sh SOURCE COMPILER FLAGS...: every header of ours compiles alone, and twice in one file.
set -u

source=$1
compiler=$2
shift 2
cd "$source" || exit 2
failed=0
seen=0
list=$(mktemp)
trap 'rm -f "$list"' EXIT
find common daemon client -name '*.h' | LC_ALL=C sort >"$list"
while read -r header; do
    seen=$((seen + 1))
    if ! printf '#include "%s"\n#include "%s"\n' "$header" "$header" |
        "$compiler" "$@" -x c -fsyntax-only -I"$source" -; then
        echo "$header does not compile alone"
        failed=1
    fi
done <"$list"
echo "$seen headers"
[ "$seen" -gt 0 ] && [ "$failed" -eq 0 ]
