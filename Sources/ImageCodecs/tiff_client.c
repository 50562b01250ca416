#include "tiff_shared.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#if TIFFLIB_VERSION < 20221213
#error "libtiff 4.5 is needed, whose messages can be caught for each file"
#endif

/* The most bytes that libtiff takes at once. */
static const tmsize_t most_bytes = (tmsize_t)1 << 30;

static tmsize_t read_bytes(thandle_t handle, void *target, tmsize_t count) {
    tiff_client *client = handle;
    if (image_source_is_cancelled(client->source)) {
        image_codec_keep_message(client->message, image_source_cancelled);
        return -1;
    }
    long got = image_source_at(client->source, client->place, target, (size_t)count);
    if (got < 0) image_codec_keep_message(client->message, strerror(errno));
    if (got > 0) client->place += (uint64_t)got;
    return got;
}

static tmsize_t write_bytes(thandle_t handle, void *bytes, tmsize_t count) {
    (void)handle;
    (void)bytes;
    (void)count;
    return -1;
}

static toff_t seek_bytes(thandle_t handle, toff_t offset, int whence) {
    tiff_client *client = handle;
    uint64_t start = whence == SEEK_SET ? 0 : whence == SEEK_CUR ? client->place : client->source->input.count;
    client->place = start + offset;
    return client->place;
}

static toff_t size_of(thandle_t handle) { return ((tiff_client *)handle)->source->input.count; }

static int close_nothing(thandle_t handle) {
    (void)handle;
    return 0;
}

static int keep_error(TIFF *tiff, void *user, const char *module, const char *format, va_list arguments) {
    (void)tiff;
    (void)module;
    tiff_client *client = user;
    if (client->message[0] == 0) vsnprintf(client->message, IMAGE_CODEC_MESSAGE_SIZE, format, arguments);
    return 1;
}

static int drop_warning(TIFF *tiff, void *user, const char *module, const char *format, va_list arguments) {
    (void)tiff;
    (void)user;
    (void)module;
    (void)format;
    (void)arguments;
    return 1;
}

TIFF *tiff_client_open(tiff_client *client, uint64_t offset) {
    TIFFOpenOptions *options = TIFFOpenOptionsAlloc();
    if (!options) return NULL;
    TIFFOpenOptionsSetMaxSingleMemAlloc(options, most_bytes);
    TIFFOpenOptionsSetErrorHandlerExtR(options, keep_error, client);
    TIFFOpenOptionsSetWarningHandlerExtR(options, drop_warning, client);
    /* m: read, not mapped: files may shrink meanwhile. h: without the first directory. */
    TIFF *tiff = TIFFClientOpenExt(
        "", offset ? "rmh" : "rm", client, read_bytes, write_bytes, seek_bytes, close_nothing, size_of, NULL, NULL,
        options);
    TIFFOpenOptionsFree(options);
    if (!tiff || !offset || TIFFSetSubDirectory(tiff, offset)) return tiff;
    TIFFClose(tiff);
    return NULL;
}
