#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# sh daemon/install-packages.sh: installs the Debian packages of packages.txt that are missing; quiet when none is.
set -eu

here=$(cd "$(dirname "$0")" && pwd)
missing=
# shellcheck disable=SC2013 # words are wanted
for package in $(sed 's/#.*//' "$here/packages.txt"); do
    case $(dpkg-query -W -f '${db:Status-Status}' "$package" 2>/dev/null || :) in
    installed) ;;
    *) missing="$missing $package" ;;
    esac
done
[ -n "$missing" ] || exit 0

printf 'Installing:%s\n' "$missing"
if [ "$(id -u)" -eq 0 ]; then
    as_root=
elif command -v sudo >/dev/null 2>&1; then
    as_root=sudo
else
    printf 'These packages are missing; as root:\n  apt-get install%s\n' "$missing" >&2
    exit 1
fi
log=$(mktemp)
trap 'rm -f "$log"' EXIT
# shellcheck disable=SC2086 # a list of names
if ! {
    $as_root apt-get -q update &&
        $as_root env DEBIAN_FRONTEND=noninteractive apt-get -q -y install --no-install-recommends $missing
} >"$log" 2>&1; then
    cat "$log" >&2
    exit 1
fi
