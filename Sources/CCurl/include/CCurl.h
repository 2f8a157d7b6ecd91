// One mail by SMTP through libcurl, whose options are set by a variadic function that Swift can't call.
#ifndef AISLEWATCH_CCURL_H
#define AISLEWATCH_CCURL_H

#include <stddef.h>

#include "CCurlDownload.h"

// How the connection is protected.
enum aw_smtp_security {
    AW_SMTP_NONE = 0,      // not at all
    AW_SMTP_STARTTLS = 1,  // asked for after the greeting, and insisted on
    AW_SMTP_TLS = 2        // from the first byte
};

struct aw_smtp_mail {
    const char *host;
    int port;
    int security;             // aw_smtp_security
    const char *ca_file;      // NULL: the system's
    const char *user;         // NULL: no authentication
    const char *password;
    const char *hello;        // the name in EHLO
    const char *from;         // addresses without brackets
    const char *recipient;
    const unsigned char *data;  // the message with CRLF line ends; libcurl doubles the dots
    size_t length;
    long connect_timeout_ms;
    long timeout_ms;
};

// What became of a mail.
struct aw_smtp_result {
    int code;              // CURLcode; 0: the server has taken it
    long response;         // the server's last SMTP reply code, 0 when there was none
    size_t bytes_read;     // of `data`: more than 0 means that the server had accepted the recipient
    int is_connect_error;  // nothing was said yet
    int is_tls_error;      // the server's certificate, or no TLS at all
    int is_login_error;
    int is_timeout;
};

// Once per process, before anything else. Returns 0 when it worked.
int aw_curl_init(void);

// Sends one mail; blocks until it is over.
struct aw_smtp_result aw_smtp_send(const struct aw_smtp_mail *mail);

#endif
