/* What the net takes of the C library, which modules of WebAssembly have to bring themselves. */
#ifndef UNETC_WEB_STRING_H
#define UNETC_WEB_STRING_H

#include <stddef.h>

void *memcpy(void *restrict to, const void *restrict from, size_t bytes);
void *memmove(void *to, const void *from, size_t bytes);
void *memset(void *to, int byte, size_t bytes);
int memcmp(const void *a, const void *b, size_t bytes);

#endif
