/* The header is all that there is; a target needs a file to compile. */
#include "unetc_ranks.h"
