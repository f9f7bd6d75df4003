#!/bin/sh
# Prints the path of a Chromium for the browser tests; installs Debian's if there is none and we may.
#
# Prints nothing when there is none to be had; why not goes to standard error.
set -eu

find_chromium() {
    for candidate in "${KONDUCTRO_CHROMIUM:-}" chromium chromium-browser google-chrome google-chrome-stable \
        "$HOME"/.cache/ms-playwright/chromium-*/chrome-linux*/chrome \
        "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome" "/Applications/Chromium.app/Contents/MacOS/Chromium"; do
        if [ -n "$candidate" ] && command -v "$candidate" 2>/dev/null; then
            return 0
        fi
    done
    return 1
}

find_chromium && exit 0
if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null 2>&1; then
    echo "installing Chromium for the browser tests" >&2
    if apt-get update >/dev/null && DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends chromium >/dev/null; then
        find_chromium && exit 0
    fi
    echo "Chromium could not be installed by apt-get" >&2
else
    echo "there is no Chromium, and only root may install it" >&2
fi
