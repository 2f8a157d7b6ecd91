#!/usr/bin/env bash
# Measures on the repository's samples and on the data sets in DATA, which is not part of the repository.
# usage: eval.sh PATH-TO-AISLEWATCH DATA
set -euo pipefail
root=$(cd "$(dirname "$0")/.." && pwd)
aislewatch=$1 data=$2 out=$root/eval-out
mkdir -p "$out"

measure() { # NAME COMMAND...
    local name=$1
    shift
    echo "==> $name"
    "$aislewatch" eval "$@" --json >"$out/$name.json"
    "$root/scripts/eval-summary.py" "$out/$name.json"
}

folders=("$root/samples")
for set in incidents footage; do
    [[ -d $data/$set ]] && folders+=("$data/$set")
done
echo "==> incidents"
"$root/scripts/eval-incidents.py" "$aislewatch" "$out" "${folders[@]}"
if [[ ! -d $data ]]; then
    echo "There is no folder $data: the other measurements need it. Point to it with: make eval EVAL_DATA=FOLDER" >&2
    exit 0
fi
for set in coco sed spills; do
    [[ -d $data/clicks/$set ]] && measure "clicks-$set" clicks "$data/clicks/$set"
done
if [[ -d $data/vos ]]; then
    measure masks-vos-click masks "$data/vos" --prompt click
    measure masks-vos-mask masks "$data/vos" --prompt mask
fi
echo "==> The full figures are in eval-out/"
