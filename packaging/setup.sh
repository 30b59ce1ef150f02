#!/bin/sh
# Make the virtual environment and install TraceDesk into it; see to the system libraries that Qt needs.
# On Debian and Ubuntu the libraries are installed when we are root, else named in one line.
set -eu
PYTHON=${PYTHON:-python3}
VENV=${VENV:-.venv}
LIBS="libegl1 libgl1 libxkbcommon0 libxkbcommon-x11-0 libdbus-1-3 libfontconfig1 libxcb-cursor0 libxcb-icccm4 libxcb-image0 libxcb-keysyms1 libxcb-render-util0 libxcb-shape0 libxcb-xinerama0 libxcb-xkb1"

missing=""
if command -v dpkg-query >/dev/null 2>&1; then
    for lib in $LIBS; do
        dpkg-query -W -f='${Status}' "$lib" 2>/dev/null | grep -q 'ok installed' || missing="$missing $lib"
    done
fi
if ! "$PYTHON" -c 'import ensurepip, venv' >/dev/null 2>&1; then
    missing="$missing python3-venv"
fi
if [ -n "$missing" ]; then
    if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null 2>&1; then
        echo "installing system libraries:$missing"
        DEBIAN_FRONTEND=noninteractive apt-get update -qq
        # shellcheck disable=SC2086
        DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends $missing >/dev/null
    else
        echo "the desk needs these system packages, please install them:$missing" >&2
    fi
fi

"$PYTHON" -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "TraceDesk needs Python 3.11 or newer" >&2; exit 1; }
[ -x "$VENV/bin/python" ] || "$PYTHON" -m venv "$VENV"
"$VENV/bin/python" -m pip install -q --disable-pip-version-check -e ".[dev]"
"$VENV/bin/python" -m compileall -q src     # else the first start of the desk takes twice as long
