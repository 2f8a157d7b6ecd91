// What Swift can't import from FFmpeg's headers: macros with casts, variadic functions, arrays of plane pointers.
#ifndef AISLEWATCH_CFFMPEG_SHIM_H
#define AISLEWATCH_CFFMPEG_SHIM_H

#include <errno.h>
#include <libavcodec/avcodec.h>
#include <libavformat/avformat.h>
#include <libavutil/avutil.h>
#include <libavutil/error.h>
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

/// Sends FFmpeg's messages to `receive` (already formatted, one line, no newline), or drops them when it is NULL.
void aw_set_log(int level, void (*receive)(int level, const char *message));

/// `sws_scale` from three planes to one packed plane, without arrays on the caller's side.
static inline int aw_scale(struct SwsContext *context, const uint8_t *y, int y_stride, const uint8_t *u, int u_stride,
                           const uint8_t *v, int v_stride, int height, uint8_t *out, int out_stride) {
    const uint8_t *planes[4] = {y, u, v, NULL};
    const int strides[4] = {y_stride, u_stride, v_stride, 0};
    uint8_t *out_planes[4] = {out, NULL, NULL, NULL};
    const int out_strides[4] = {out_stride, 0, 0, 0};
    return sws_scale(context, planes, strides, 0, height, out_planes, out_strides);
}

#endif
