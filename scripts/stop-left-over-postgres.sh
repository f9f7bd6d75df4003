#!/bin/sh
# Stops each PostgreSQL whose data folder lies below the given one: stop-left-over-postgres.sh FOLDER
set -eu

[ -d "$1" ] || exit 0
find "$1" -name postmaster.pid -type f 2>/dev/null | while read -r file; do
    pid=$(head -n 1 "$file")
    case $(ps -o comm= -p "$pid" 2>/dev/null || true) in
    postgres | */postgres)
        echo "stopping PostgreSQL (process $pid) that a test left in ${file%/*}" >&2
        kill -INT "$pid" || true
        ;;
    esac
done
