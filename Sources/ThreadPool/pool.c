#include "unetc_pool.h"
