#!/usr/bin/env bash
# Installs the pinned Python packages of the tests into .venv-tests; does nothing when they are there.
set -euo pipefail
cd "$(dirname "$0")/.."
wanted=tools/requirements-test.txt
mark=.venv-tests/requirements.installed
if cmp -s "$wanted" "$mark"; then
    echo "==> Python packages of the tests: all there"
    exit 0
fi
echo "==> Python packages of the tests: installing into .venv-tests"
python3 -m venv .venv-tests
.venv-tests/bin/python -m pip install -q --disable-pip-version-check -r "$wanted"
cp "$wanted" "$mark"
