#!/usr/bin/env python3
"""What `aislewatch eval incidents` finds in labelled folders: twice without pause, which must agree to the frame, and at the
clips' own pace, which gives delays by wall clock and the processor's share of one camera.

usage: eval-incidents.py PATH-TO-AISLEWATCH OUT [--once] [--skip-pace] FOLDER…

A folder without a single label, as of footage in which nothing happens, is not run at its own pace. The reports go to OUT.
Exit code 1: the two runs differ.
"""
import json
import pathlib
import subprocess
import sys


def run(binary: str, folder: pathlib.Path, out: pathlib.Path, name: str, *options: str) -> dict:
    """One evaluation; its report is kept."""
    report = subprocess.run([binary, "eval", "incidents", str(folder), "--json", *options], check=True,
                            stdout=subprocess.PIPE).stdout
    (out / f"{name}.json").write_bytes(report)
    return json.loads(report)


def describe(report: dict) -> str:
    """Found, false alarms, delay and cost of one report."""
    total, delays = report["total"], sorted(c["delay_s"] for c in report["clips"] if c["delay_s"] is not None)
    quiet = sum(c["expected"] == "none" for c in report["clips"])
    text = f"{total['hits']} of {total['incidents']} incidents found, {total['false_alarms']} false alarms, " \
           f"{quiet} of {len(report['clips'])} clips in which nothing happens"
    if delays:
        middle = len(delays) // 2
        median = delays[middle] if len(delays) % 2 else (delays[middle - 1] + delays[middle]) / 2
        text += f"; delay {median:.2f} s at the median, {delays[-1]:.2f} s at most"
    if total["cpu_s_per_media_s"] is not None:
        text += f"; {total['cpu_s_per_media_s']:.3f} s of processor for a second of video"
    wrong = [c["clip"] + ": " + (c.get("error") or ", ".join(d["kind"] for d in c["detected"]) or "nothing")
             for c in report["clips"] if c["hit"] is False or c["false_alarms"]]
    return text + ("\n    " + "; ".join(wrong) if wrong else "")


def together(reports: list[dict]) -> dict:
    """Several reports as one; processor time weighted alike would need their lengths, so it is left out."""
    clips = [c for r in reports for c in r["clips"]]
    total = {"hits": sum(c["hit"] is True for c in clips), "incidents": sum(c["hit"] is not None for c in clips),
             "false_alarms": sum(c["false_alarms"] for c in clips), "cpu_s_per_media_s": None}
    return {"clips": clips, "total": total}


def main() -> int:
    """Parses the command line, runs, prints."""
    options = {a for a in sys.argv[1:] if a.startswith("--")}
    words = [a for a in sys.argv[1:] if not a.startswith("--")]
    if len(words) < 3 or options - {"--once", "--skip-pace"}:
        sys.exit(__doc__)
    binary, out, folders = words[0], pathlib.Path(words[1]), [pathlib.Path(w) for w in words[2:]]
    out.mkdir(parents=True, exist_ok=True)
    differs, paced = False, []
    for folder in folders:
        first = run(binary, folder, out, f"incidents-{folder.name}")
        print(f"{folder.name}, without pause: {describe(first)}", flush=True)
        if "--once" not in options:
            again = run(binary, folder, out, f"incidents-{folder.name}-again")
            same = again["clips"] == first["clips"]
            differs |= not same
            print(f"{folder.name}, again: {'the same to the frame' if same else 'DIFFERENT'}", flush=True)
        if "--skip-pace" in options or not any(folder.glob("*.json")):
            continue
        paced.append(run(binary, folder, out, f"incidents-{folder.name}-paced", "--pace", "real-time"))
        print(f"{folder.name}, at its own pace: {describe(paced[-1])}", flush=True)
    if len(paced) > 1:
        print(f"all, at their own pace: {describe(together(paced))}")
    return 1 if differs else 0


if __name__ == "__main__":
    sys.exit(main())
