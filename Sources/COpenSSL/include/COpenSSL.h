#pragma once

// The one-pass SHA functions are marked deprecated in OpenSSL 3 in favour of a lookup that costs more
// than hashing a key does; they are neither slow nor going away within the library's major version.
#define OPENSSL_SUPPRESS_DEPRECATED

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/rand.h>
#include <openssl/sha.h>
