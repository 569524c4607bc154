#!/usr/bin/env bash
# Find a browser for the browser tests, or install one. MILLSTREAM_CHROMIUM names one that is there already.
set -euo pipefail
cd "$(dirname "$0")/../ui-tests"

own_browser() {
    node -e "
      const path = require('@playwright/test').chromium.executablePath();
      process.exit(require('fs').existsSync(path) ? 0 : 1);
    "
}

if [ -n "${MILLSTREAM_CHROMIUM:-}" ]; then
    [ -x "$MILLSTREAM_CHROMIUM" ] || { echo "MILLSTREAM_CHROMIUM names no program: $MILLSTREAM_CHROMIUM" >&2; exit 1; }
elif [ -x /usr/bin/chromium ] || own_browser; then
    :
elif [ "$(id -u)" = 0 ] && [ -e /etc/debian_version ] && command -v apt-get >/dev/null; then
    echo "==> Installing Debian's chromium for the browser tests"
    apt-get update -qq
    DEBIAN_FRONTEND=noninteractive apt-get install -y -qq chromium fonts-liberation >/dev/null
else
    echo "==> Installing Playwright's chromium for the browser tests"
    npx playwright install chromium
fi
