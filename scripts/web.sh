#!/bin/sh
# Installs the web app's packages and builds it, each only if something changed: web.sh [packages]
set -eu
cd web

node -e 'const [major, minor] = process.versions.node.split(".").map(Number);
  if (major < 20 || (major === 20 && minor < 19)) {
    console.error(`Node ${process.versions.node} is too old for the web app: install 20.19 or newer`); process.exit(1);
  }'

if ! cmp -s package-lock.json node_modules/installed-lock.json; then
    echo "installing the web app's packages" >&2
    # Not `npm ci`: it refuses a lock file made where a registry does not offer the packages of other
    # platforms. This installs what the lock file says, checks it, and writes nothing back.
    npm install --no-save --no-audit --no-fund --loglevel=error >&2
    cp package-lock.json node_modules/installed-lock.json
fi
[ "${1:-}" = packages ] && exit 0

# Folders are compared too: their time changes when a file is removed.
stamp=node_modules/built
changed() {
    [ ! -f dist/index.html ] || [ ! -f "$stamp" ] ||
        [ -n "$(find . -path ./node_modules -prune -o -path ./dist -prune -o -path ./test-results -prune \
            -o -path ./playwright-report -prune -o ! -path . -newer "$stamp" -print | head -n 1)" ]
}
if changed; then
    echo "building the web app" >&2
    npm run --silent build -- --logLevel warn >&2
    touch "$stamp"
fi
