"""Compares the exported graphs in onnxruntime and OpenVINO (f32) with the trainer, and writes the vectors for the
product's tests.

    python -m tools.model.parity --state DIR/run --models models/compact

Every input is described by a formula, so `parity.json` holds only expected values: element i (row-major) of an input is
    offset + scale * ((i * 7919 + 12345 * k) mod 1009) / 1009
with k the number of the input in its graph and (offset, scale) as given there. Weights are rounded to fp16 on export:
the trainer's weights are rounded likewise before comparing.
"""

import argparse
import json
import pathlib

import numpy as np
import torch

from .export import graphs, load
from .graphs import Graphs

RANGES = {"image": (0.0, 255.0), "mask": (0.0, 1.0), "prompts": (0.0, 1.0), "has_memory": (1.0, 0.0)}


def pattern(name: str, number: int, shape):
    """The described input, and its (offset, scale)."""
    offset, scale = RANGES.get(name, (-1.0, 2.0))
    index = np.arange(int(np.prod(shape)), dtype=np.int64)
    values = (offset + scale * ((index * 7919 + 12345 * number) % 1009) / 1009).astype(np.float32).reshape(shape)
    if name == "memory_valid":
        values = (index < values.size // 2).astype(np.float32).reshape(shape)
    return values, (offset, scale)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--state", required=True)
    parser.add_argument("--models", required=True)
    parser.add_argument("--tolerance", type=float, default=5e-3)
    args = parser.parse_args()
    runtimes = {"onnxruntime": Graphs(args.models, "onnxruntime"), "openvino": Graphs(args.models)}
    written, worst = (
        {
            "formula": "offset + scale * ((i * 7919 + 12345 * k) mod 1009) / 1009; memory_valid: 1 in its first half",
            "graphs": {},
        },
        0.0,
    )
    for name, (module, inputs, outputs) in graphs(load(args.state)).items():
        with torch.no_grad():
            for parameter in list(module.parameters()) + [b for b in module.buffers() if b.is_floating_point()]:
                if parameter.numel() >= 256:
                    parameter.copy_(parameter.half().float())
        arrays, described = {}, []
        for number, (key, shape) in enumerate(inputs):
            arrays[key], (offset, scale) = pattern(key, number, shape)
            described.append({"name": key, "k": number, "offset": offset, "scale": scale})
        with torch.no_grad():
            truth = module(*(torch.from_numpy(arrays[key]) for key, _ in inputs))
        truth = truth if isinstance(truth, tuple) else (truth,)
        results = {runtime: graph.run(name, arrays) for runtime, graph in runtimes.items()}
        expected = []
        for key, value in zip(outputs, truth):
            value = value.numpy()
            size = max(1.0, float(np.abs(value).max()))
            gaps = {runtime: float(np.abs(result[key] - value).max()) for runtime, result in results.items()}
            worst = max(worst, max(gaps.values()) / size)
            print(
                f"parity: {name}.{key}: largest |value| {size:.3f}, "
                + ", ".join(f"{runtime} off by {gap:.2e}" for runtime, gap in gaps.items()),
                flush=True,
            )
            flat = results["onnxruntime"][key].ravel()
            places = np.unique(np.linspace(0, flat.size - 1, min(flat.size, 32)).astype(int))
            expected.append(
                {
                    "name": key,
                    "indices": places.tolist(),
                    "values": [round(float(flat[i]), 6) for i in places],
                    "meanAbsolute": round(float(np.abs(flat).mean()), 6),
                }
            )
        written["graphs"][name] = {"inputs": described, "outputs": expected}
    pathlib.Path(args.models, "parity.json").write_text(json.dumps(written) + "\n")
    print(f"parity: largest difference relative to the largest value {worst:.2e}", flush=True)
    if worst > args.tolerance:
        raise SystemExit("parity: the exported graphs do not compute what the trainer computes")


if __name__ == "__main__":
    main()
