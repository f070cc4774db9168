#pragma once

#include <string.h>
#include <zlib.h>

// inflateInit2 is a macro, which Swift does not see. A zeroed stream has zlib's own allocator.
static inline int llmgw_inflate_begin(z_stream *stream, int window_bits) {
    memset(stream, 0, sizeof *stream);
    return inflateInit2(stream, window_bits);
}
