#include "CFFmpegShim.h"

#include <libavutil/pixdesc.h>

// The device's format where the decoder offers it; when it can't decode this stream the decoder asks again without it.
static enum AVPixelFormat choose_format(AVCodecContext *context, const enum AVPixelFormat *offered) {
    const AVHWDeviceContext *device = (const AVHWDeviceContext *)context->hw_device_ctx->data;
    const AVCodecHWConfig *config;
    for (int i = 0; (config = avcodec_get_hw_config(context->codec, i)) != NULL; i++) {
        if (config->device_type != device->type) continue;
        for (const enum AVPixelFormat *format = offered; *format != AV_PIX_FMT_NONE; format++)
            if (*format == config->pix_fmt) return *format;
    }
    for (const enum AVPixelFormat *format = offered; *format != AV_PIX_FMT_NONE; format++)
        if (!(av_pix_fmt_desc_get(*format)->flags & AV_PIX_FMT_FLAG_HWACCEL)) return *format;
    return AV_PIX_FMT_NONE;
}

int aw_use_device(AVCodecContext *context, enum AVHWDeviceType type) {
    const AVCodecHWConfig *config;
    for (int i = 0; (config = avcodec_get_hw_config(context->codec, i)) != NULL; i++)
        if (config->device_type == type && config->methods & AV_CODEC_HW_CONFIG_METHOD_HW_DEVICE_CTX) break;
    if (config == NULL) return AVERROR(ENOSYS);
    const int code = av_hwdevice_ctx_create(&context->hw_device_ctx, type, NULL, NULL, 0);
    if (code >= 0) context->get_format = choose_format;
    return code;
}

int aw_fetch(AVFrame *frame, AVFrame *target) {
    if (frame->hw_frames_ctx == NULL) return 0;
    const int code = av_hwframe_transfer_data(target, frame, 0);
    if (code < 0) return code;
    av_frame_copy_props(target, frame);
    return 1;
}
