#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif
#include "binding.h"

#include <sched.h>
#include <unistd.h>

#include "unetc_pool.h"

#if defined(__linux__)

int unetc_processors(void) {
    cpu_set_t set;
    if (sched_getaffinity(0, sizeof set, &set) == 0) return CPU_COUNT(&set);
    return (int)sysconf(_SC_NPROCESSORS_ONLN);
}

int unetc_processor_numbers(int *numbers, int most) {
    cpu_set_t set;
    if (sched_getaffinity(0, sizeof set, &set) != 0) return 0;
    int count = 0;
    for (int i = 0; i < CPU_SETSIZE; i++) {
        if (!CPU_ISSET(i, &set)) continue;
        if (count < most) numbers[count] = i;
        count++;
    }
    return count;
}

void bind_thread(int processor) {
    cpu_set_t set;
    CPU_ZERO(&set);
    if (processor >= 0 && processor < CPU_SETSIZE) CPU_SET(processor, &set);
    sched_setaffinity(0, sizeof set, &set);
}

#else

int unetc_processors(void) { return (int)sysconf(_SC_NPROCESSORS_ONLN); }
int unetc_processor_numbers(int *numbers, int most) {
    (void)numbers, (void)most;
    return 0;
}
void bind_thread(int processor) { (void)processor; }

#endif
