#!/usr/bin/env bash
# Installs the Debian packages listed in the given files; does nothing when all are there.
set -euo pipefail

missing=()
for list in "$@"; do
    while read -r name; do
        [[ -z "$name" || "$name" == \#* ]] && continue
        state=$(dpkg-query -W -f='${Status}' "$name" 2>/dev/null || true)
        [[ "$state" == "install ok installed" ]] || missing+=("$name")
    done <"$list"
done
if ((${#missing[@]} == 0)); then
    echo "==> Debian packages: all there"
    exit 0
fi

as_root=()
if ((EUID != 0)); then
    command -v sudo >/dev/null || {
        echo "error: these Debian packages are missing and neither root nor sudo is at hand: ${missing[*]}" >&2
        exit 1
    }
    as_root=(sudo)
fi
echo "==> Debian packages: installing ${missing[*]}"
export DEBIAN_FRONTEND=noninteractive
"${as_root[@]}" apt-get update -q
"${as_root[@]}" apt-get install -q -y --no-install-recommends "${missing[@]}"
