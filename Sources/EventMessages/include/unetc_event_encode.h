/* Encodes the events of a log for TensorBoard, through protobuf-c. */
#ifndef UNETC_EVENT_ENCODE_H
#define UNETC_EVENT_ENCODE_H

#include <stddef.h>
#include <stdint.h>

enum {
    UNETC_EVENT_NUMBER = 0,
    UNETC_EVENT_TEXT = 1,   /* UTF-8, shown as Markdown */
    UNETC_EVENT_PICTURE = 2 /* a PNG file of RGB or gray */
};

/* The version of protobuf-c, such as "1.4.1". */
const char *unetc_protobuf_version(void);

/* One value under a name. */
typedef struct unetc_event_value {
    const char *tag;
    int32_t kind; /* UNETC_EVENT_* */
    float number;
    const uint8_t *bytes; /* of a text or a picture */
    size_t byte_count;
    int32_t width, height, channels; /* of a picture */
} unetc_event_value;

/* An event: the version that a file begins with, or the start of a session, or values. */
typedef struct unetc_event {
    double wall_time; /* seconds since 1970 */
    int64_t step;
    const char *file_version;  /* NULL for other events */
    int32_t is_session_start;  /* what readers know of `step` and later ones is void */
    const unetc_event_value *values;
    size_t value_count;
} unetc_event;

/* Bytes that `unetc_event_encode` writes; 0 when memory does not suffice. */
size_t unetc_event_size(const unetc_event *event);

/* Writes the event's bytes to `out`, which has room for `unetc_event_size`; returns their count, 0 when memory does not
 * suffice. */
size_t unetc_event_encode(const unetc_event *event, uint8_t *out);

#endif
