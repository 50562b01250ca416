/* The system libmd, for SHA-256. */
#include <sys/types.h>
#include <sha256.h>
