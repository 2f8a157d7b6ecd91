#!/usr/bin/env bash
# Builds and runs the whole test suite; what failed is told once more at the end.
set -euo pipefail
cd "$(dirname "$0")/.."
started=$SECONDS
log=$(mktemp)
trap 'rm -f "$log"' EXIT
echo "==> Building the tests (the first time takes some ten minutes on two cores)"
swift build --build-tests
echo "==> Running the tests ($((SECONDS - started)) s so far)"
# One after the other: the tests have real servers and cameras in them, and two cores are few.
if ! swift test --skip-build --no-parallel 2>&1 | tee "$log"; then
    echo "==> Failed, or skipped:"
    grep -E "^(✘|➜)|error:|FAILED" "$log" || tail -n 40 "$log"
    exit 1
fi
echo "==> Done in $((SECONDS - started)) s"
