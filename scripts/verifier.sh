#!/bin/sh
# Prints a Python that the second verifier of audit exports runs with; nothing, with the reason on standard error, where
# there is none. It needs `cryptography`: the system's, or one in an environment of its own that is made here.
set -eu

usable() { "$1" -c 'from cryptography.hazmat.primitives.asymmetric import ed25519' >/dev/null 2>&1; }

root=$(cd "$(dirname "$0")/.." && pwd)
own=$root/.tools/verifier
for python in "$own/bin/python" python3; do
    if usable "$python"; then
        echo "$python"
        exit 0
    fi
done
if ! command -v python3 >/dev/null 2>&1; then
    echo "the second verifier needs Python 3" >&2
    exit 0
fi
mkdir -p "$root/.tools"
if python3 -m venv "$own.$$" >/dev/null 2>&1 &&
    "$own.$$/bin/python" -m pip install --quiet --disable-pip-version-check -r "$root/tests/verifier/requirements.txt" >&2; then
    rm -rf "$own"
    mv "$own.$$" "$own"
    usable "$own/bin/python" && echo "$own/bin/python"
else
    rm -rf "$own.$$"
    echo "Python's package cryptography could not be installed for the second verifier" >&2
fi
