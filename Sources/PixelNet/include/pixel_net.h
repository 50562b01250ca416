/* The net of pixels.c: a binary mask of 16 x 16 pixels of three channels, in tiles as well. */
#ifndef PIXEL_NET_H
#define PIXEL_NET_H

#include "unetc_model.h"

const unetc_model *pixel_net_get(void);

#endif
