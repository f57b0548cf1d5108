#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# sh tests/run.sh [--all]: installs the Debian packages that are missing, builds the release with warnings as errors and
# runs every test; the last lines are CTest's own. With --all also, each in a build folder of its own under build/:
#   asan: clang with the address, undefined behaviour and leak sanitizers over unit, e2e, crash and fuzz tests,
#   tsan: clang with the thread sanitizer over what is threaded.
# Status 0 only if everything was built without a warning and every test passed.
set -eu

usage() {
    echo 'usage: sh tests/run.sh [--all]' >&2
    exit 2
}

all=
case $# in
0) ;;
1) [ "$1" = --all ] && all=yes || usage ;;
*) usage ;;
esac

top=$(cd "$(dirname "$0")/.." && pwd)
cd "$top"
# One language and one compiler for all: what the user's shell says must change neither messages nor results.
LC_ALL=C
export LC_ALL
unset LANGUAGE CC CFLAGS CPPFLAGS LDFLAGS CMAKE_GENERATOR CMAKE_BUILD_TYPE DESTDIR TAIZHANG_SERVER || :

sh daemon/install-packages.sh
jobs=$(nproc)

# build PRESET: a build that says "warning" anywhere is a failed one, also where the compiler's -Werror cannot see it.
build() {
    printf '\n== %s: building\n' "$1"
    mkdir -p "build/$1"
    log=build/$1/build.log
    if ! { cmake --preset "$1" -DTZ_TESTS=ON && cmake --build --preset "$1" --parallel "$jobs"; } >"$log" 2>&1; then
        cat "$log"
        printf '%s: the build failed\n' "$1" >&2
        return 1
    fi
    if grep -iE 'warning:|^CMake .*warning' "$log"; then
        printf '%s: the build warned\n' "$1" >&2
        return 1
    fi
}

# check PRESET [CTEST OPTION...]
check() {
    printf '\n== %s: testing\n' "$1"
    preset=$1
    shift
    ctest --preset "$preset" --parallel "$jobs" --no-tests=error "$@"
}

if [ "$all" ]; then
    # A report ends the program at once, with a status that no test takes for its own.
    ASAN_OPTIONS=detect_leaks=1:abort_on_error=0:exitcode=99
    UBSAN_OPTIONS=print_stacktrace=1
    TSAN_OPTIONS=halt_on_error=1:exitcode=99
    export ASAN_OPTIONS UBSAN_OPTIONS TSAN_OPTIONS
fi

failed=
build release
[ -z "$all" ] || { build asan && build tsan; }
check release || failed="$failed release"
if [ "$all" ]; then
    # What is only reached in another way meets the sanitizers by the way it takes most.
    check asan -L '^(unit|e2e|crash|fuzz)$' -E '^e2e-tls-(cli|committees|decisions|outbox|pull|totals)$' ||
        failed="$failed asan"
    check tsan -R '^(unit-common-base-log|unit-daemon-.*|e2e-(attacks|(tls-)?concurrency|lifecycle|(tls-)?protocol|totals))$' ||
        failed="$failed tsan"
    printf '\n'
    [ "$failed" ] || echo 'All builds and all tests passed.'
fi
if [ "$failed" ]; then
    printf 'Failed:%s\n' "$failed" >&2
    exit 1
fi
