#include "CFFmpegShim.h"

#include <stdarg.h>
#include <stdatomic.h>
#include <string.h>

static _Atomic(void *) receiver;
static atomic_int threshold = AV_LOG_QUIET;

static void log_line(void *context, int level, const char *format, va_list arguments) {
    void (*receive)(int, const char *) = (void (*)(int, const char *))atomic_load(&receiver);
    if (receive == NULL || level > atomic_load(&threshold)) return;
    char line[1024];
    int prefix = 1;
    av_log_format_line2(context, level, format, arguments, line, sizeof line, &prefix);
    size_t length = strlen(line);
    while (length > 0 && (line[length - 1] == '\n' || line[length - 1] == '\r')) line[--length] = 0;
    if (length > 0) receive(level, line);
}

void aw_set_log(int level, void (*receive)(int level, const char *message)) {
    atomic_store(&threshold, level);
    atomic_store(&receiver, (void *)receive);
    av_log_set_callback(log_line);
}
