#include "row_reader.h"

#include <errno.h>
#include <unistd.h>

int image_row_reader_next(image_row_reader *reader, uint8_t *row, char *message) {
    return reader->next(reader, row, message);
}

void image_row_reader_close(image_row_reader *reader) {
    if (reader) reader->close(reader);
}

long image_codec_read_file(int descriptor, uint8_t *target, size_t count) {
    size_t got = 0;
    while (got < count) {
        ssize_t part = read(descriptor, target + got, count - got);
        if (part < 0 && errno == EINTR) continue;
        if (part < 0) return -1;
        if (part == 0) break;
        got += (size_t)part;
    }
    return (long)got;
}
