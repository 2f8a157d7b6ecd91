#!/usr/bin/env bash
# The long forms of the durability tests: SIGKILL rounds (KILLS, default 200), every prefix of the recorded file operations
# with every kind of loss, a real disk that is filled at many moments, 50 ends of the program at work, 1,000 of the inference
# service, and an hour with eight cameras whose streams are odd (SOAK_SECONDS, default 3600).
set -euo pipefail
cd "$(dirname "$0")/.."
swift build --build-tests
AISLEWATCH_KILLS=${KILLS:-200} AISLEWATCH_SOAK=1 AISLEWATCH_FIGURES=1 \
    swift test --skip-build --no-parallel --filter 'KillTests|CrashTests|FullDiskTests|FigureTests|ShutdownTests|InferenceServiceTests'
swift build --product aislewatch
python3 scripts/soak_odd_streams.py .build/debug/aislewatch . "${SOAK_SECONDS:-3600}"
