/* The pictures of this net: what becomes of their numbers, and what its output says of them. */
#ifndef UNETC_PICTURES_H
#define UNETC_PICTURES_H

#if defined(__GNUC__)
#pragma GCC visibility push(hidden)
#endif

#include "unetc_picture.h"

#ifdef __cplusplus
extern "C" {
#endif

extern const unetc_picture_net unetc_pictures;
extern const float unetc_default_threshold;

/* A status of the picture code as users of the bundle know it. */
int unetc_error(unetc_status status);
/* Whether there is such a format: a number outside of an enumeration must not become one of it. */
int unetc_is_format(int format);

#ifdef __cplusplus
}
#endif

#if defined(__GNUC__)
#pragma GCC visibility pop
#endif
#endif
