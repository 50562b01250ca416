/* Pieces of a caller's memory. */
#include "unetc_picture_room.h"

unetc_room unetc_room_make(void *memory) {
    unetc_room room;
    size_t past = (size_t)((uintptr_t)memory & 15u);
    room.memory = (unsigned char *)memory;
    room.used = 0;
    /* Counted in full, since the address to come is not known. */
    if (!memory) room.used = 15;
    if (memory && past > 0) room.memory += 16 - past;
    return room;
}

void *unetc_room_take(unetc_room *room, size_t count, size_t size) {
    size_t start, bytes;
    if (room->memory) {
        start = room->used;
        room->used += (count * size + 15) / 16 * 16;
        return room->memory + start;
    }
    if (size > 0 && count > (SIZE_MAX - 15) / size) {
        room->used = SIZE_MAX;
        return NULL;
    }
    bytes = (count * size + 15) / 16 * 16;
    room->used = room->used > SIZE_MAX - bytes ? SIZE_MAX : room->used + bytes;
    return NULL;
}
