#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# sh daemon/quickstart.sh [DIR]: from a fresh clone to a running registry that answers. Installs what is missing,
# builds, starts a registry on DIR (a new temporary folder if none is given), submits the sample data, prints the
# nation's totals and says how to go on. May be repeated on the same DIR: nothing is counted twice. TZ_BUILD names a
# build folder that is to be used as it is.
set -eu

here=$(cd "$(dirname "$0")" && pwd)
top=$(dirname "$here")
build=${TZ_BUILD:-$top/build/release}
taizhang=$build/client/taizhang
taizhangd=$build/daemon/taizhangd

fail() {
    printf 'quickstart: %s\n' "$1" >&2
    exit 1
}

# Runs a command; what it prints is shown only if it fails.
quietly() {
    if ! "$@" >"$scratch" 2>&1; then
        cat "$scratch" >&2
        fail "failed: $*"
    fi
}

[ $# -le 1 ] || fail "usage: sh daemon/quickstart.sh [DIR]"
case ${1-} in
-*) fail "usage: sh daemon/quickstart.sh [DIR]" ;;
'') data=$(mktemp -d "${TMPDIR:-/tmp}/taizhang-XXXXXX") ;;
*)
    mkdir -p -- "$1"
    data=$(cd -- "$1" && pwd)
    ;;
esac
scratch=$(mktemp)
trap 'rm -f "$scratch"' EXIT

if [ -z "${TZ_BUILD-}" ]; then
    sh "$here/install-packages.sh"
    printf 'Building ...\n'
    quietly cmake -S "$top" -B "$build" -G Ninja -DCMAKE_BUILD_TYPE=Release
    quietly cmake --build "$build" --target taizhang taizhangd
fi

TAIZHANG_SERVER=unix:$data/taizhangd.sock
export TAIZHANG_SERVER
if "$taizhang" ping >/dev/null 2>&1; then
    pid=$(cat "$data/taizhangd.lock")
    printf 'A registry runs on %s already, process %s; it is used.\n' "$data" "$pid"
else
    ports=$data/ports
    rm -f "$ports"
    nohup "$taizhangd" --data "$data" --port-file "$ports" >>"$data/log" 2>&1 </dev/null &
    pid=$!
    tries=0
    until [ -f "$ports" ]; do
        kill -0 "$pid" 2>/dev/null || {
            cat "$data/log" >&2
            fail "the registry did not start"
        }
        tries=$((tries + 1))
        [ $tries -lt 600 ] || fail "the registry is not ready after a minute; see $data/log"
        sleep 0.1
    done
    printf 'A registry runs on %s, process %s; its log is %s/log.\n' "$data" "$pid" "$data"
fi

printf 'Submitting the divisions and the sample data ...\n'
quietly "$taizhang" committee import "$here/share/divisions.csv"
# shellcheck disable=SC2046 # a list of codes
quietly "$taizhang" committee set provinces --label 省级 $(cat "$here/share/reporting_sets/provinces.txt")
for file in "$here"/share/bulletin/*.csv; do
    quietly "$taizhang" submit "$file"
done

# The figures of one kind, as a table.
totals() {
    printf '\n%s\n' "$1"
    shift
    "$taizhang" totals --period 2017 "$@"
}

totals '经费 Funding' --kind funding --measure amount
totals '经费来源 Funding by source' --kind funding --measure amount --by source
totals '项目 Projects' --kind project --measure quantity
totals '服务成效 Outputs' --kind output
totals '岗位 Posts' --kind post --measure quantity
totals '社工 Workers' --kind worker --measure quantity
totals '政策文件，按状态 Policies by status' --kind policy --measure committees --by status
totals '覆盖（海南） Coverage of Hainan' --kind coverage --committee 460000 --measure units_total,units_covered
totals '沟通对接 Liaison' --kind liaison --measure committees --by liaison_kind

cat <<END

Go on with:
  export TAIZHANG_SERVER='unix:$data/taizhangd.sock'
  PATH="$build/client:\$PATH"
  taizhang totals --kind project --period 2017 --children        # what each province adds
  taizhang trace --kind funding --period 2017 --measure amount   # the records behind a figure
  taizhang records --kind practice --format csv                  # what was submitted
  taizhang fields project                                        # what a project has
  taizhang --help                                                # everything else; --lang zh for Chinese
Stop the registry with:
  kill $pid
It answers nobody but you, over that socket. To let offices in ("Three more" in README.md), stop it, and:
  "$taizhangd" --data "$data" --listen 0.0.0.0:7117 --public-address THIS-HOST:7117
END
