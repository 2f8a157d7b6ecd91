#!/usr/bin/env python3
"""Precision and recall per kind, with exact intervals, from the JSON of `aislewatch eval incidents`.

usage: incident-figures.py FILE.json…      (several files are added up)

Recall: labelled incidents of the kind whose first announcement has that kind. Precision: announcements of the kind that hit,
of all announcements of it; a further kind that the label allows is left out. Intervals are 95 %, Clopper and Pearson (1934).
"""
import json
import math
import sys


def tail(k: int, n: int, p: float) -> float:
    """Probability of at least k of n."""
    return sum(math.comb(n, i) * p ** i * (1 - p) ** (n - i) for i in range(k, n + 1))


def interval(k: int, n: int) -> tuple[float, float]:
    """The exact 95 % interval of a rate of which k of n were seen."""
    def solve(wanted, function):
        low, high = 0.0, 1.0
        for _ in range(60):
            middle = (low + high) / 2
            low, high = (middle, high) if function(middle) < wanted else (low, middle)
        return low
    lower = 0.0 if k == 0 else solve(.025, lambda p: tail(k, n, p))
    upper = 1.0 if k == n else solve(.975, lambda p: tail(k + 1, n, p))
    return lower, upper


def rate(k: int, n: int) -> str:
    """`k of n (low to high %)`."""
    if n == 0:
        return "–"
    low, high = interval(k, n)
    return f"{k} of {n} ({100 * low:.0f} to {100 * high:.0f} %)"


def main() -> None:
    """Reads, adds up, prints a table."""
    if len(sys.argv) < 2:
        sys.exit(__doc__)
    clips = [clip for path in sys.argv[1:] for clip in json.load(open(path))["clips"]]
    kinds = sorted({c["expected"] for c in clips} | {d["kind"] for c in clips for d in c["detected"]})
    print("| kind | recall | precision | clips |\n|---|---|---|---|")
    for kind in kinds:
        if kind in ("none", "unknown"):
            continue
        labelled = [c for c in clips if c["expected"] == kind]
        hits = sum(c["hit"] is True for c in labelled)
        told = hits + sum(max(0, sum(d["kind"] == kind for d in c["detected"]) - (c["expected"] == kind and c["hit"] is True))
                          for c in clips if c["false_alarms"] > 0)
        print(f"| `{kind}` | {rate(hits, len(labelled))} | {rate(hits, told)} | {len(labelled)} |")
    quiet = [c for c in clips if c["expected"] == "none"]
    alarmed = sum(c["false_alarms"] > 0 for c in quiet)
    print(f"| nothing | – | silent in {rate(len(quiet) - alarmed, len(quiet))} | {len(quiet)} |")
    delays = sorted(c["delay_s"] for c in clips if c["delay_s"] is not None)
    if delays:
        print(f"\ndelay: median {delays[len(delays) // 2]:.1f} s, longest {delays[-1]:.1f} s; missed: "
              + (", ".join(c["clip"] for c in clips if c["hit"] is False) or "none") + "; false alarms: "
              + (", ".join(f"{c['clip']} ({', '.join(d['kind'] for d in c['detected'])})" for c in clips
                           if c["false_alarms"]) or "none"))


if __name__ == "__main__":
    main()
