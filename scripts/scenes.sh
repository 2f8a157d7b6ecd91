#!/usr/bin/env bash
# Renders the labelled study of tools/scenes/study.py into OUT, what is there already is left alone, and measures it.
# usage: scenes.sh PATH-TO-AISLEWATCH OUT
set -euo pipefail
root=$(cd "$(dirname "$0")/.." && pwd)
aislewatch=$1 out=$2
python=$root/.venv-scenes/bin/python
if [[ ! -x $python ]]; then
    echo "==> Making $root/.venv-scenes"
    python3 -m venv "$root/.venv-scenes"
    "$python" -m pip install --quiet -r "$root/tools/requirements-scenes.txt"
fi
cd "$root"
MUJOCO_GL=${MUJOCO_GL:-osmesa} "$python" -m tools.scenes.study "$out" || echo "Some clips could not be rendered." >&2
for split in dev test unseen; do
    [[ -d $out/$split ]] || continue
    echo "==> $split"
    "$aislewatch" eval incidents "$out/$split" --config configs/eval.yaml --json >"$out/$split.json"
    scripts/incident-figures.py "$out/$split.json"
done
