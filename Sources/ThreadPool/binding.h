/* Binding threads to processors. */
#ifndef UNETC_BINDING_H
#define UNETC_BINDING_H

/* Has the calling thread, and those that it starts, run on one processor alone, where the system can do that. */
void bind_thread(int processor);

#endif
