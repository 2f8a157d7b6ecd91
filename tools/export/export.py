"""Exports a published network.

    python -m tools.export.export --model edgetam --out models/edgetam [--checkpoint edgetam.pt | --seed 0]

Writes four ONNX graphs, `constants.bin` and `manifest.json`, and compares each graph, run by onnxruntime and by OpenVINO
in float32, with the reference run by PyTorch. Without a checkpoint the weights are random: the graphs then show what
they cost and that they compute the same, and find nothing.
"""

import argparse
import hashlib
import json
import pathlib
import time

import numpy as np
import torch

from . import graphs, reference

OPSET = 17
# Of the manifest; the program reads this one.
FORMAT = 1
# Errors allowed, relative to the mean size of the values (or to 1 where they are smaller): float32 over a hundred layers.
LARGEST_ERROR, MEAN_ERROR = 5e-3, 5e-4


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--model", required=True, choices=list(reference.MODELS))
    weights = parser.add_mutually_exclusive_group()
    weights.add_argument("--checkpoint", help="the published file, for instance edgetam.pt")
    weights.add_argument("--seed", type=int, default=0, help="of random weights, where there is no checkpoint")
    parser.add_argument("--out", required=True, type=pathlib.Path)
    args = parser.parse_args()
    torch.set_num_threads(1)
    model = reference.build(args.model, args.checkpoint, args.seed)
    origin = {"seed": args.seed}
    if args.checkpoint:
        # Not under "file": the checkpoint is not one of the folder's files.
        entry = file_entry(pathlib.Path(args.checkpoint))
        origin = {"checkpoint": entry.pop("file")} | entry
    export(model, args.model, origin, args.out)
    if not check(model, args.out):
        raise SystemExit("export: a graph computes something else than the reference; do not use it")


def export(model, name: str, origin: dict, out: pathlib.Path) -> None:
    """Writes the folder."""
    out.mkdir(parents=True, exist_ok=True)
    entries = {}
    for graph, (module, inputs, outputs, dynamic) in plan(model).items():
        file = out / f"{graph}.onnx"
        torch.onnx.export(
            module.eval(),
            tuple(inputs.values()),
            str(file),
            input_names=list(inputs),
            output_names=outputs,
            dynamic_axes=dynamic,
            opset_version=OPSET,
            dynamo=False,
        )
        entries[graph] = file_entry(file) | tensors(file)
        print(f"export: {file}, {entries[graph]['bytes'] / 1e6:.1f} MB", flush=True)
    manifest = {
        "format": FORMAT,
        "family": "sam2",
        "name": name,
        "origin": origin,
        "opset": OPSET,
        "settings": graphs.settings(model),
        "graphs": entries,
        "constants": write_constants(graphs.host_constants(model), out / "constants.bin"),
    }
    (out / "manifest.json").write_text(json.dumps(manifest, indent=2) + "\n")


def plan(model) -> dict:
    """Graph: (module, inputs by name, outputs, axes of variable length)."""
    torch.manual_seed(1)
    side, channels = model.image_size, model.hidden_dim
    features = graphs.VisionEncoder(model)(torch.rand(1, 3, side, side) * 255)
    named = dict(zip(("features4", "features8", "features16"), features))
    tokens = graphs.memory_positions(model).shape[0]
    memory = {
        "features16": named["features16"],
        "memory": torch.randn(3, tokens, model.mem_dim),
        "temporal": model.maskmem_tpos_enc.flatten(1)[[6, 0, 1]],
        "pointers": torch.randn(4, channels),
    }
    variable = {"memory": {0: "memories"}, "temporal": {0: "memories"}, "pointers": {0: "pointers"}}
    if model.add_tpos_enc_to_obj_ptrs:
        memory["distance"] = torch.tensor([5.0, 1.0, 2.0, 3.0])
        variable["distance"] = {0: "pointers"}
    remembered = {
        "features16": named["features16"],
        "mask": 8 * torch.randn(1, 1, side // 4, side // 4),
        "from_prompt": torch.zeros(1, 1),
    }
    if model.no_obj_embed_spatial is not None:
        remembered["score"] = torch.full((1, 1), -1.0)
    decoder = named | {
        "points": torch.tensor([[[side * 0.3, side * 0.4], [side * 0.6, side * 0.7]]]),
        "labels": torch.tensor([[2.0, 3.0]]),
        "mask": 8 * torch.randn(1, 1, side // 4, side // 4),
        "has_mask": torch.ones(1, 1),
    }
    return {
        "vision_encoder": (
            graphs.VisionEncoder(model),
            {"image": (torch.rand(1, 3, side, side) * 255).round()},
            ["features4", "features8", "features16"],
            {},
        ),
        "mask_decoder": (
            graphs.MaskDecoder(model),
            decoder,
            ["masks", "iou", "object_pointers", "object_score"],
            {"points": {1: "points"}, "labels": {1: "points"}},
        ),
        "memory_attention": (graphs.MemoryAttention(model), memory, ["conditioned"], variable),
        "memory_encoder": (graphs.MemoryEncoder(model), remembered, ["memory"], {}),
    }


# MARK: What is written beside the graphs


def file_entry(file: pathlib.Path) -> dict:
    data = file.read_bytes()
    return {"file": file.name, "bytes": len(data), "sha256": hashlib.sha256(data).hexdigest()}


def tensors(file: pathlib.Path) -> dict:
    """Names and shapes of a graph's inputs and outputs; 0 stands for a variable length."""
    import onnx

    graph = onnx.load(file, load_external_data=False).graph
    return {
        kind: [
            {"name": value.name, "shape": [size.dim_value for size in value.type.tensor_type.shape.dim]}
            for value in getattr(graph, kind[:-1])
        ]
        for kind in ("inputs", "outputs")
    }


def write_constants(constants: dict, file: pathlib.Path) -> dict:
    """One file of little-endian float32 values, one constant after the other."""
    data, values = b"", []
    for name, value in constants.items():
        values.append({"name": name, "shape": list(value.shape), "offset": len(data) // 4})
        data += value.numpy().astype("<f4").tobytes()
    file.write_bytes(data)
    return file_entry(file) | {"values": values}


# MARK: Comparing with the reference


def expected(model, name: str, inputs: dict) -> list:
    """What the reference itself, not the module that was exported, makes of these inputs."""
    if name == "vision_encoder":
        mean, deviation = (torch.tensor(values).view(3, 1, 1) for values in (graphs.MEAN, graphs.DEVIATION))
        return model.forward_image((inputs["image"] / 255.0 - mean) / deviation)["backbone_fpn"]
    if name == "mask_decoder":
        sparse, dense = model.sam_prompt_encoder(
            points=(inputs["points"], inputs["labels"].int()),
            boxes=None,
            masks=inputs["mask"] if inputs["has_mask"].item() else None,
        )
        masks, iou, tokens, score = model.sam_mask_decoder.predict_masks(
            image_embeddings=inputs["features16"],
            image_pe=model.sam_prompt_encoder.get_dense_pe(),
            sparse_prompt_embeddings=sparse,
            dense_prompt_embeddings=dense,
            repeat_image=False,
            high_res_features=[inputs["features4"], inputs["features8"]],
        )
        return [masks, iou, model.obj_ptr_proj(tokens), score]
    if name == "memory_encoder":
        side = inputs["features16"].shape[-1]
        high = torch.nn.functional.interpolate(
            inputs["mask"], size=(model.image_size,) * 2, mode="bilinear", align_corners=False
        )
        memory, _ = model._encode_new_memory(
            [inputs["features16"].flatten(2).permute(2, 0, 1)],
            [(side, side)],
            high,
            inputs.get("score", torch.ones(1, 1)),
            bool(inputs["from_prompt"].item()),
        )
        return [memory if memory.ndim == 3 else memory.flatten(2).transpose(1, 2)]
    return [attended(model, inputs)]


def attended(model, inputs: dict):
    """The reference's memory attention with its complex rotary positions."""
    from sam2.modeling.sam2_utils import get_1d_sine_pe

    side, width = inputs["features16"].shape[-1], model.mem_dim
    count, parts = inputs["pointers"].shape[0], model.hidden_dim // width
    place = model.image_encoder.neck.position_encoding(inputs["features16"]).flatten(2).permute(2, 0, 1)
    memory = inputs["memory"].reshape(-1, 1, width)
    placed = (graphs.memory_positions(model) + inputs["temporal"][:, None]).reshape(-1, 1, width)
    pointers = inputs["pointers"].reshape(-1, 1, width)
    places = torch.zeros(count, width)
    if model.add_tpos_enc_to_obj_ptrs:
        distance = inputs["distance"] / (model.max_obj_ptrs_in_encoder - 1)
        places = model.obj_ptr_tpos_proj(get_1d_sine_pe(distance, dim=model.hidden_dim))
    places = places[:, None].repeat_interleave(parts, dim=0)
    frames = {"num_spatial_mem": inputs["memory"].shape[0]} if getattr(model, "spatial_perceiver", None) else {}
    out = model.memory_attention(
        curr=inputs["features16"].flatten(2).permute(2, 0, 1),
        curr_pos=place,
        memory=torch.cat((memory, pointers)),
        memory_pos=torch.cat((placed, places)),
        num_obj_ptr_tokens=count * parts,
        **frames,
    )
    return out.permute(1, 2, 0).reshape(1, -1, side, side)


def variations(model, name: str, inputs: dict):
    """The inputs that were exported with, and others that a track has: another length, the other branch of a choice."""
    yield inputs
    torch.manual_seed(2)
    if name == "mask_decoder":
        yield inputs | {
            "points": torch.zeros(1, 1, 2),
            "labels": -torch.ones(1, 1),
            "has_mask": torch.zeros(1, 1),
            "mask": torch.zeros_like(inputs["mask"]),
        }
    if name == "memory_encoder":
        yield inputs | {"from_prompt": torch.ones(1, 1)} | ({"score": torch.ones(1, 1)} if "score" in inputs else {})
    if name == "memory_attention":
        tokens, width = inputs["memory"].shape[1:]
        many = {
            "memory": torch.randn(7, tokens, width),
            "temporal": model.maskmem_tpos_enc.flatten(1)[[6, 5, 4, 3, 2, 1, 0]],
            "pointers": torch.randn(16, model.hidden_dim),
        }
        if "distance" in inputs:
            many["distance"] = torch.arange(16).float()
        yield inputs | many
        yield inputs | {key: value[:1] for key, value in inputs.items() if key != "features16"}


def runtimes(file: str, outputs: list) -> list:
    """Names of the runtimes and functions that run the graph in float32 on one thread."""
    import onnxruntime
    import openvino

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    options.log_severity_level = 3
    session = onnxruntime.InferenceSession(file, options, providers=["CPUExecutionProvider"])
    settings = {"INFERENCE_PRECISION_HINT": "f32", "INFERENCE_NUM_THREADS": 1, "PERFORMANCE_HINT": "LATENCY"}
    compiled = openvino.Core().compile_model(file, "CPU", settings)

    def run_openvino(given):
        results = compiled(given)
        return [results[output] for output in outputs]

    return [("onnxruntime", lambda given: session.run(outputs, given)), ("OpenVINO", run_openvino)]


def check(model, out: pathlib.Path) -> bool:
    """Prints the errors and the processor time of each graph; false when an error is too large."""
    sound = True
    for name, (_, inputs, outputs, _) in plan(model).items():
        runs = runtimes(str(out / f"{name}.onnx"), outputs)
        for given in variations(model, name, inputs):
            wanted = [value.detach().numpy() for value in expected(model, name, given)]
            arrays = {key: value.numpy() for key, value in given.items()}
            case = f"{name} ({given['memory'].shape[0]} memories)" if "memory" in given else name
            for runtime, run in runs:
                begin = time.process_time()
                found = run(arrays)
                milliseconds = 1000 * (time.process_time() - begin)
                for output, mine, theirs in zip(outputs, found, wanted):
                    within, text = judged(mine, theirs)
                    sound &= within
                    print(f"check: {case:29} {runtime:11} {milliseconds:6.0f} ms  {output:15} {text}", flush=True)
    return sound


def judged(mine, theirs) -> tuple[bool, str]:
    if mine.shape != theirs.shape:
        return False, f"shape {mine.shape} instead of {theirs.shape}"
    error, size = np.abs(mine - theirs), float(np.abs(theirs).mean())
    within = bool(error.max() <= LARGEST_ERROR * max(1.0, size) and error.mean() <= MEAN_ERROR * max(1.0, size))
    verdict = "" if within else "  TOO LARGE"
    return within, f"error max {error.max():.1e}, mean {error.mean():.1e}, of {size:.2g}{verdict}"


if __name__ == "__main__":
    main()
