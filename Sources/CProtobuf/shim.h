/* The system protobuf-c, for the messages in EventMessages. */
#include <protobuf-c/protobuf-c.h>
