/* The system libwebp, for the C shims in ImageCodecs. */
#include <webp/decode.h>
