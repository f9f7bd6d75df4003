#!/bin/sh
# Starts the server that `just build` built, in place of this process.
set -eu
exec "$(sh scripts/target-dir.sh)/release/konductro" serve "$@"
