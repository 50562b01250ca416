/* The system libtiff, for the C shims in ImageCodecs. */
#include <tiffio.h>
