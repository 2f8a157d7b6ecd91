"""The four exported graphs behind three calls, through OpenVINO or onnxruntime (CPU, f32)."""

import json
import pathlib

import numpy as np

NAMES = ("image_encoder", "memory_encoder", "memory_attention", "mask_decoder")


class Graphs:
    """`encode`, `remember`, `read` and `decode`; `run(name, inputs)` gives {output name: array}. `crop`, `map`, `slots`
    and `tokens` are the manifest's sizes."""

    def __init__(self, folder: str, runtime: str = "openvino", threads: int = 1):
        self.runtime = runtime
        manifest = json.loads(pathlib.Path(folder, "manifest.json").read_text())
        self.crop, self.map = manifest["cropSide"], manifest["promptSide"]
        self.slots, self.tokens = manifest["memorySlots"], manifest["memoryTokensPerFrame"]
        paths = {name: str(pathlib.Path(folder) / f"{name}.onnx") for name in NAMES}
        if runtime == "openvino":
            import openvino

            core = openvino.Core()
            options = {"INFERENCE_PRECISION_HINT": "f32", "INFERENCE_NUM_THREADS": threads, "NUM_STREAMS": 1}
            self.graphs = {
                name: core.compile_model(path, "CPU", options).create_infer_request() for name, path in paths.items()
            }
        else:
            import onnxruntime

            options = onnxruntime.SessionOptions()
            options.intra_op_num_threads = threads
            self.graphs = {
                name: onnxruntime.InferenceSession(path, options, ["CPUExecutionProvider"])
                for name, path in paths.items()
            }

    def run(self, name: str, inputs: dict) -> dict:
        graph = self.graphs[name]
        inputs = {key: np.ascontiguousarray(value, np.float32) for key, value in inputs.items()}
        if self.runtime == "openvino":
            result = graph.infer(inputs)
            return {key: np.array(value) for port, value in result.items() for key in port.get_names()}
        names = [output.name for output in graph.get_outputs()]
        return dict(zip(names, graph.run(names, inputs)))

    def encode(self, image) -> dict:
        return self.run("image_encoder", {"image": image})

    def remember(self, feat16, mask):
        return self.run("memory_encoder", {"feat16": feat16, "mask": mask})["memory"]

    def read(self, feat16, memory, valid):
        return self.run("memory_attention", {"feat16": feat16, "memory": memory, "memory_valid": valid})["fused16"]

    def decode(self, features, feat16, has_memory, prompts):
        """(masks [1,3,128,128], predicted IoU [1,3], present [1,1])"""
        out = self.run(
            "mask_decoder",
            {
                "feat2": features["feat2"],
                "feat4": features["feat4"],
                "feat8": features["feat8"],
                "feat16": feat16,
                "has_memory": has_memory,
                "prompts": prompts,
            },
        )
        return out["masks"], out["iou"], out["present"]
