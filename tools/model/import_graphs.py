"""Brings the weights of exported graphs back into the trainer, so that training can go on from files in `models/`.

    python -m tools.model.import_graphs --models models/compact

The exporter names the transposed weights of linear layers by the order of the graph. Which parameter such a name stands
for is found by exporting a network of random weights and looking its values up. The command checks the result: the
imported network against onnxruntime.
"""

import argparse
import io

import numpy as np
import onnx
import torch
from onnx import numpy_helper

from .export import OPSET, graphs
from .network import Compact


def _initialisers(proto) -> dict:
    """Name -> float array, without the suffix of halved weights."""
    arrays = {}
    for tensor in proto.graph.initializer:
        values = numpy_helper.to_array(tensor)
        if values.dtype in (np.float16, np.float32):
            arrays[tensor.name.removesuffix("_f16")] = values.astype(np.float32)
    return arrays


def import_graphs(folder: str) -> Compact:
    """The network whose exported graphs are in `folder`.

    Raises ValueError when a parameter is not found in them."""
    random = Compact().eval()
    with torch.no_grad():
        for tensor in [*random.parameters(), *random.buffers()]:
            tensor.copy_(torch.rand_like(tensor) + 0.5)
    own = {name: value for name, value in random.state_dict().items()}
    prints = {}
    for name, value in own.items():
        prints[value.numpy().astype(np.float32).tobytes()] = (name, False)
        if value.dim() == 2:
            prints[np.ascontiguousarray(value.numpy().T).tobytes()] = (name, True)
    found = {}
    for graph, (module, inputs, outputs) in graphs(random).items():
        stream = io.BytesIO()
        example = tuple(torch.zeros(shape) for _, shape in inputs)
        torch.onnx.export(
            module.eval(), example, stream, input_names=[name for name, _ in inputs], output_names=outputs,
            opset_version=OPSET, dynamo=False,
        )  # fmt: skip
        named = _initialisers(onnx.load_from_string(stream.getvalue()))
        stored = _initialisers(onnx.load(f"{folder}/{graph}.onnx"))
        for key, values in named.items():
            known = prints.get(values.tobytes())
            if known is not None:
                name, turned = known
                found[name] = torch.from_numpy(np.array(stored[key].T if turned else stored[key]))
    missing = [name for name in own if name not in found]
    if missing:
        raise ValueError(f"not in the graphs of {folder}: {', '.join(missing)}")
    model = Compact()
    model.load_state_dict({name: found[name].reshape(own[name].shape) for name in own})
    return model.eval()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--models", required=True)
    args = parser.parse_args()
    from .graphs import Graphs

    model, runtime = import_graphs(args.models), Graphs(args.models, "onnxruntime")
    worst = 0.0
    for graph, (module, inputs, outputs) in graphs(model).items():
        arrays = [torch.rand(shape) * (255 if name == "image" else 1) for name, shape in inputs]
        with torch.no_grad():
            truth = module.eval()(*arrays)
        truth = truth if isinstance(truth, tuple) else (truth,)
        answers = runtime.run(graph, {name: value.numpy() for (name, _), value in zip(inputs, arrays)})
        for key, value in zip(outputs, truth):
            gap = np.abs(answers[key] - value.numpy()).max() / max(1.0, float(value.abs().max()))
            worst = max(worst, float(gap))
            print(f"import: {graph}.{key}: off by {gap:.2e}", flush=True)
    if worst > 2e-2:
        raise SystemExit("import: the imported network does not compute what the graphs compute")


if __name__ == "__main__":
    main()
