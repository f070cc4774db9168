#include "CCurl.h"
#include <openssl/ssl.h>
#include <pthread.h>

/// Where an SSL object keeps the `said` of llmgw_curl_watch_goodbye.
static int goodbye_index = -1;

static void make_goodbye_index(void) {
    goodbye_index = SSL_get_ex_new_index(0, NULL, NULL, NULL, NULL);
}

static void note_alert(const SSL *ssl, int where, int alert) {
    int *said = SSL_get_ex_data(ssl, goodbye_index);
    if (said != NULL && where == SSL_CB_READ_ALERT && (alert & 0xff) == SSL_AD_CLOSE_NOTIFY) *said = 1;
}

/// The TLS session of the connection that a transfer uses at the moment, or NULL.
static SSL *current_session(CURL *easy) {
    struct curl_tlssessioninfo *session = NULL;
    if (curl_easy_getinfo(easy, CURLINFO_TLS_SSL_PTR, &session) != CURLE_OK || session == NULL) return NULL;
    return session->backend == CURLSSLBACKEND_OPENSSL ? session->internals : NULL;
}

int llmgw_curl_watch_goodbye(CURL *easy, int *said) {
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    pthread_once(&once, make_goodbye_index);
    SSL *ssl = current_session(easy);
    if (ssl == NULL || SSL_set_ex_data(ssl, goodbye_index, said) != 1) return 0;
    SSL_set_info_callback(ssl, note_alert);
    return 1;
}

int llmgw_curl_speaks_http2(CURL *easy) {
    SSL *ssl = current_session(easy);
    const unsigned char *name = NULL;
    unsigned int length = 0;
    if (ssl != NULL) SSL_get0_alpn_selected(ssl, &name, &length);
    return length == 2 && name[0] == 'h' && name[1] == '2';
}
