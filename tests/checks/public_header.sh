#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# public_header.sh HEADER: compiles alone as C99, as C11 and as C++, pedantically. Without a C++ compiler only as C.
set -u

failed=0
for standard in c99 c11; do
    printf '#include "%s"\n' "$1" | cc -std=$standard -Wall -Wextra -Wpedantic -Werror -x c -fsyntax-only - || failed=1
done
if command -v c++ >/dev/null; then
    for standard in c++11 c++17; do
        printf '#include "%s"\nint main() { return tz_version_number() == TZ_VERSION_NUMBER; }\n' "$1" |
            c++ -std=$standard -Wall -Wextra -Wpedantic -Werror -x c++ -fsyntax-only - || failed=1
    done
else
    echo 'no C++ compiler'
fi
exit $failed
