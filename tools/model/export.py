"""Exports the trained network as the four ONNX graphs of the `compact` family, with their manifest.

    python -m tools.model.export --state DIR/run --out models/compact --version 4

Weights are stored as fp16 followed by a Cast, so that all arithmetic stays f32.
"""

import argparse
import hashlib
import json
import pathlib

import numpy as np
import onnx
import torch
from onnx import TensorProto, helper, numpy_helper
from torch import nn

from .backbone import classifier
from .network import SLOTS, Compact, D, M, Shape

OPSET = 17


class ImageEncoder(nn.Module):
    """image [1,3,256,256] -> feat2, feat4, feat8, feat16, class_logits (of ImageNet's own classifier)."""

    def __init__(self, model: Compact):
        super().__init__()
        self.model, self.classifier = model, classifier()

    def forward(self, image):
        taps = self.model.backbone(image)
        return (*self.model.features(taps), self.classifier(taps[-1]))


class Decoder(nn.Module):
    """The mask decoder with predicted IoU and presence as chances 0..1."""

    def __init__(self, model: Compact):
        super().__init__()
        self.decoder = model.decoder

    def forward(self, *inputs):
        masks, quality, present = self.decoder(*inputs)
        return masks, quality.sigmoid(), present.sigmoid()


def graphs(model: Compact) -> dict:
    """File name -> (module, [(input name, shape)], [output name])."""
    side, tokens = model.shape.side, model.shape.tokens
    grid = [1, D, side // 16, side // 16]
    features = [(f"feat{s}", [1, width, side // s, side // s]) for s, width in ((2, 16), (4, 24), (8, 40))] + [
        ("feat16", grid)
    ]
    return {
        "image_encoder": (
            ImageEncoder(model),
            [("image", [1, 3, side, side])],
            ["feat2", "feat4", "feat8", "feat16", "class_logits"],
        ),
        "memory_encoder": (
            model.memory_encoder,
            [("feat16", grid), ("mask", [1, 1, side // 4, side // 4])],
            ["memory"],
        ),
        "memory_attention": (
            model.memory_attention,
            [("feat16", grid), ("memory", [1, SLOTS * tokens, M]), ("memory_valid", [1, SLOTS * tokens])],
            ["fused16"],
        ),
        "mask_decoder": (
            Decoder(model),
            [*features, ("has_memory", [1, 1]), ("prompts", [1, 5, side // 2, side // 2])],
            ["masks", "iou", "present"],
        ),
    }


def halve_weights(graph: onnx.GraphProto, least: int = 256) -> None:
    """Stores float initialisers of at least `least` values as fp16 and casts them back where they are used."""
    casts = []
    for tensor in list(graph.initializer):
        values = numpy_helper.to_array(tensor)
        if values.dtype != np.float32 or values.size < least or np.abs(values).max() > 6e4:
            continue
        name = tensor.name
        tensor.CopyFrom(numpy_helper.from_array(values.astype(np.float16), name + "_f16"))
        casts.append(helper.make_node("Cast", [name + "_f16"], [name], name + "_cast", to=TensorProto.FLOAT))
    nodes = casts + list(graph.node)
    del graph.node[:]
    graph.node.extend(nodes)


def load(state: str) -> Compact:
    """The averaged weights of a training state, a folder of tools.model.train."""
    stored = torch.load(pathlib.Path(state, "average.pt"), map_location="cpu", weights_only=True)
    about = stored["about"]
    model = Compact(Shape(about["side"], about["pointer"], about["fine"]))
    model.load_state_dict({name: value.float() for name, value in stored["values"].items()})
    return model.eval()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--state", required=True)
    parser.add_argument("--out", required=True)
    parser.add_argument("--version", type=int, default=4)
    args = parser.parse_args()
    out = pathlib.Path(args.out)
    out.mkdir(parents=True, exist_ok=True)
    model = load(args.state)
    manifest = {
        "name": "compact",
        "version": args.version,
        "cropSide": model.shape.side,
        "promptSide": model.shape.side // 2,
        "channelOrder": "RGB",
        "imageRange": [0, 255],
        "outsideValue": 127,
        "memorySlots": SLOTS,
        "memoryTokensPerFrame": model.shape.tokens,
        "promptChannels": ["positiveClicks", "negativeClicks", "box", "previousMask", "backgroundDifference"],
        "clickSigma": 2.0,
        "graphs": {},
    }
    for name, (module, inputs, outputs) in graphs(model).items():
        path = out / f"{name}.onnx"
        example = tuple(torch.zeros(shape) for _, shape in inputs)
        module.eval()
        with torch.no_grad():
            shapes = module(*example)
        shapes = shapes if isinstance(shapes, tuple) else (shapes,)
        torch.onnx.export(
            module,
            example,
            str(path),
            input_names=[n for n, _ in inputs],
            output_names=outputs,
            opset_version=OPSET,
            dynamo=False,
        )
        proto = onnx.load(str(path))
        halve_weights(proto.graph)
        proto.doc_string = ""
        onnx.checker.check_model(proto)
        onnx.save(proto, str(path))
        data = path.read_bytes()
        manifest["graphs"][name] = {
            "file": path.name,
            "bytes": len(data),
            "sha256": hashlib.sha256(data).hexdigest(),
            "inputs": [{"name": n, "shape": shape} for n, shape in inputs],
            "outputs": [{"name": n, "shape": list(value.shape)} for n, value in zip(outputs, shapes)],
        }
        print(f"export: {path.name}, {len(data) / 1e6:.2f} MB", flush=True)
    (out / "manifest.json").write_text(json.dumps(manifest, indent=2) + "\n")
    print(f"export: {sum(g['bytes'] for g in manifest['graphs'].values()) / 1e6:.2f} MB in all", flush=True)


if __name__ == "__main__":
    main()
