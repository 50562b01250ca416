/* Files, and what must hold, for the programs beside it. */
#ifndef BUNDLE_FILES_H
#define BUNDLE_FILES_H

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static inline void expect(int holds, const char *what, long long found) {
    if (holds) return;
    fprintf(stderr, "%s (%lld)\n", what, found);
    exit(1);
}

/* Memory that nobody has written to, of just that size. */
static inline void *take(size_t bytes) {
    void *memory = malloc(bytes > 0 ? bytes : 1);
    expect(memory != NULL, "no memory of so many bytes", (long long)bytes);
    return memory;
}

static inline uint8_t *read_file(const char *path, size_t *bytes) {
    FILE *file = fopen(path, "rb");
    uint8_t *contents;
    long length;
    expect(file != NULL, path, 0);
    fseek(file, 0, SEEK_END);
    length = ftell(file);
    fseek(file, 0, SEEK_SET);
    *bytes = (size_t)length;
    contents = (uint8_t *)take(*bytes);
    expect(fread(contents, 1, *bytes, file) == *bytes, path, length);
    fclose(file);
    return contents;
}

static inline void write_file(const char *path, const void *contents, size_t bytes) {
    FILE *file = fopen(path, "wb");
    expect(file != NULL, path, 0);
    expect(fwrite(contents, 1, bytes, file) == bytes && fclose(file) == 0, path, (long long)bytes);
}

#endif
