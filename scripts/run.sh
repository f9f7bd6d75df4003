#!/bin/sh
# Starts the server that `just build` built, in place of this process.
set -eu
exec "${CARGO_TARGET_DIR:-target}/release/konductro" serve "$@"
