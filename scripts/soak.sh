#!/usr/bin/env bash
# The long forms of the durability tests: SIGKILL rounds (KILLS, default 200), every prefix of the recorded file operations
# with every kind of loss, and a real disk that is filled at many moments.
set -euo pipefail
cd "$(dirname "$0")/.."
swift build --build-tests
AISLEWATCH_KILLS=${KILLS:-200} AISLEWATCH_SOAK=1 AISLEWATCH_FIGURES=1 \
    swift test --skip-build --no-parallel --filter 'KillTests|CrashTests|FullDiskTests|FigureTests'
