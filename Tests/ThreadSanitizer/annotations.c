// Tells the thread sanitizer what Swift's Mutex does when it is contended. Preloaded by `make tsan`, part of no target.
//
// The fast paths of Mutex are inlined into this package and instrumented. The slow ones, which wait in the kernel, are
// in libswiftSynchronization, which is not: a lock that was handed over there looks like none, and whatever it guards
// looks like a race. Here they say what they are: who has the lock has seen what its last holder did. No report is
// suppressed by this; a race outside of a lock is still found.

#define _GNU_SOURCE
#include <dlfcn.h>
#include <stdint.h>
#include <stdlib.h>

#define SWIFT __attribute__((swiftcall))
#define SELF __attribute__((swift_context)) void *

// Only processes that run under the sanitizer have them.
__attribute__((weak)) void __tsan_acquire(void *address);
__attribute__((weak)) void __tsan_release(void *address);

static void *next(const char *name) {
    void *function = dlsym(RTLD_NEXT, name);
    if (function == NULL) abort();
    return function;
}

#define LOCK "$s15Synchronization12_MutexHandleV9_lockSlowyys6UInt32VF"
#define UNLOCK "$s15Synchronization12_MutexHandleV11_unlockSlowyyF"

// _MutexHandle._lockSlow(_ selfId: UInt32)
SWIFT void lock_slow(uint32_t thread, SELF handle) __asm__(LOCK);
SWIFT void lock_slow(uint32_t thread, SELF handle) {
    static SWIFT void (*real)(uint32_t, SELF);
    if (real == NULL) real = (SWIFT void (*)(uint32_t, SELF))next(LOCK);
    real(thread, handle);
    if (__tsan_acquire) __tsan_acquire(handle);
}

// _MutexHandle._unlockSlow()
SWIFT void unlock_slow(SELF handle) __asm__(UNLOCK);
SWIFT void unlock_slow(SELF handle) {
    static SWIFT void (*real)(SELF);
    if (real == NULL) real = (SWIFT void (*)(SELF))next(UNLOCK);
    if (__tsan_release) __tsan_release(handle);
    real(handle);
}
