/* The C stack of this thread: values nest as deeply as their data say. */
#define _GNU_SOURCE
#include "machine.h"

#include <pthread.h>

#define RESERVE ((size_t)96 << 10)  /* for what is called at the deepest place */
#define FALLBACK ((size_t)192 << 10) /* used where the size of the stack is unknown */

static uintptr_t limit_of_thread(uintptr_t here) {
    static __thread uintptr_t lowest, highest;
#ifdef __linux__
    if (!highest) {
        pthread_attr_t attributes;
        void *start;
        size_t size, guard;
        if (pthread_getattr_np(pthread_self(), &attributes) == 0) {
            if (pthread_attr_getstack(&attributes, &start, &size) == 0 &&
                pthread_attr_getguardsize(&attributes, &guard) == 0 && size > RESERVE + guard) {
                lowest = (uintptr_t)start + guard + RESERVE;
                highest = (uintptr_t)start + size;
            }
            pthread_attr_destroy(&attributes);
        }
    }
#endif
    /* Outside of the thread's own stack, on one that a program has made, its size is unknown. */
    return lowest < here && here < highest ? lowest : here - FALLBACK;
}

uintptr_t stack_limit(void) {
    char here;
    return limit_of_thread((uintptr_t)&here);
}
