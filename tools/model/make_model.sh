#!/bin/bash
# From nothing to the exported `compact` network: install, textures, renders, training, export, parity, figures.
#
#   tools/model/make_model.sh [DATA_ROOT [MINUTES]]     (or the environment variable EVAL_DATA; ../shared/data without either)
#
# DATA_ROOT holds train/coco, train/ccp and aws_warehouse, and may hold clicks/* and vos, which only measure.
# MINUTES of training (default 150, on an idle machine of two cores). Everything bulky goes to .cache-model; a second call goes on where the first stopped.
set -euo pipefail
cd "$(dirname "$0")/../.."
data=${1:-${EVAL_DATA:-../shared/data}}
minutes=${2:-150}
cache=.cache-model
python=.venv/bin/python
scenes=300

say() { echo "make_model: $*"; }

[ -d "$data/train/coco/images" ] || { say "no training photos in $data/train/coco: name the data folder as first argument"; exit 2; }
if ! ldconfig -p | grep -q libOSMesa; then
    say "rendering needs libOSMesa: apt-get install libosmesa6"
    exit 2
fi
if [ ! -x "$python" ]; then
    say "making the Python environment"
    python3 -m venv .venv
fi
if ! cmp -s tools/requirements-model.txt .venv/requirements-model.installed; then
    say "installing the pinned packages"
    "$python" -m pip install -q -r tools/requirements-model.txt
    cp tools/requirements-model.txt .venv/requirements-model.installed
fi
mkdir -p "$cache/debs"
if [ ! -d "$cache/debs/x" ]; then
    say "fetching surfaces from Debian packages (460 MB)"
    (cd "$cache/debs" && apt-get download ufoai-textures gnome-backgrounds plasma-workspace-wallpapers &&
        for package in *.deb; do dpkg -x "$package" x; done)
fi
if [ ! -f "$cache/textures.npy" ]; then
    "$python" -m tools.model.textures --cache "$cache" --deb-root "$cache/debs/x" --warehouse "$data/aws_warehouse"
fi
for seed in 1 2 3; do
    if [ ! -f "$cache/r$seed/renders.done" ]; then
        say "rendering $scenes scenes, seed $seed"
        mkdir -p "$cache/r$seed"
        jointed=()
        if [ "$seed" = 3 ]; then jointed=(--jointed); fi
        MUJOCO_GL=osmesa "$python" -m tools.model.render --textures "$cache/textures.npy" --out "$cache/r$seed" --scenes "$scenes" --seed "$seed" "${jointed[@]}"
        touch "$cache/r$seed/renders.done"
    fi
done
say "training on pairs of views and clips, $minutes minutes in all"
"$python" -m tools.model.train --cache "$cache" --coco "$data/train/coco" --ccp "$data/train/ccp" --minutes "$minutes"
if [ ! -d "$cache/motion" ]; then
    MUJOCO_GL=osmesa "$python" -m tools.model.motion --textures "$cache/textures.npy" --out "$cache/motion"
fi
if [ ! -d "$cache/bending" ]; then
    MUJOCO_GL=osmesa "$python" -m tools.model.motion --textures "$cache/textures.npy" --out "$cache/bending" --jointed
fi
if [ ! -d "$cache/real" ] && [ -f "$data/footage/pedestrians_vtest.mp4" ]; then
    "$python" -m tools.model.motion --fixed "$data/footage/pedestrians_vtest.mp4" --out "$cache/real"
fi
clips=(--clips "$cache/motion" --clips "$cache/bending")
if [ -d "$cache/real" ]; then clips+=(--clips "$cache/real"); fi
say "exporting"
"$python" -m tools.model.export --state "$cache/run/state.pt" --out models/compact
"$python" -m tools.model.parity --state "$cache/run/state.pt" --models models/compact
"$python" -m tools.model.choose --models models/compact --cache "$cache" --coco "$data/train/coco" --ccp "$data/train/ccp" \
    --every 1 3 "${clips[@]}"
for set in coco sed spills; do
    [ -d "$data/clicks/$set" ] && "$python" -m tools.model.evaluate --models models/compact --clicks "$data/clicks/$set"
done
if [ -d "$data/vos" ]; then
    "$python" -m tools.model.evaluate --models models/compact --vos "$data/vos"
fi
