#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# po.sh PO FOLDER...: every message in the C sources of the folders has a finished translation in PO.
# To bring PO up to date: po.sh --update PO FOLDER... (new messages are then untranslated, which this test finds).
set -eu

update=
if [ "$1" = --update ]; then
    update=yes
    shift
fi
po=$1
shift
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

root=$(cd "$(dirname "$0")/../.." && pwd)
for folder; do
    folder=$(cd "$folder" && pwd)
    (cd "$root" && find "${folder#"$root"/}" -name '*.[ch]')
done | LC_ALL=C sort -u >"$work/files"

xgettext --directory="$root" --files-from="$work/files" --language=C --from-code=UTF-8 --add-comments=TRANSLATORS \
    --keyword --keyword=_ --keyword=N_ --keyword=P_:1,2 \
    --flag=_:1:pass-c-format --flag=N_:1:pass-c-format \
    --no-location --sort-output --package-name=taizhang --output="$work/messages.pot"
if [ ! -s "$work/messages.pot" ]; then
    echo "no messages found"
    exit 0
fi
if [ "$update" ]; then
    if [ -e "$po" ]; then
        msgmerge --quiet --update --backup=none --no-fuzzy-matching --no-location --sort-output "$po" \
            "$work/messages.pot"
    else
        msginit --no-translator --locale=zh_CN.UTF-8 --input="$work/messages.pot" --output-file="$po"
    fi
    exit 0
fi
# What msgfmt only warns of is wrong too.
if ! msgfmt --check --output-file=/dev/null "$po" >"$work/said" 2>&1 || [ -s "$work/said" ]; then
    cat "$work/said"
    exit 1
fi
msgcmp "$po" "$work/messages.pot"
