#define _GNU_SOURCE
#include "CLinux.h"

#include <pthread.h>
#include <sched.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/timex.h>
#include <sys/vfs.h>

int llmgw_accept4(int listener, void *address, uint32_t *length, int flags) {
    return accept4(listener, address, length, flags);
}

void llmgw_name_thread(const char *name) {
    pthread_setname_np(pthread_self(), name);
}

int llmgw_processors(void) {
    cpu_set_t set;
    return sched_getaffinity(0, sizeof set, &set) == 0 ? CPU_COUNT(&set) : 0;
}

int llmgw_clock_is_synchronised(void) {
    struct timex state = {0};
    int answer = adjtimex(&state);
    return answer < 0 ? -1 : answer != TIME_ERROR;
}

int64_t llmgw_file_system(const char *path) {
    struct statfs state;
    return statfs(path, &state) == 0 ? (int64_t)(uint32_t)state.f_type : -1;
}

void llmgw_forbid_core_dumps(void) {
    struct rlimit none = {0, 0};
    setrlimit(RLIMIT_CORE, &none);
    prctl(PR_SET_DUMPABLE, 0);
}
