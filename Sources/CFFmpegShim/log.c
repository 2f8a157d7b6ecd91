#include "CFFmpegShim.h"

#include <stdatomic.h>
#include <string.h>

// Decoders log from several threads.
struct aw_damage {
    atomic_int lost_references;
    atomic_int concealed;
};

// What decoders say only in their log: there is no other sign of it in some of them (H.265 sets no flag for a missing
// reference, MJPEG none for a picture that breaks off).
static const char *const lost_references[] = {
    "Frame num gap",
    "Missing reference picture",
    "reference picture missing during reorder",
    "Could not find ref with POC",
    "Missing reference frame",
};

static const char *const concealed[] = {
    "concealing %d DC",
    "error while decoding MB",
    "Reference not available for error concealing",
    "Previous slice segment missing",
    "First slice in a frame missing",
    "Independent slice segment missing",
    "CABAC_MAX_BIN",
    "corrupted macroblock",
    "damaged at %d %d",
    "tex damaged",
    "Error at MB",
    "overread %d",
    "error count: %d",
    "error dc",
    "error y=%d x=%d",
    "bad vlc",
};

static int says_one_of(const char *format, const char *const *texts, size_t count) {
    for (size_t i = 0; i < count; i++)
        if (strstr(format, texts[i]) != NULL) return 1;
    return 0;
}

// FFmpeg's messages may hold URLs with passwords, and what matters in them comes back as an error code: they are dropped,
// but for what a decoder says about damage.
static void take_message(void *context, int level, const char *format, va_list arguments) {
    (void)level;
    (void)arguments;
    if (context == NULL || *(const AVClass **)context != avcodec_get_class()) return;
    struct aw_damage *damage = ((AVCodecContext *)context)->opaque;
    if (damage == NULL) return;
    if (says_one_of(format, lost_references, sizeof lost_references / sizeof *lost_references))
        atomic_fetch_add(&damage->lost_references, 1);
    else if (says_one_of(format, concealed, sizeof concealed / sizeof *concealed))
        atomic_fetch_add(&damage->concealed, 1);
}

void aw_take_messages(void) { av_log_set_callback(take_message); }

struct aw_damage *aw_damage_make(AVCodecContext *context) {
    struct aw_damage *damage = av_mallocz(sizeof *damage);
    context->opaque = damage;
    return damage;
}

int aw_damage_lost_references(struct aw_damage *damage) {
    return damage == NULL ? 0 : atomic_exchange(&damage->lost_references, 0);
}

int aw_damage_concealed(struct aw_damage *damage) {
    return damage == NULL ? 0 : atomic_exchange(&damage->concealed, 0);
}
