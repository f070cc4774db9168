#pragma once
// libcurl, and a wrapper for each variadic call that Swift cannot make. Nothing here has logic of its own.
#include <curl/curl.h>

/// curl_easy_setopt(3) for options that take a number or a switch.
static inline CURLcode llmgw_curl_set_long(CURL *easy, CURLoption option, long value) {
    return curl_easy_setopt(easy, option, value);
}

/// curl_easy_setopt(3) for options that take a size.
static inline CURLcode llmgw_curl_set_size(CURL *easy, CURLoption option, curl_off_t value) {
    return curl_easy_setopt(easy, option, value);
}

/// curl_easy_setopt(3) for options that take a text, which libcurl copies; NULL takes it back.
static inline CURLcode llmgw_curl_set_text(CURL *easy, CURLoption option, const char *value) {
    return curl_easy_setopt(easy, option, value);
}

/// curl_easy_setopt(3) for options that take a pointer, which libcurl keeps as it is.
static inline CURLcode llmgw_curl_set_pointer(CURL *easy, CURLoption option, void *value) {
    return curl_easy_setopt(easy, option, value);
}

/// CURLOPT_HEADERFUNCTION and CURLOPT_WRITEFUNCTION have one type.
static inline CURLcode llmgw_curl_set_write(CURL *easy, CURLoption option, curl_write_callback function) {
    return curl_easy_setopt(easy, option, function);
}

/// CURLOPT_PREREQFUNCTION: called when a connection stands and nothing of the request was written.
static inline CURLcode llmgw_curl_set_prereq(CURL *easy, curl_prereq_callback function) {
    return curl_easy_setopt(easy, CURLOPT_PREREQFUNCTION, function);
}

/// CURLOPT_DEBUGFUNCTION: gets what libcurl remarks while CURLOPT_VERBOSE is set.
static inline CURLcode llmgw_curl_set_debug(CURL *easy, curl_debug_callback function) {
    return curl_easy_setopt(easy, CURLOPT_DEBUGFUNCTION, function);
}

/// CURLOPT_OPENSOCKETFUNCTION: makes the socket for an address, or refuses it.
static inline CURLcode llmgw_curl_set_open_socket(CURL *easy, curl_opensocket_callback function) {
    return curl_easy_setopt(easy, CURLOPT_OPENSOCKETFUNCTION, function);
}

/// CURLOPT_CLOSESOCKETFUNCTION: closes what the open callback made; may come after the easy handle's end.
static inline CURLcode llmgw_curl_set_close_socket(CURL *easy, curl_closesocket_callback function) {
    return curl_easy_setopt(easy, CURLOPT_CLOSESOCKETFUNCTION, function);
}

/// Sets `*said` when the peer of a transfer's TLS connection says goodbye (close_notify), which libcurl keeps to itself.
/// To be called from a header callback; `said` must stay until the transfer is over. Returns 0 if there is no such
/// connection.
int llmgw_curl_watch_goodbye(CURL *easy, int *said);

/// Whether the connection of a transfer speaks HTTP/2, as the TLS handshake agreed. To be called from a callback.
int llmgw_curl_speaks_http2(CURL *easy);

/// curl_easy_getinfo(3) for numbers; 0 when there is nothing to tell.
static inline long llmgw_curl_info_long(CURL *easy, CURLINFO info) {
    long value = 0;
    return curl_easy_getinfo(easy, info, &value) == CURLE_OK ? value : 0;
}

/// curl_easy_getinfo(3) for texts, which belong to libcurl; may be NULL.
static inline const char *llmgw_curl_info_text(CURL *easy, CURLINFO info) {
    char *value = NULL;
    return curl_easy_getinfo(easy, info, &value) == CURLE_OK ? value : NULL;
}

/// CURLINFO_PRIVATE: the pointer that was set with CURLOPT_PRIVATE.
static inline void *llmgw_curl_private(CURL *easy) {
    char *value = NULL;
    return curl_easy_getinfo(easy, CURLINFO_PRIVATE, &value) == CURLE_OK ? value : NULL;
}

/// curl_multi_setopt(3) for options that take a number.
static inline CURLMcode llmgw_curl_multi_set_long(CURLM *multi, CURLMoption option, long value) {
    return curl_multi_setopt(multi, option, value);
}

/// curl_multi_setopt(3) for the pointers that the callbacks get.
static inline CURLMcode llmgw_curl_multi_set_pointer(CURLM *multi, CURLMoption option, void *value) {
    return curl_multi_setopt(multi, option, value);
}

/// CURLMOPT_SOCKETFUNCTION: which descriptors to watch, and for what.
static inline CURLMcode llmgw_curl_multi_set_socket(CURLM *multi, curl_socket_callback function) {
    return curl_multi_setopt(multi, CURLMOPT_SOCKETFUNCTION, function);
}

/// CURLMOPT_TIMERFUNCTION: when to call without a descriptor that is ready.
static inline CURLMcode llmgw_curl_multi_set_timer(CURLM *multi, curl_multi_timer_callback function) {
    return curl_multi_setopt(multi, CURLMOPT_TIMERFUNCTION, function);
}

/// The next finished transfer and its result, or NULL: curl_multi_info_read(3), whose union Swift reads badly.
static inline CURL *llmgw_curl_next_finished(CURLM *multi, CURLcode *result) {
    int left = 0;
    CURLMsg *message;
    while ((message = curl_multi_info_read(multi, &left)) != NULL) {
        if (message->msg == CURLMSG_DONE) {
            *result = message->data.result;
            return message->easy_handle;
        }
    }
    return NULL;
}
