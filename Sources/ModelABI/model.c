#include "unetc_model.h"
