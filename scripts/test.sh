#!/bin/sh
# Tests everything: the web app, Rust, and the whole product in a browser. Leaves no process behind.
set -eu

# Whatever ends this run, a PostgreSQL that an aborted test left ends too.
target=$(sh scripts/target-dir.sh)
clean_up() { sh scripts/stop-left-over-postgres.sh "$target/tmp"; }
trap clean_up EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

headline() { printf '\n== %s\n' "$*"; }

headline "web app: types, unit tests"
npm --prefix web run --silent check
npm --prefix web run --silent test

# The model server that tests talk to, from its lock file.
if [ ! tests/aimock/node_modules/.package-lock.json -nt tests/aimock/package-lock.json ]; then
    npm --prefix tests/aimock ci --no-audit --no-fund --silent
fi

# The MCP clients that tests talk through, and the Node that they need; by `npm install` for the reason in web.sh.
if ! cmp -s tests/mcp/package-lock.json tests/mcp/node_modules/installed-lock.json; then
    npm --prefix tests/mcp install --no-save --ignore-scripts --no-audit --no-fund --loglevel=error
    cp tests/mcp/package-lock.json tests/mcp/node_modules/installed-lock.json
fi

# What the second verifier of audit exports runs with.
KONDUCTRO_VERIFIER_PYTHON=$(sh scripts/verifier.sh)
export KONDUCTRO_VERIFIER_PYTHON
[ -n "$KONDUCTRO_VERIFIER_PYTHON" ] || echo "SKIPPED: the second verifier (Python) of audit exports; see above why"

headline "Rust: unit, contract and acceptance tests"
if cargo nextest --version >/dev/null 2>&1; then
    cargo nextest run --workspace "$@"
else
    echo "cargo-nextest is not installed (cargo install cargo-nextest --locked): running cargo test, which is slower"
    cargo test --workspace "$@"
fi

headline "browser: the product in Chromium"
chromium=$(sh scripts/chromium.sh)
if [ -n "$chromium" ]; then
    cargo build --quiet -p konductro
    KONDUCTRO_CHROMIUM=$chromium npm --prefix web run --if-present e2e
else
    echo "SKIPPED: the browser tests need Chromium; install it, or name one with KONDUCTRO_CHROMIUM"
fi

headline "everything passed"
