#!/usr/bin/env bash
# Make a virtual environment with uv inside: environment.sh FOLDER. PYTHON names the interpreter (default python3).
set -euo pipefail
folder=$1
python=${PYTHON:-python3}

fail() {
    printf '%s\n' "$@" >&2
    exit 1
}

command -v "$python" >/dev/null || fail "No $python was found. Install Python 3.11 or later, or name one: make PYTHON=/path/to/python3 ..."
"$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' ||
    fail "$("$python" --version) is too old: Millstream needs 3.11 or later. Name another: make PYTHON=/path/to/python3 ..."
if ! "$python" -c 'import ensurepip' 2>/dev/null; then
    # Debian and Ubuntu keep venv's pip in a package of its own.
    if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
        apt-get update -qq
        DEBIAN_FRONTEND=noninteractive apt-get install -y -qq python3-venv >/dev/null
    else
        fail "$python cannot make environments. On Debian or Ubuntu: sudo apt-get install python3-venv"
    fi
fi
"$python" -m venv --clear "$folder"
"$folder/bin/python" -m pip install --quiet --disable-pip-version-check uv
