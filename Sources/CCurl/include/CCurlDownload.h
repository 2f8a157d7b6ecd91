// One file by HTTP through libcurl, which knows proxies (http_proxy, https_proxy, no_proxy) and the system's certificates.
#ifndef AISLEWATCH_CCURL_DOWNLOAD_H
#define AISLEWATCH_CCURL_DOWNLOAD_H

#include <stddef.h>

struct aw_download_answer;

struct aw_download {
    const char *url;
    int https_only;           // no plain HTTP, not after a redirect either
    long long offset;         // the first byte that is wanted; 0: the whole file
    const char *if_range;     // the file's ETag or date, for `offset` > 0; NULL: none
    long connect_timeout_ms;
    long stall_seconds;       // no byte for so long: given up
    // Both return 0 to go on, anything else to stop. `answer` is called once, before the first byte of a body of a status
    // below 300; its strings are valid during the call.
    int (*answer)(void *context, const struct aw_download_answer *answer);
    int (*bytes)(void *context, const unsigned char *data, size_t length);
    void *context;
};

// The head of the answer, after all redirects.
struct aw_download_answer {
    long status;
    long long content_length;  // -1: not said
    const char *content_range; // "" where there is none
    const char *etag;
    const char *last_modified;
};

struct aw_download_result {
    int code;              // CURLcode; 0: the server has sent all that it said it would
    long status;           // the last HTTP status, 0 when there was none
    int is_stopped;        // one of the functions said so
    int is_offline;        // the server or the proxy could not be reached
    int is_broken_off;     // what was begun can be gone on with
    int is_tls_error;
    char message[256];     // libcurl's own words
};

// Blocks until it is over.
struct aw_download_result aw_download_run(const struct aw_download *download);

#endif
