#!/bin/bash
# Runs the recorded clip through the Python reference of each network, and compares this program's answers with it.
#
#   tools/export/parity.sh [MODEL …]                   default: edgetam sam2.1_hiera_tiny
set -euo pipefail
cd "$(dirname "$0")/../.."
folder=.cache-parity
[ $# -gt 0 ] || set -- edgetam sam2.1_hiera_tiny
made=
for model in "$@"; do
    tools/export/make_export.sh -m tools.export.parity --model "$model" --out "$folder/$model"
    made=$made${made:+:}$PWD/$folder/$model
done
AISLEWATCH_PARITY=$made SUITE=VisionTests FILTER=PublishedParityTests/everyFrame scripts/test.sh
