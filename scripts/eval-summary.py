#!/usr/bin/env python3
"""Print the totals of a JSON file that `aislewatch eval … --json` wrote, one figure a line."""

import json
import pathlib
import sys

figures = json.loads(pathlib.Path(sys.argv[1]).read_text())
for name, value in (figures.get("total") or figures.get("mean") or {}).items():
    print(f"    {name:20} {'-' if value is None else round(value, 3)}")
