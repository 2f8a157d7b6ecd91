"""The four graphs: modules over the reference's own weights that do in real numbers, and with fixed shapes but for the
number of memories, pointers and points, what the reference does.

Everything that depends on the history of a track is an input; everything that depends on the model alone is inside,
except the few constants that the program adds itself (`host_constants`).
"""

import math

import torch
import torch.nn.functional as F
from torch import nn

MEAN, DEVIATION = (0.485, 0.456, 0.406), (0.229, 0.224, 0.225)


class VisionEncoder(nn.Module):
    """A frame, RGB from 0 to 255 → features at strides 4, 8 and 16, ready for the decoder."""

    def __init__(self, model):
        super().__init__()
        self.model = model
        self.register_buffer("mean", torch.tensor(MEAN).view(1, 3, 1, 1))
        self.register_buffer("deviation", torch.tensor(DEVIATION).view(1, 3, 1, 1))

    def forward(self, image):
        return tuple(self.model.forward_image((image / 255 - self.mean) / self.deviation)["backbone_fpn"])


class MaskDecoder(nn.Module):
    """Features, points and, where `has_mask` is 1, an earlier mask's logits → all four masks (the single one first, then
    the three of an ambiguous prompt), their predicted IoU, an object pointer for each, and the score of the object's
    presence. Which mask counts is decided by the caller."""

    def __init__(self, model):
        super().__init__()
        self.prompts, self.decoder, self.to_pointer = (
            model.sam_prompt_encoder,
            model.sam_mask_decoder,
            model.obj_ptr_proj,
        )
        self.side = float(model.image_size)
        self.register_buffer("positions", model.sam_prompt_encoder.get_dense_pe())

    def embed_points(self, points, labels):
        """As `PromptEncoder._embed_points`, without the writes in place of older versions."""
        points = torch.cat((points + 0.5, torch.zeros_like(points[:, :1])), 1)
        labels = torch.cat((labels, torch.zeros_like(labels[:, :1]) - 1), 1)[..., None]
        embedding = self.prompts.pe_layer._pe_encoding(points / self.side)
        embedding = embedding * (labels != -1).float()
        kinds = [self.prompts.not_a_point_embed] + list(self.prompts.point_embeddings)
        for label, kind in enumerate(kinds, start=-1):
            embedding = embedding + (labels == label).float() * kind.weight
        return embedding

    def forward(self, features4, features8, features16, points, labels, mask, has_mask):
        none = self.prompts.no_mask_embed.weight.reshape(1, -1, 1, 1)
        given = has_mask[..., None, None]
        dense = given * self.prompts.mask_downscaling(mask) + (1 - given) * none
        masks, iou, tokens, score = self.decoder.predict_masks(
            image_embeddings=features16,
            image_pe=self.positions,
            sparse_prompt_embeddings=self.embed_points(points, labels),
            dense_prompt_embeddings=dense,
            repeat_image=False,
            high_res_features=[features4, features8],
        )
        return masks, iou, self.to_pointer(tokens), score


class MemoryEncoder(nn.Module):
    """Features and a mask's logits → what is remembered of the frame. `from_prompt` 1: the mask is what a person saw
    and is taken as it is; otherwise as probabilities."""

    def __init__(self, model):
        super().__init__()
        self.model = model

    def forward(self, features16, mask, from_prompt, score=None):
        model = self.model
        high = F.interpolate(mask, size=(model.image_size,) * 2, mode="bilinear", align_corners=False)
        given = from_prompt[..., None, None]
        mask = given * (high > 0).float() + (1 - given) * high.sigmoid()
        mask = mask * model.sigmoid_scale_for_mem_enc + model.sigmoid_bias_for_mem_enc
        out = model.memory_encoder(features16, mask, skip_mask_sigmoid=True)
        memory, position = out["vision_features"], out["vision_pos_enc"][0]
        if model.no_obj_embed_spatial is not None:
            absent = 1 - (score > 0).float()
            memory = memory + absent[..., None, None] * model.no_obj_embed_spatial[..., None, None]
        perceiver = getattr(model, "spatial_perceiver", None)
        if perceiver is not None:
            return perceiver(memory, position)[0]
        return memory.flatten(2).transpose(1, 2)


def memory_positions(model):
    """The place of each token of a memory, `[tokens, width]`: the same for every frame."""
    side, width = model.image_size // model.backbone_stride, model.mem_dim
    position = model.memory_encoder.position_encoding(torch.zeros(1, width, side, side))
    perceiver = getattr(model, "spatial_perceiver", None)
    if perceiver is not None:
        return perceiver(torch.zeros(1, width, side, side), position)[1][0]
    return position.flatten(2).transpose(1, 2)[0]


class Rotary:
    """Rotary positions as products of real numbers: complex tensors have no ONNX form."""

    def __init__(self, owner: nn.Module, name: str, table):
        self.owner, self.name = owner, name
        owner.register_buffer(f"{name}_cosine", table.real.contiguous())
        owner.register_buffer(f"{name}_sine", table.imag.contiguous())
        self.tokens = table.shape[0]

    def __call__(self, x):
        """Turns the pairs of neighbouring channels of the last `tokens` rows; what stands before them has no place."""
        cosine, sine = getattr(self.owner, f"{self.name}_cosine"), getattr(self.owner, f"{self.name}_sine")
        before, x = x[..., : x.shape[-2] - self.tokens, :], x[..., x.shape[-2] - self.tokens :, :]
        even, odd = x[..., 0::2], x[..., 1::2]
        turned = torch.stack((even * cosine - odd * sine, even * sine + odd * cosine), -1).flatten(-2)
        return torch.cat((before, turned), -2) if before.shape[-2] else turned


class MemoryAttention(nn.Module):
    """Features and what is remembered → features that know the object.

    memory    [frames, tokens, width], as the memory encoder made them
    temporal  [frames, width], the row of `temporal_positions` for how long ago each was
    pointers  [pointers, channels]; distance [pointers]: frames between each pointer and now, where the model uses it
    """

    def __init__(self, model):
        super().__init__()
        attention = model.memory_attention
        self.layers, self.norm, self.width = attention.layers, attention.norm, model.mem_dim
        side = model.image_size // model.backbone_stride
        position = model.image_encoder.neck.position_encoding(torch.zeros(1, 1, side, side))
        scale = 0.1 if attention.pos_enc_at_input else 0.0
        self.register_buffer("place", scale * position.flatten(2).transpose(1, 2))
        self.register_buffer("memory_place", memory_positions(model))
        self.knows_distance = model.add_tpos_enc_to_obj_ptrs
        if self.knows_distance:
            assert model.proj_tpos_enc_in_obj_ptrs, "pointers' positions are projected in every published model"
            self.from_distance, self.farthest = model.obj_ptr_tpos_proj, float(model.max_obj_ptrs_in_encoder - 1)
            half = model.hidden_dim // 2
            power = 2 * (torch.arange(half) // 2) / half
            self.register_buffer("periods", 10000.0**power)
        self.rotaries = []
        for number, layer in enumerate(self.layers):
            assert not layer.pos_enc_at_attn and not layer.pos_enc_at_cross_attn_queries
            own, cross = layer.self_attn, layer.cross_attn_image
            grid = own.compute_cis(end_x=side, end_y=side)
            keys = getattr(cross, "freqs_cis_k", grid)
            self.rotaries.append(
                [
                    Rotary(self, f"{name}{number}", table)
                    for name, table in (("own", grid), ("query", grid), ("key", keys))
                ]
            )

    def pointer_places(self, pointers, distance):
        if not self.knows_distance:
            return torch.zeros_like(pointers[:, : self.width])
        angle = (distance / self.farthest)[:, None] / self.periods
        return self.from_distance(torch.cat((angle.sin(), angle.cos()), -1))

    def forward(self, features16, memory, temporal, pointers, distance=None):
        state = features16.flatten(2).transpose(1, 2) + self.place
        parts = pointers.shape[1] // self.width
        places = self.pointer_places(pointers, distance)[:, None].expand(-1, parts, -1).reshape(1, -1, self.width)
        pointers = pointers.reshape(1, -1, self.width)
        placed = memory + self.memory_place + temporal[:, None]
        values = torch.cat((memory.reshape(1, -1, self.width), pointers), 1)
        for layer, (own, query, key) in zip(self.layers, self.rotaries):
            x = layer.norm1(state)
            attention = layer.self_attn
            state = state + attention.out_proj(
                attend(own(attention.q_proj(x)), own(attention.k_proj(x)), attention.v_proj(x))
            )
            attention = layer.cross_attn_image
            keys = key(attention.k_proj(placed)).reshape(1, -1, attention.internal_dim)
            keys = torch.cat((keys, attention.k_proj(pointers + places)), 1)
            state = state + attention.out_proj(
                attend(query(attention.q_proj(layer.norm2(state))), keys, attention.v_proj(values))
            )
            state = state + layer.linear2(layer.activation(layer.linear1(layer.norm3(state))))
        return self.norm(state).transpose(1, 2).reshape(features16.shape)


def attend(queries, keys, values):
    """Attention with one head."""
    weights = (queries / math.sqrt(queries.shape[-1])) @ keys.transpose(1, 2)
    return weights.softmax(-1) @ values


def host_constants(model) -> dict:
    """What the program adds itself."""
    constants = {
        "no_memory_embedding": model.no_mem_embed.flatten(),
        "temporal_positions": model.maskmem_tpos_enc.flatten(1),
        "no_object_pointer": model.no_obj_ptr.flatten(),
        "mask_downsample_weight": model.mask_downsample.weight.reshape(4, 4),
        "mask_downsample_bias": model.mask_downsample.bias,
    }
    return {name: value.detach().float().contiguous() for name, value in constants.items()}


def settings(model) -> dict:
    """The reference's settings on which the program's side depends."""
    decoder = model.sam_mask_decoder
    fixed = {
        "directly_add_no_mem_embed": True,
        "use_mask_input_as_output_without_sam": True,
        "multimask_output_in_sam": True,
        "multimask_output_for_tracking": True,
        "use_multimask_token_for_obj_ptr": True,
        "pred_obj_scores": True,
        "fixed_no_obj_ptr": True,
        "soft_no_obj_ptr": False,
        "use_obj_ptrs_in_encoder": True,
        "only_obj_ptrs_in_the_past_for_eval": True,
        "memory_temporal_stride_for_eval": 1,
        "non_overlap_masks_for_mem_enc": False,
    }
    for name, value in fixed.items():
        if getattr(model, name) != value:
            raise SystemExit(f"export: {name} is {getattr(model, name)}; the program counts on {value}")
    return {
        "imageSide": model.image_size,
        "maskSide": model.image_size // 4,
        "channels": model.hidden_dim,
        "memoryWidth": model.mem_dim,
        "memoryTokens": int(memory_positions(model).shape[0]),
        "memories": model.num_maskmem,
        "pointers": model.max_obj_ptrs_in_encoder,
        "hasPointerDistance": bool(model.add_tpos_enc_to_obj_ptrs),
        "hasSignedDistance": bool(model.use_signed_tpos_enc_to_obj_ptrs),
        "hasAbsentEmbedding": model.no_obj_embed_spatial is not None,
        "binarisesPromptedMasks": bool(model.binarize_mask_from_pts_for_mem_enc),
        "multimaskPoints": [model.multimask_min_pt_num, model.multimask_max_pt_num],
        "stabilityDelta": decoder.dynamic_multimask_stability_delta,
        "stabilityThreshold": decoder.dynamic_multimask_stability_thresh,
    }
