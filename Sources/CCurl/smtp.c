#include "CCurl.h"

#include <curl/curl.h>
#include <stdio.h>
#include <string.h>

struct body {
    const unsigned char *data;
    size_t length;
    size_t offset;
};

static size_t read_body(char *buffer, size_t size, size_t count, void *context) {
    struct body *body = context;
    size_t rest = body->length - body->offset;
    size_t room = size * count;
    size_t n = rest < room ? rest : room;
    memcpy(buffer, body->data + body->offset, n);
    body->offset += n;
    return n;
}

int aw_curl_init(void) { return (int)curl_global_init(CURL_GLOBAL_ALL); }

struct aw_smtp_result aw_smtp_send(const struct aw_smtp_mail *mail) {
    struct aw_smtp_result result = {0};
    struct body body = {mail->data, mail->length, 0};
    char url[600], from[400], to[400];
    CURL *curl = curl_easy_init();
    struct curl_slist *recipients = NULL;
    if (!curl) {
        result.code = CURLE_FAILED_INIT;
        return result;
    }
    snprintf(url, sizeof url, "%s://%s:%d/%s", mail->security == AW_SMTP_TLS ? "smtps" : "smtp", mail->host, mail->port,
             mail->hello);
    snprintf(from, sizeof from, "<%s>", mail->from);
    snprintf(to, sizeof to, "<%s>", mail->recipient);
    recipients = curl_slist_append(NULL, to);

    curl_easy_setopt(curl, CURLOPT_URL, url);
    curl_easy_setopt(curl, CURLOPT_PROTOCOLS_STR, "smtp,smtps");
    curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(curl, CURLOPT_CONNECTTIMEOUT_MS, mail->connect_timeout_ms);
    curl_easy_setopt(curl, CURLOPT_TIMEOUT_MS, mail->timeout_ms);
    curl_easy_setopt(curl, CURLOPT_USE_SSL, mail->security == AW_SMTP_NONE ? (long)CURLUSESSL_NONE : (long)CURLUSESSL_ALL);
    curl_easy_setopt(curl, CURLOPT_SSLVERSION, (long)CURL_SSLVERSION_TLSv1_2);
    if (mail->ca_file) curl_easy_setopt(curl, CURLOPT_CAINFO, mail->ca_file);
    if (mail->user) {
        curl_easy_setopt(curl, CURLOPT_USERNAME, mail->user);
        curl_easy_setopt(curl, CURLOPT_PASSWORD, mail->password ? mail->password : "");
    }
    curl_easy_setopt(curl, CURLOPT_MAIL_FROM, from);
    curl_easy_setopt(curl, CURLOPT_MAIL_RCPT, recipients);
    curl_easy_setopt(curl, CURLOPT_UPLOAD, 1L);
    curl_easy_setopt(curl, CURLOPT_READFUNCTION, read_body);
    curl_easy_setopt(curl, CURLOPT_READDATA, &body);
    curl_easy_setopt(curl, CURLOPT_INFILESIZE_LARGE, (curl_off_t)mail->length);

    CURLcode code = curl_easy_perform(curl);
    result.code = (int)code;
    curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, &result.response);
    result.bytes_read = body.offset;
    result.is_connect_error = code == CURLE_COULDNT_CONNECT || code == CURLE_COULDNT_RESOLVE_HOST;
    result.is_tls_error = code == CURLE_PEER_FAILED_VERIFICATION || code == CURLE_SSL_CONNECT_ERROR ||
                          code == CURLE_USE_SSL_FAILED || code == CURLE_SSL_CACERT_BADFILE;
    result.is_login_error = code == CURLE_LOGIN_DENIED;
    result.is_timeout = code == CURLE_OPERATION_TIMEDOUT;
    curl_slist_free_all(recipients);
    curl_easy_cleanup(curl);
    return result;
}
