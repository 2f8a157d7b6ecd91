"""An int8 variant of the image encoder: the backbone's convolutions only, calibrated on training crops.

    python -m tools.model.quantise --models FOLDER --out FOLDER --pack FILE [--crops 96]

Writes a copy of the folder whose `image_encoder.onnx` has its convolutions as QuantizeLinear / DequantizeLinear pairs
(weights int8 per channel, activations uint8 by their calibrated range), which OpenVINO runs in int8 where the processor
can. The neck, which is trained, stays as it is. Measure the loss before using it.
"""

import argparse
import hashlib
import json
import pathlib
import shutil
import tempfile

import numpy as np
import onnx
from onnx import TensorProto, numpy_helper

from .atlas import Atlas, Tables
from .plan import plan
from .sampler import Sampler


def widened(source: str, target: str) -> list[str]:
    """Writes the graph with fp16 weights as plain f32 initialisers; returns the names of the backbone's convolutions."""
    proto = onnx.load(source)
    graph = proto.graph
    casts = {node.input[0]: node for node in graph.node if node.op_type == "Cast"}
    for tensor in graph.initializer:
        if tensor.data_type == TensorProto.FLOAT16 and tensor.name in casts:
            name = casts[tensor.name].output[0]
            values = numpy_helper.to_array(tensor).astype(np.float32)
            graph.node.remove(casts[tensor.name])
            tensor.CopyFrom(numpy_helper.from_array(values, name))
    _fold_pads(graph)
    onnx.save(proto, target)
    return [node.name for node in graph.node if node.op_type in ("Conv", "Add") and "backbone" in node.name]


def _fold_pads(graph: onnx.GraphProto) -> None:
    """Gives the one-sided padding before strided convolutions (`backbone.SameConv`) to the convolutions: a Pad between
    quantised layers is slow."""
    made = {node.output[0]: node for node in graph.node}
    for node in list(graph.node):
        pad = made.get(node.input[0]) if node.op_type == "Conv" else None
        if pad is None or pad.op_type != "Pad":
            continue
        shape = {attribute.name: attribute for attribute in node.attribute}
        total = shape["kernel_shape"].ints[0] - shape["strides"].ints[0]
        shape["pads"].ints[:] = [total // 2, total // 2, total - total // 2, total - total // 2]
        node.input[0] = pad.input[0]
        graph.node.remove(pad)


class Crops:
    """Calibration crops of training scenes, as onnxruntime reads them."""

    def __init__(self, pack: str, side: int, count: int):
        sampler, tables, rng = Sampler(Atlas(pack, "cpu"), side, 7), Tables(pack), np.random.default_rng(7)
        batches = [sampler.batch(plan(rng, tables, 2, 8))["image"] for _ in range(count // 16)]
        self.left = [image for batch in batches for image in batch.numpy()]

    def get_next(self):
        if not self.left:
            return None
        return {"image": np.float32(self.left.pop()[None])}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    for name in ("--models", "--out", "--pack"):
        parser.add_argument(name, required=True)
    parser.add_argument("--crops", type=int, default=96)
    args = parser.parse_args()
    from onnxruntime.quantization import CalibrationMethod, QuantFormat, QuantType, quantize_static

    from .export import halve_weights

    out = pathlib.Path(args.out)
    manifest = json.loads(pathlib.Path(args.models, "manifest.json").read_text())
    shutil.copytree(args.models, out, dirs_exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        plain, small = f"{folder}/plain.onnx", f"{folder}/small.onnx"
        convolutions = widened(f"{args.models}/image_encoder.onnx", plain)
        quantize_static(
            plain, small, Crops(args.pack, manifest["cropSide"], args.crops), quant_format=QuantFormat.QDQ,
            per_channel=True, activation_type=QuantType.QUInt8, weight_type=QuantType.QInt8,
            nodes_to_quantize=convolutions, calibrate_method=CalibrationMethod.MinMax,
        )  # fmt: skip
        proto = onnx.load(small)
    halve_weights(proto.graph, 4096)
    onnx.save(proto, str(out / "image_encoder.onnx"))
    data = (out / "image_encoder.onnx").read_bytes()
    manifest["graphs"]["image_encoder"] |= {"bytes": len(data), "sha256": hashlib.sha256(data).hexdigest()}
    (out / "manifest.json").write_text(json.dumps(manifest, indent=2) + "\n")
    print(f"quantise: {len(convolutions)} convolutions, {len(data) / 1e6:.2f} MB", flush=True)


if __name__ == "__main__":
    main()
