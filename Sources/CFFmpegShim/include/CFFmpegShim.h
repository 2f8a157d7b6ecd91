// What Swift can't import from FFmpeg's headers: macros with casts, variadic functions, arrays of plane pointers.
#ifndef AISLEWATCH_CFFMPEG_SHIM_H
#define AISLEWATCH_CFFMPEG_SHIM_H

#include <errno.h>
#include <libavcodec/avcodec.h>
#include <libavformat/avformat.h>
#include <libavutil/avutil.h>
#include <libavutil/error.h>
#include <libavutil/hwcontext.h>
#include <libswscale/swscale.h>

static const int64_t aw_no_timestamp = AV_NOPTS_VALUE;
static const int aw_error_again = AVERROR(EAGAIN);
static const int aw_error_end = AVERROR_EOF;
static const int aw_error_exit = AVERROR_EXIT;
static const int aw_error_invalid_data = AVERROR_INVALIDDATA;
static const int aw_error_invalid_argument = AVERROR(EINVAL);
static const int aw_error_io = AVERROR(EIO);
static const int aw_error_timed_out = AVERROR(ETIMEDOUT);
static const int aw_error_refused = AVERROR(ECONNREFUSED);
static const int aw_error_reset = AVERROR(ECONNRESET);
static const int aw_error_host_unreachable = AVERROR(EHOSTUNREACH);
static const int aw_error_network_unreachable = AVERROR(ENETUNREACH);
static const int aw_error_no_entry = AVERROR(ENOENT);
static const int aw_error_access = AVERROR(EACCES);
static const int aw_error_no_protocol = AVERROR_PROTOCOL_NOT_FOUND;
static const int aw_error_no_decoder = AVERROR_DECODER_NOT_FOUND;
static const int aw_error_unauthorized = AVERROR_HTTP_UNAUTHORIZED;
static const int aw_error_forbidden = AVERROR_HTTP_FORBIDDEN;
static const int aw_error_http_not_found = AVERROR_HTTP_NOT_FOUND;
static const int aw_error_http_bad_request = AVERROR_HTTP_BAD_REQUEST;
static const int aw_error_http_other = AVERROR_HTTP_OTHER_4XX;
static const int aw_error_http_server = AVERROR_HTTP_SERVER_ERROR;

static const unsigned aw_tag_hvc1 = MKTAG('h', 'v', 'c', '1');

/// From now on FFmpeg's messages go nowhere, but for what decoders with an `aw_damage` say about damage.
void aw_take_messages(void);

/// What a decoder has said about damage since it was asked last.
struct aw_damage;

/// Puts one into the decoder's `opaque`; freed by `av_free`, after the decoder. NULL without memory.
struct aw_damage *aw_damage_make(AVCodecContext *context);
/// Complaints about pictures that were referred to and are not there, since the last call.
int aw_damage_lost_references(struct aw_damage *damage);
/// Complaints about what could not be read in a picture, since the last call.
int aw_damage_concealed(struct aw_damage *damage);

/// Has a decoder that is not open yet decode with the device, where it takes the stream; else it decodes in software.
/// Negative when the decoder knows no such device or there is none.
int aw_use_device(AVCodecContext *context, enum AVHWDeviceType type);
/// The same picture in memory, when it lies in a device's; else 0 and nothing is done. Negative on failure.
int aw_fetch(AVFrame *frame, AVFrame *target);

/// `sws_scale` from three planes to one packed plane, without arrays on the caller's side.
static inline int aw_scale(struct SwsContext *context, const uint8_t *y, int y_stride, const uint8_t *u, int u_stride,
                           const uint8_t *v, int v_stride, int height, uint8_t *out, int out_stride) {
    const uint8_t *planes[4] = {y, u, v, NULL};
    const int strides[4] = {y_stride, u_stride, v_stride, 0};
    uint8_t *out_planes[4] = {out, NULL, NULL, NULL};
    const int out_strides[4] = {out_stride, 0, 0, 0};
    return sws_scale(context, planes, strides, 0, height, out_planes, out_strides);
}

/// `sws_scale` from one packed plane into a frame.
static inline int aw_scale_packed(struct SwsContext *context, const uint8_t *pixels, int stride, int height,
                                  AVFrame *target) {
    const uint8_t *planes[4] = {pixels, NULL, NULL, NULL};
    const int strides[4] = {stride, 0, 0, 0};
    return sws_scale(context, planes, strides, 0, height, target->data, target->linesize);
}

/// `sws_scale` of a whole frame into one packed plane.
static inline int aw_scale_to_packed(struct SwsContext *context, const AVFrame *source, uint8_t *out, int out_stride) {
    uint8_t *planes[4] = {out, NULL, NULL, NULL};
    const int strides[4] = {out_stride, 0, 0, 0};
    return sws_scale(context, (const uint8_t *const *)source->data, source->linesize, 0, source->height, planes, strides);
}

/// `sws_scale` of a whole frame into another.
static inline int aw_scale_frame(struct SwsContext *context, const AVFrame *source, AVFrame *target) {
    return sws_scale(context, (const uint8_t *const *)source->data, source->linesize, 0, source->height, target->data,
                     target->linesize);
}

#endif
