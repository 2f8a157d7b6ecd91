#!/usr/bin/env bash
# Builds and runs the whole test suite.
set -euo pipefail
cd "$(dirname "$0")/.."
started=$SECONDS
echo "==> Building the tests (the first time takes some ten minutes on two cores)"
swift build --build-tests
echo "==> Running the tests ($((SECONDS - started)) s so far)"
# One after the other: the tests have real servers and cameras in them, and two cores are few.
swift test --skip-build --no-parallel
echo "==> Done in $((SECONDS - started)) s"
