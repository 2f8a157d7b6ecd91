#!/usr/bin/env bash
# Builds and runs the whole test suite; what failed is told once more at the end.
#   SUITE=MediaTests            only this test target (several: a comma between them)
#   FILTER='PacketRing'         only tests whose name fits this regular expression
set -euo pipefail
cd "$(dirname "$0")/.."
started=$SECONDS
log=$(mktemp)
trap 'rm -f "$log"' EXIT
echo "==> Building the tests (the first time takes some ten minutes on two cores)"
suite=${SUITE:-}
if [ -n "$suite" ]; then
    export AISLEWATCH_TESTS=$suite
    swift build --product aislewatchPackageTests
    # These start the program itself.
    case ",$suite," in *,AppTests,*) swift build --product aislewatch ;; esac
else
    swift build --build-tests
fi
echo "==> Running the tests ($((SECONDS - started)) s so far)"
# One after the other: the tests have real servers and cameras in them, and two cores are few.
filter=(${FILTER:+--filter "$FILTER"})
if ! swift test --skip-build --no-parallel "${filter[@]}" 2>&1 | tee "$log"; then
    echo "==> Failed, or skipped:"
    grep -E "^(✘|➜)|error:|FAILED" "$log" || tail -n 40 "$log"
    exit 1
fi
echo "==> Done in $((SECONDS - started)) s"
