/* Which edges of the machine were run: called by the code that `-fsanitize-coverage=trace-pc` adds. */
#include <stdint.h>
#include <string.h>

#define EDGES (1 << 16)

__attribute__((visibility("default"))) uint8_t snapformat_edges[EDGES];
static __thread uintptr_t last;

void __sanitizer_cov_trace_pc(void);

__attribute__((no_sanitize_coverage)) void __sanitizer_cov_trace_pc(void) {
    uintptr_t here = (uintptr_t)__builtin_return_address(0);
    snapformat_edges[((here ^ here >> 13) ^ last) % EDGES] = 1;
    last = here >> 1;
}
