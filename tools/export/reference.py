"""The published networks as their own packages build them, with a checkpoint or with seeded random weights.

Both packages are named `sam2`, so each lies in a folder of its own (`make_export.sh`) and a process uses one of them.
"""

import hashlib
import os
import pathlib
import sys

import torch

CODE = pathlib.Path(os.environ.get("AISLEWATCH_EXPORT_CODE", ".venv-export/code"))

# Model: (package, its configuration). The last two are small networks of the same kinds, for tests.
MODELS = {
    "edgetam": ("edgetam", "edgetam.yaml"),
    "sam2.1_hiera_tiny": ("sam2", "sam2.1/sam2.1_hiera_t.yaml"),
    "sam2.1_hiera_small": ("sam2", "sam2.1/sam2.1_hiera_s.yaml"),
    "sam2.1_hiera_base_plus": ("sam2", "sam2.1/sam2.1_hiera_b+.yaml"),
    "sam2.1_hiera_large": ("sam2", "sam2.1/sam2.1_hiera_l.yaml"),
    "mini_sam2": ("sam2", "sam2.1/sam2.1_hiera_t.yaml"),
    "mini_edgetam": ("edgetam", "edgetam.yaml"),
}

# Git's name (SHA-1 of "blob <size>\0" and the bytes) of checkpoints whose exact file is known.
GIT_BLOBS = {"edgetam": "abd54d22bbd22ba3e53cf59a307e59e0f3701be6"}

# What `build_sam2_video_predictor` adds to the configuration. Holes are not filled: the reference does so only where
# its CUDA extension is installed.
VIDEO_SETTINGS = {
    "_target_": "sam2.sam2_video_predictor.SAM2VideoPredictor",
    "binarize_mask_from_pts_for_mem_enc": True,
    "fill_hole_area": 0,
    "sam_mask_decoder_extra_args": {
        "dynamic_multimask_via_stability": True,
        "dynamic_multimask_stability_delta": 0.05,
        "dynamic_multimask_stability_thresh": 0.98,
    },
}

MINI_WIDTH, MINI_MEMORY, MINI_SIDE = 32, 8, 128


def build(name: str, checkpoint: str | None = None, seed: int = 0):
    """The video predictor of the package, in evaluation mode."""
    if name not in MODELS:
        raise SystemExit(f"export: there is no model {name}; there are {', '.join(MODELS)}")
    package, file = MODELS[name]
    _use(package)
    import sam2
    from hydra.utils import instantiate
    from omegaconf import OmegaConf

    folder = pathlib.Path(sam2.__file__).parent / "configs"
    config = OmegaConf.merge(OmegaConf.load(folder / file).model, VIDEO_SETTINGS)
    if name.startswith("mini"):
        config.image_encoder.trunk = {}
        config = OmegaConf.merge(config, _mini(package))
    torch.manual_seed(seed)
    model = instantiate(config, _recursive_=True)
    if name.startswith("mini"):
        _shrink_decoder(model)
    if checkpoint:
        _load(model, name, checkpoint)
    else:
        _unsettle(model)
    return model.eval().requires_grad_(False)


def _use(package: str) -> None:
    folder = CODE / package
    if not (folder / "sam2").is_dir():
        raise SystemExit(f"export: no code of {package} in {folder}; run tools/export/make_export.sh, which fetches it")
    sys.path.insert(0, str(folder.resolve()))
    if package == "edgetam":
        # The backbone's own weights would be downloaded, only to be replaced.
        _allow_any_torchvision()
        import timm.models

        create = timm.models.create_model
        timm.models.create_model = lambda *given, **named: create(*given, **{**named, "pretrained": False})


def _allow_any_torchvision() -> None:
    """torchvision's compiled part fits one build of torch only. None of its operators is used here, but its Python part
    does not load unless it finds these."""
    library = torch.library.Library("torchvision", "FRAGMENT")
    for name in ("nms", "qnms"):
        if not hasattr(torch.ops.torchvision, name):
            library.define(f"{name}(Tensor dets, Tensor scores, float iou_threshold) -> Tensor")
    _allow_any_torchvision.library = library  # kept: what it defines goes with it


def _load(model, name: str, checkpoint: str) -> None:
    file = pathlib.Path(checkpoint)
    if not file.is_file():
        raise SystemExit(f"export: there is no checkpoint {checkpoint}")
    data = file.read_bytes()
    known = GIT_BLOBS.get(name)
    found = hashlib.sha1(b"blob %d\0" % len(data) + data).hexdigest()
    if known and found != known:
        print(f"export: {checkpoint} is not the published file (git blob {found}, published {known})", file=sys.stderr)
    try:
        state = torch.load(file, map_location="cpu", weights_only=True)
        state = state.get("model", state)
    except Exception as error:
        raise SystemExit(f"export: {checkpoint} is no checkpoint: {str(error).splitlines()[0]}") from error
    try:
        model.load_state_dict(state)
    except RuntimeError as error:
        lines = str(error).splitlines()
        raise SystemExit(
            f"export: {checkpoint} does not belong to {name}: {lines[min(1, len(lines) - 1)].strip()[:200]}"
        ) from error


def _unsettle(model) -> None:
    """Parameters that begin as a constant (positions, biases, scales) get values of their own: what is zero proves
    nothing."""
    with torch.no_grad():
        for parameter in model.parameters():
            if parameter.numel() == 1 or parameter.std() == 0:
                parameter.add_(0.05 * torch.randn_like(parameter))


def _mini(package: str) -> dict:
    width, memory = MINI_WIDTH, MINI_MEMORY
    grid = MINI_SIDE // 16
    trunk = {
        "_target_": "sam2.modeling.backbones.hieradet.Hiera",
        "embed_dim": 8,
        "num_heads": 1,
        "stages": [1, 1, 2, 1],
        "global_att_blocks": [3],
        "window_pos_embed_bkg_spatial_size": [7, 7],
    }
    config = {
        "image_size": MINI_SIDE,
        "image_encoder": {
            "trunk": trunk,
            "neck": {
                "d_model": width,
                "backbone_channel_list": [64, 32, 16, 8],
                "position_encoding": {"num_pos_feats": width},
            },
        },
        "memory_attention": {
            "d_model": width,
            "num_layers": 2,
            "layer": {
                "d_model": width,
                "dim_feedforward": 64,
                "self_attention": {"embedding_dim": width, "feat_sizes": [grid, grid]},
                "cross_attention": {"embedding_dim": width, "kv_in_dim": memory},
            },
        },
        "memory_encoder": {
            "out_dim": memory,
            "in_dim": width,
            "position_encoding": {"num_pos_feats": memory},
            "mask_downsampler": {"embed_dim": width, "stride": 4},
            "fuser": {"layer": {"dim": width}},
        },
    }
    if package == "sam2":
        config["memory_attention"]["layer"]["cross_attention"]["feat_sizes"] = [grid, grid]
    else:
        config["memory_attention"]["layer"]["cross_attention"] |= {"q_sizes": [grid, grid], "k_sizes": [4, 4]}
        config["spatial_perceiver"] = {
            "dim": memory,
            "dim_head": memory,
            "num_latents": 16,
            "num_latents_2d": 16,
            "position_encoding": {"num_pos_feats": memory},
        }
    return config


def _shrink_decoder(model) -> None:
    """The decoder's inner widths stand in the code, not in the configuration."""
    from sam2.modeling.sam.transformer import TwoWayTransformer
    from sam2.modeling.sam2_utils import MLP

    decoder = model.sam_mask_decoder
    decoder.transformer = TwoWayTransformer(depth=2, embedding_dim=MINI_WIDTH, mlp_dim=64, num_heads=4)
    count = decoder.num_mask_tokens
    try:
        decoder.iou_prediction_head = MLP(MINI_WIDTH, MINI_WIDTH, count, 3, sigmoid_output=True)
    except TypeError:
        decoder.iou_prediction_head = MLP(MINI_WIDTH, MINI_WIDTH, count, 3)
