/* Memory of callers: nothing here has any of its own. */
#ifndef UNETC_PICTURE_ROOM_H
#define UNETC_PICTURE_ROOM_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* SIZE_MAX where it is too much. */
static inline size_t unetc_product(size_t a, size_t b) { return b > 0 && a > SIZE_MAX / b ? SIZE_MAX : a * b; }

/* Places in a piece of memory, handed out one behind the other. With NULL it only counts. */
typedef struct unetc_room {
    unsigned char *memory;
    /* SIZE_MAX once it is too much. */
    size_t used;
} unetc_room;

/* Makes places begin at multiples of 16 whatever the memory's address is; that may take 15 bytes. */
unetc_room unetc_room_make(void *memory);
/* The next `count` × `size` bytes; NULL while it only counts. */
void *unetc_room_take(unetc_room *room, size_t count, size_t size);

#ifdef __cplusplus
}
#endif

#endif
