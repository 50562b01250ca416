/* The system libjpeg-turbo, for the C shims in ImageCodecs; jpeglib.h needs size_t and FILE. */
#include <stddef.h>
#include <stdio.h>
#include <jpeglib.h>
