#!/bin/sh
# Installs the packages of a lock file into a folder: npm-install.sh FROM INTO
#
# Nothing is done when that very lock file is installed already; an interrupted install is begun again.
set -eu

from=$1
into=$2
stamp=$into/installed-lock.json

if cmp -s "$from/package-lock.json" "$stamp"; then
    exit 0
fi
mkdir -p "$into"
rm -f "$stamp"
cp "$from/package.json" "$from/package-lock.json" "$into/"
npm ci --prefix "$into" --ignore-scripts --no-audit --no-fund --loglevel=error >&2
cp "$from/package-lock.json" "$stamp"
