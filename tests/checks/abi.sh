#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# abi.sh abi.txt LIBRARY PROGRAM HEADER: what libtaizhang exports, and what programs compiled against its header have
# built in, is what stands in abi.txt. PROGRAM is abi.c; every struct and every enumeration value of HEADER is in it.
# A released line is never changed within one SOVERSION, only new ones are added: members at the end of structs that
# begin with their size, or that only the library makes.
# After such a change: abi.sh --update abi.txt LIBRARY PROGRAM HEADER
set -eu

update=
if [ "$1" = --update ]; then
    update=yes
    shift
fi
expected=$1
library=$2
program=$3
header=$4
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

nm -D --defined-only "$library" | awk '$2 != "A" { print $2, $3 }' | LC_ALL=C sort >"$work/symbols"
"$program" >"$work/layout"
{
    echo '# libtaizhang.so.0 on 64-bit machines: exported symbols; structs with size, and members with place and'
    echo '# size; values of enumerations. Written by abi.sh.'
    cat "$work/symbols" "$work/layout"
} >"$work/found"

# Nothing of the header was forgotten in abi.c.
grep -o '^    TZ_[A-Z_]* = ' "$header" | tr -d ' =' | LC_ALL=C sort >"$work/named"
grep -o '^    TZ_REASON_[A-Z_]*' "$header" | tr -d ' ' | LC_ALL=C sort >>"$work/named"
sed -n 's/^struct \(tz_[a-z_]*\) {$/\1/p' "$header" | LC_ALL=C sort >>"$work/named"
failed=0
while read -r name; do
    if ! grep -Eq "^(struct )?$name " "$work/layout"; then
        echo "$name is not in abi.c"
        failed=1
    fi
done <"$work/named"
grep -o 'tz_[a-z_]*(' "$header" | tr -d '(' | LC_ALL=C sort -u >"$work/declared"
while read -r name; do
    case $name in *_fn) continue ;; esac
    if ! grep -q " $name@" "$work/symbols"; then
        echo "$name is declared and not exported"
        failed=1
    fi
done <"$work/declared"

if [ "$update" ]; then
    cp "$work/found" "$expected"
elif ! diff "$expected" "$work/found"; then
    echo 'The binary interface is not the one that was agreed (<).'
    failed=1
fi
exit $failed
