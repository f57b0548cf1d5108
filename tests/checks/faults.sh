#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# faults.sh SOURCE ON|OFF BINARY...: the table of fault points names exactly those that the sources pass; a build
# without them has no trace of the machinery in any binary, and a build with them has it in the first.
set -u

source=$1
faults=$2
shift 2
failed=0

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
sed -n 's/^ *X("\([^"]*\)").*/\1/p' "$source/common/base/fault.h" | LC_ALL=C sort >"$work/listed"
find "$source/common" "$source/daemon" "$source/client" -name '*.c' -exec \
    sed -n 's/.*tz_fault_point("\([^"]*\)");.*/\1/p' {} + | LC_ALL=C sort -u >"$work/passed"
if ! [ -s "$work/listed" ] || ! diff "$work/listed" "$work/passed"; then
    echo 'fault.h lists other points (<) than the sources pass (>)'
    failed=1
fi

if [ "$faults" = ON ] && ! grep -aq TAIZHANG_FAULT "$1"; then
    echo "$1 has no fault points"
    failed=1
fi
for binary; do
    if [ "$faults" = OFF ] && grep -aq TAIZHANG_FAULT "$binary"; then
        echo "$binary has fault points"
        failed=1
    fi
done
exit $failed
