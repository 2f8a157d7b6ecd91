#!/bin/bash
# From nothing to the exported `compact` network: install, textures, renders, training, export, parity, figures.
#
#   tools/model/make_model.sh [DATA_ROOT [MINUTES]]     (or the environment variable EVAL_DATA; ../shared/data without either)
#
# DATA_ROOT holds train/* and aws_warehouse, and may hold clicks/* and vos, which only measure.
# MINUTES of training (default 150); a large GPU is used where there is one. Everything bulky goes to .cache-model; a second
# call goes on where the first stopped.
set -euo pipefail
cd "$(dirname "$0")/../.."
data=${1:-${EVAL_DATA:-../shared/data}}
minutes=${2:-150}
cache=.cache-model
python=.venv/bin/python

say() { echo "make_model: $*"; }

[ -d "$data/train/boxes/images" ] || { say "no training photos in $data/train/boxes: name the data folder as first argument"; exit 2; }
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
render() { # SEED SCENES [OPTIONS …]
    if [ ! -f "$cache/r$1/renders.done" ]; then
        say "rendering $2 scenes, seed $1"
        mkdir -p "$cache/r$1"
        MUJOCO_GL=osmesa "$python" -m tools.model.render --textures "$cache/textures.npy" --out "$cache/r$1" --scenes "$2" --seed "$1" "${@:3}"
        touch "$cache/r$1/renders.done"
    fi
}
render 1 90
render 2 45 --jointed
if [ ! -f "$cache/pack.zip" ]; then
    say "packing photos, renders and surfaces"
    "$python" -m tools.model.pack --data "$data" --cache "$cache" --out "$cache/pack.zip"
fi
say "training, $minutes minutes"
PYTHON="$python" tools/model/train_once.sh "$minutes"
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
"$python" -m tools.model.export --state "$cache/run" --out models/compact
"$python" -m tools.model.parity --state "$cache/run" --models models/compact
"$python" -m tools.model.choose --models models/compact --pack "$cache/pack.zip" --every 1 3 "${clips[@]}"
for set in coco sed spills cartons; do
    [ -d "$data/clicks/$set" ] && "$python" -m tools.model.evaluate --models models/compact --clicks "$data/clicks/$set"
done
if [ -d "$data/vos" ]; then
    "$python" -m tools.model.evaluate --models models/compact --vos "$data/vos"
fi
