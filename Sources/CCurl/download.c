#include "CCurlDownload.h"

#include <curl/curl.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

struct transfer {
    const struct aw_download *download;
    CURL *curl;
    int is_told;  // `answer` was called
    int is_stopped;
    char content_range[128], etag[256], last_modified[64];
};

static void keep(char *place, size_t room, const char *value, size_t length) {
    while (length > 0 && (*value == ' ' || *value == '\t')) {
        value++;
        length--;
    }
    while (length > 0 && strchr("\r\n\t ", value[length - 1])) length--;
    // One that is too long is none: half an ETag names another file.
    if (length >= room) length = 0;
    memcpy(place, value, length);
    place[length] = 0;
}

static size_t read_header(char *line, size_t size, size_t count, void *context) {
    struct transfer *transfer = context;
    size_t length = size * count;
    if (length > 5 && strncasecmp(line, "HTTP/", 5) == 0) {
        // The head of another answer, after a redirect or from behind a proxy.
        transfer->content_range[0] = transfer->etag[0] = transfer->last_modified[0] = 0;
    }
#define HEADER(name, place) \
    if (length > sizeof name - 1 && strncasecmp(line, name, sizeof name - 1) == 0) \
        keep(transfer->place, sizeof transfer->place, line + sizeof name - 1, length - (sizeof name - 1))
    HEADER("Content-Range:", content_range);
    HEADER("ETag:", etag);
    HEADER("Last-Modified:", last_modified);
#undef HEADER
    return length;
}

// Tells the answer's head once.
static int tell(struct transfer *transfer) {
    struct aw_download_answer answer = {0};
    curl_off_t length = -1;
    if (transfer->is_told) return 0;
    transfer->is_told = 1;
    curl_easy_getinfo(transfer->curl, CURLINFO_RESPONSE_CODE, &answer.status);
    curl_easy_getinfo(transfer->curl, CURLINFO_CONTENT_LENGTH_DOWNLOAD_T, &length);
    answer.content_length = length;
    answer.content_range = transfer->content_range;
    answer.etag = transfer->etag;
    answer.last_modified = transfer->last_modified;
    transfer->is_stopped = transfer->download->answer(transfer->download->context, &answer) != 0;
    return transfer->is_stopped;
}

static size_t read_body(char *data, size_t size, size_t count, void *context) {
    struct transfer *transfer = context;
    size_t length = size * count;
    if (tell(transfer)) return 0;
    if (transfer->download->bytes(transfer->download->context, (const unsigned char *)data, length) != 0) {
        transfer->is_stopped = 1;
        return 0;
    }
    return length;
}

struct aw_download_result aw_download_run(const struct aw_download *download) {
    struct aw_download_result result = {0};
    struct transfer transfer = {.download = download};
    struct curl_slist *headers = NULL;
    const char *protocols = download->https_only ? "https" : "http,https";
    char line[400];
    CURL *curl = curl_easy_init();
    transfer.curl = curl;
    if (!curl) {
        result.code = CURLE_FAILED_INIT;
        return result;
    }
    if (download->offset > 0) {
        // Not CURLOPT_RESUME_FROM, which makes an error of an answer with the whole file.
        snprintf(line, sizeof line, "Range: bytes=%lld-", download->offset);
        headers = curl_slist_append(headers, line);
        if (download->if_range) {
            snprintf(line, sizeof line, "If-Range: %s", download->if_range);
            headers = curl_slist_append(headers, line);
        }
    }
    curl_easy_setopt(curl, CURLOPT_URL, download->url);
    curl_easy_setopt(curl, CURLOPT_PROTOCOLS_STR, protocols);
    curl_easy_setopt(curl, CURLOPT_REDIR_PROTOCOLS_STR, protocols);
    curl_easy_setopt(curl, CURLOPT_FOLLOWLOCATION, 1L);
    curl_easy_setopt(curl, CURLOPT_MAXREDIRS, 8L);
    // 400 and more have no body that anybody wants.
    curl_easy_setopt(curl, CURLOPT_FAILONERROR, 1L);
    curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(curl, CURLOPT_USERAGENT, "aislewatch");
    curl_easy_setopt(curl, CURLOPT_CONNECTTIMEOUT_MS, download->connect_timeout_ms);
    curl_easy_setopt(curl, CURLOPT_LOW_SPEED_LIMIT, 1L);
    curl_easy_setopt(curl, CURLOPT_LOW_SPEED_TIME, download->stall_seconds);
    curl_easy_setopt(curl, CURLOPT_SSLVERSION, (long)CURL_SSLVERSION_TLSv1_2);
    curl_easy_setopt(curl, CURLOPT_HTTPHEADER, headers);
    curl_easy_setopt(curl, CURLOPT_HEADERFUNCTION, read_header);
    curl_easy_setopt(curl, CURLOPT_HEADERDATA, &transfer);
    curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, read_body);
    curl_easy_setopt(curl, CURLOPT_WRITEDATA, &transfer);
    curl_easy_setopt(curl, CURLOPT_ERRORBUFFER, result.message);

    CURLcode code = curl_easy_perform(curl);
    // A file without a byte has a head all the same.
    if (code == CURLE_OK) tell(&transfer);
    result.code = (int)code;
    result.is_stopped = transfer.is_stopped;
    curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, &result.status);
    result.is_offline = code == CURLE_COULDNT_CONNECT || code == CURLE_COULDNT_RESOLVE_HOST ||
                        code == CURLE_COULDNT_RESOLVE_PROXY;
    result.is_broken_off = code == CURLE_PARTIAL_FILE || code == CURLE_RECV_ERROR || code == CURLE_GOT_NOTHING ||
                           code == CURLE_OPERATION_TIMEDOUT || code == CURLE_HTTP2 || code == CURLE_HTTP2_STREAM;
    result.is_tls_error = code == CURLE_PEER_FAILED_VERIFICATION || code == CURLE_SSL_CONNECT_ERROR ||
                          code == CURLE_SSL_CACERT_BADFILE;
    if (code != CURLE_OK && result.message[0] == 0) {
        snprintf(result.message, sizeof result.message, "%s", curl_easy_strerror(code));
    }
    curl_slist_free_all(headers);
    curl_easy_cleanup(curl);
    return result;
}
