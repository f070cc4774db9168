#!/usr/bin/env bash
# Names the tests that were skipped, each with its reason, from the logs of a run: the Swift tests', then pytest's.
set -euo pipefail

skipped=$(
    sed -nE 's/^[^ ]+ (Test|Suite) (.+) skipped(: "?([^"]*)"?)?\.?$/skipped: \2: \4/p' "$1"
    sed -nE 's/^SKIPPED \[[0-9]+\] (.*)$/skipped: \1/p' "$2"
)
echo "${skipped:-no test was skipped}"
