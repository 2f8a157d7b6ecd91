"""The frozen backbone's taps through OpenVINO (on one thread), and their mean and deviation per channel."""

import pathlib

import numpy as np
import torch

from .backbone import TAP_CHANNELS, load_backbone


class TapRunner:
    """Callable: RGB uint8 [n,256,256,3] -> five float16 arrays [n,c,s,s]."""

    def __init__(self, cache: str, precision: str | None = None):
        import openvino

        path = pathlib.Path(cache) / "backbone.onnx"
        if not path.exists():
            torch.onnx.export(
                load_backbone(),
                (torch.zeros(1, 3, 256, 256),),
                str(path),
                input_names=["image"],
                output_names=[*TAP_CHANNELS, "class_logits"],
                opset_version=17,
                dynamo=False,
            )
        core = openvino.Core()
        if precision is None:  # bf16 is quicker where the processor can, and only there
            precision = "bf16" if "BF16" in core.get_property("CPU", "OPTIMIZATION_CAPABILITIES") else "f32"
        model = core.read_model(str(path))
        self.compiled = core.compile_model(
            model, "CPU", {"INFERENCE_PRECISION_HINT": precision, "INFERENCE_NUM_THREADS": 1, "NUM_STREAMS": 1}
        )
        self.request = self.compiled.create_infer_request()

    def __call__(self, images) -> list:
        out = [
            np.empty((len(images), channels, side, side), np.float16)
            for channels, side in zip(TAP_CHANNELS.values(), (128, 64, 32, 16, 8))
        ]
        for index, image in enumerate(images):
            result = self.request.infer({0: np.ascontiguousarray(image.transpose(2, 0, 1)[None], dtype=np.float32)})
            for tap, name in zip(out, TAP_CHANNELS):
                tap[index] = np.clip(result[name][0], -6e4, 6e4)
        return out
