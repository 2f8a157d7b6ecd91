#!/usr/bin/env bash
# Runs `aislewatch watch` over every clip in samples/ and compares what it says with the labels.
# usage: demo.sh PATH-TO-AISLEWATCH
set -euo pipefail
root=$(cd "$(dirname "$0")/.." && pwd)
exec python3 "$root/scripts/demo.py" "$1" "$root/samples" "$root/demo-out"
