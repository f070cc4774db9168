#pragma once
// What Swift's Glibc module leaves out. Nothing here has logic of its own.
#include <stdint.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/signalfd.h>

/// accept4(2); its declaration needs _GNU_SOURCE, which must not reach a header that Swift imports.
int llmgw_accept4(int listener, void *address, uint32_t *length, int flags);

/// pthread_setname_np(3) for the calling thread; at most 15 bytes.
void llmgw_name_thread(const char *name);

/// How many processors this process may run on, by sched_getaffinity(2); 0 when the system does not say.
int llmgw_processors(void);

/// Whether the kernel's clock is kept right by somebody, by adjtimex(2): 1 or 0; -1 when the system does not say.
int llmgw_clock_is_synchronised(void);

/// The kind of the file system that holds a path: `f_type` of statfs(2); -1 when the system does not say.
int64_t llmgw_file_system(const char *path);

/// prctl(PR_SET_DUMPABLE, 0) and RLIMIT_CORE 0: a core dump would hold keys.
void llmgw_forbid_core_dumps(void);
