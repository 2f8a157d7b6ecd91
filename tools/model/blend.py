"""Mixes the averaged weights of a training state with those it started from.

    python -m tools.model.blend --state DIR/run/state.pt --start models/compact --share 0.75 --out DIR/run/blend75.pt

A network between the start and the end of a fine-tuning often does better on other material than either (Wortsman et
al., Robust fine-tuning of zero-shot models, 2022). `--share` is the new weights' part. The result can be exported.
"""

import argparse

import torch

from .import_graphs import import_graphs


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    for name in ("--state", "--start", "--out"):
        parser.add_argument(name, required=True)
    parser.add_argument("--share", type=float, required=True)
    args = parser.parse_args()
    new = torch.load(args.state, map_location="cpu", weights_only=True)["average"]
    old = import_graphs(args.start).state_dict()
    torch.save({"average": {name: torch.lerp(old[name].float(), new[name].float(), args.share) for name in new}}, args.out)


if __name__ == "__main__":
    main()
