#!/usr/bin/env bash
# Compares Sources/README.md with the files of Sources: each has one line there, below the heading of its target.
set -euo pipefail
cd "$(dirname "$0")/../Sources"

listed=$(awk '/^### / { target = $2 } /^- `[^`]+` ./ { split($0, part, "`"); print target "/" part[2] }' README.md | LC_ALL=C sort)
present=$(find . -type f \( -name '*.swift' -o -name '*.c' -o -name '*.h' \) | sed 's|^\./||' | LC_ALL=C sort)
fault=0

complain() { # MESSAGE, then a name a line on standard input
    while read -r name; do
        [ -n "$name" ] || continue
        echo "Sources/README.md: $name $1" >&2
        fault=1
    done
}

complain "has no line: add '- \`path\` what it is' below the heading of its target" \
    < <(LC_ALL=C comm -13 <(uniq <<<"$listed") <(echo "$present"))
complain "is gone: remove its line" < <(LC_ALL=C comm -23 <(uniq <<<"$listed") <(echo "$present"))
complain "has two lines: remove one" < <(uniq -d <<<"$listed")
exit $fault
