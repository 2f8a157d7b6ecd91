#!/bin/bash
# One run of training as one command, on a CPU or on a GPU: unpack, train, validate, write state, curves and sample sheets.
#
#   tools/model/train_once.sh MINUTES [OUT] [OPTIONS OF tools.model.train …]
#
# MINUTES is the wall time of all of it. The pack is $PACK (default .cache-model/pack.zip, made by tools.model.pack); the
# state lies in $RUN (default .cache-model/run), from where a second call goes on. OUT (default: the same folder) gets a
# copy: weights.pt, average.pt, momentum.pt, variance.pt, curves.json, curves.png, sheet_stills.png, sheet_clips.png.
set -euo pipefail
cd "$(dirname "$0")/../.."
[ $# -ge 1 ] || { sed -n '2,8p' "$0"; exit 2; }
minutes=$1
shift
run=${RUN:-.cache-model/run}
out=$run
if [ $# -ge 1 ] && [ "${1#-}" = "$1" ]; then out=$1; shift; fi
python=${PYTHON:-python3}
if [ -z "${PYTHON:-}" ] && [ -x .venv/bin/python ]; then python=.venv/bin/python; fi
export PYTHONUNBUFFERED=1
"$python" -m tools.model.train --pack "${PACK:-.cache-model/pack.zip}" --out "$run" --minutes "$minutes" "$@"
if [ "$(realpath "$out")" != "$(realpath "$run")" ]; then
    mkdir -p "$out"
    cp "$run"/{weights,average,momentum,variance}.pt "$run"/{curves.json,curves.png,sheet_stills.png,sheet_clips.png} "$out"/
fi
