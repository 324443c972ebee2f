#pragma once
// Typed wrappers around the variadic parts of libcurl, for Swift. The names say the type of the value.
#include <curl/curl.h>

CURLcode curl_shim_set_long(CURL *easy, CURLoption option, long value);
CURLcode curl_shim_set_size(CURL *easy, CURLoption option, curl_off_t value);
CURLcode curl_shim_set_string(CURL *easy, CURLoption option, const char *value);
CURLcode curl_shim_set_pointer(CURL *easy, CURLoption option, void *value);
CURLcode curl_shim_set_list(CURL *easy, CURLoption option, struct curl_slist *value);
// Copies `length` bytes, so that the caller's memory may go.
CURLcode curl_shim_set_body(CURL *easy, const void *bytes, curl_off_t length);
CURLcode curl_shim_on_body(CURL *easy, curl_write_callback callback, void *context);
CURLcode curl_shim_on_read(CURL *easy, curl_read_callback callback, void *context);
CURLcode curl_shim_on_header(CURL *easy, curl_write_callback callback, void *context);
CURLcode curl_shim_on_open_socket(CURL *easy, curl_opensocket_callback callback, void *context);
CURLcode curl_shim_on_request(CURL *easy, curl_prereq_callback callback, void *context);

long curl_shim_get_long(CURL *easy, CURLINFO info);
void *curl_shim_get_private(CURL *easy);

CURLMcode curl_shim_multi_set_long(CURLM *multi, CURLMoption option, long value);
