"""Makes everything matter in a network with random weights: as they come, its attention is spread evenly over everything
and its answers hardly differ. What it finds has no meaning; that two programs agree about it has."""

import torch

from . import clip

# What the history of a track adds, as standard deviations beside features of about 1.
CONSTANTS = {
    "maskmem_tpos_enc": 1.0,
    "no_mem_embed": 1.0,
    "no_obj_ptr": 1.0,
    "no_obj_embed_spatial": 0.5,
}
# Factors of the queries' weights: attention that chooses.
MEMORY_QUERY, DECODER_QUERY = 4.0, 3.0
# Wanted means and standard deviations over a clip.
LOGITS, SCORE, IOU = 6.0, (0.8, 2.0), (0.0, 1.0)


def sharpen(model, log=print) -> None:
    with torch.no_grad():
        for name, deviation in CONSTANTS.items():
            value = getattr(model, name, None)
            if value is not None:
                value.mul_(deviation / value.std())
        for layer in model.memory_attention.layers:
            layer.self_attn.q_proj.weight.mul_(MEMORY_QUERY)
            layer.cross_attn_image.q_proj.weight.mul_(MEMORY_QUERY)
            layer.cross_attn_image.out_proj.weight.mul_(2)
        for name, module in model.sam_mask_decoder.transformer.named_modules():
            if hasattr(module, "q_proj"):
                module.q_proj.weight.mul_(DECODER_QUERY)
        if hasattr(model.mask_downsample, "weight"):
            model.mask_downsample.weight.mul_(10)
        spread_answers(model, log)


def spread_answers(model, log) -> None:
    """Sets the last layers so that masks, scores and predicted IoU spread over a clip as wanted."""
    decoder = model.sam_mask_decoder
    heads = {"iou": decoder.iou_prediction_head, "score": decoder.pred_obj_score_head}
    before: dict = {name: [] for name in heads}
    hooks = [
        head.layers[-1].register_forward_hook(lambda _, __, out, name=name: before[name].append(out[0].clone()))
        for name, head in heads.items()
    ]
    masks: list = []
    predict = decoder.predict_masks

    def predicted(**given):
        answer = predict(**given)
        masks.append(answer[0])
        return answer

    decoder.predict_masks = predicted
    track(model)
    decoder.predict_masks = predict
    for hook in hooks:
        hook.remove()
    for name, (mean, deviation) in (("iou", IOU), ("score", SCORE)):
        last, found = heads[name].layers[-1], torch.stack(before[name])
        factor = deviation / found.std(0).clamp(min=1e-3)
        log(f"sharpen: {name} varied by {found.std(0).tolist()}")
        last.weight.mul_(factor[:, None])
        last.bias.copy_(mean + (last.bias - found.mean(0)) * factor)
    spread = torch.cat(masks).std((0, 2, 3))
    log(f"sharpen: masks varied by {spread.tolist()}")
    for mlp, deviation in zip(decoder.output_hypernetworks_mlps, spread):
        mlp.layers[-1].weight.mul_(LOGITS / deviation)
        mlp.layers[-1].bias.mul_(LOGITS / deviation)


def track(model, frames: int = 8) -> None:
    """Follows something through some frames of the clip, with the reference's own tracking step."""
    scene = clip.parity_scene()
    history: dict = {"cond_frame_outputs": {}, "non_cond_frame_outputs": {}}
    for number in range(frames):
        image = clip.prepared(scene.frame(4 * number), model.image_size)[None]
        _, features, places, sizes = model._prepare_backbone_features(model.forward_image(image))
        points = {"point_coords": torch.tensor([[[20.0, 40.0]]]), "point_labels": torch.ones(1, 1, dtype=torch.int32)}
        out = model.track_step(
            frame_idx=number,
            is_init_cond_frame=number == 0,
            current_vision_feats=features,
            current_vision_pos_embeds=places,
            feat_sizes=sizes,
            point_inputs=points if number == 0 else None,
            mask_inputs=None,
            output_dict=history,
            num_frames=frames,
        )
        history["non_cond_frame_outputs" if number else "cond_frame_outputs"][number] = out
