#!/usr/bin/env bash
# Measures what one camera costs: a still 1280x720 scene at 15 frames a second, with sensor noise, over RTSP.
# Prints processor time as a part of one core, and the peak memory, over SECONDS (default 60) after a warm-up of 10 s.
# Then how long an incident takes to reach the SMS provider, and what the pages promise.
# usage: bench.sh PATH-TO-AISLEWATCH [SECONDS]
set -euo pipefail
root=$(cd "$(dirname "$0")/.." && pwd)
"$root/scripts/install-packages.sh" "$root/scripts/packages-test.txt"
/usr/bin/python3 "$root/scripts/bench_still_camera.py" "$1" "$root" "${2:-60}"
/usr/bin/python3 "$root/scripts/bench_idle.py" "$1" "$root" --seconds "${2:-60}"
/usr/bin/python3 "$root/scripts/bench_alerts.py" "$1" "$root"
if [ -d "${EVAL_DATA:-}/footage" ]; then
    /usr/bin/python3 "$root/scripts/bench_fleet.py" "$1" "$root" --footage "$EVAL_DATA/footage" --write "$root/docs/benchmarks.md"
else
    echo "EVAL_DATA has no footage: 1 to 64 cameras are not measured" >&2
fi
"$root/scripts/setup-test-python.sh"
"$root/.venv-tests/bin/python" "$root/Tests/Support/browser_figures.py" --daemon "$1"
"$root/.venv-tests/bin/python" "$root/Tests/Support/browser_wall.py"
