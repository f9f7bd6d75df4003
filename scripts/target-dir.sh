#!/bin/sh
# Prints where cargo puts what it builds; a person's own settings may have moved it.
set -eu
cargo metadata --format-version 1 --no-deps --offline 2>/dev/null | sed -n 's/.*"target_directory":"\([^"]*\)".*/\1/p'
