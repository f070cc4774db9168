#!/usr/bin/env bash
# Installs what a task needs and what is missing: `setup.sh build`, `python`, `test`, `specifications`, `focus`, `bench`.
# Debian and Ubuntu. As somebody else than root it asks sudo.
set -euo pipefail
cd "$(dirname "$0")/.."

as_root() {
    if [ "$(id -u)" = 0 ]; then "$@"; else sudo "$@"; fi
}

install_missing() {
    local missing=()
    for package in "$@"; do
        dpkg-query -W -f='${Status}' "$package" 2>/dev/null | grep -q 'ok installed' || missing+=("$package")
    done
    [ ${#missing[@]} -eq 0 ] && return 0
    echo "installing: ${missing[*]}" >&2
    as_root apt-get update -qq
    as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "${missing[@]}" >/dev/null
}

case "${1:-build}" in
build)
    command -v swift >/dev/null || { echo "setup.sh: no 'swift' on the PATH; install a Swift toolchain, 6.2 or later" >&2; exit 2; }
    install_missing libcurl4-openssl-dev libsqlite3-dev libssl-dev zlib1g-dev ca-certificates tzdata git
    ;;
python)
    install_missing python3 python3-venv
    [ -x .venv/bin/python ] || python3 -m venv .venv
    ;;
test)
    # What the documentation's commands use.
    install_missing curl sqlite3
    # Without it the tests of failing disks are skipped.
    install_missing strace || echo "setup.sh: no strace; going on without" >&2
    # Without it the tests of power loss are.
    install_missing fuse3 || echo "setup.sh: no fuse3; going on without" >&2
    # Without it the tests of HTTP/2 are.
    install_missing nginx-light || echo "setup.sh: no nginx; going on without" >&2
    ;;
specifications)
    # Test cases of others, at pinned commits, where they are not there already. Without them the tests that run them are
    # skipped, and `make test` says so at its end.
    python3 Tests/Tools/specifications.py --into var/specifications ||
        echo "setup.sh: not all test cases of dotprompt, Mustache and YAML are there; going on without" >&2
    ;;
focus)
    # The validator of exports in FOCUS wants Python 3.12. Without it its tests are skipped.
    [ -x .venv-focus/bin/focus-validator ] && exit 0
    # A name on the PATH may be a wrapper without a Python behind it.
    for python in python3.12 "$HOME"/.pyenv/versions/3.12*/bin/python3.12; do
        "$python" -m venv .venv-focus 2>/dev/null &&
            .venv-focus/bin/pip install -q --disable-pip-version-check focus-validator==2.2.1 'pyarrow<20' && exit 0
    done
    rm -rf .venv-focus
    echo "setup.sh: no Python 3.12 with focus-validator; going on without" >&2
    ;;
bench)
    install_missing nginx-light gcc libc6-dev python3
    ;;
*)
    echo "usage: scripts/setup.sh build|python|test|specifications|focus|bench" >&2
    exit 2
    ;;
esac
