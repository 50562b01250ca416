/* The system libpng, for the C shims in ImageCodecs. */
#include <png.h>
