#include <dlfcn.h>
#include <glib.h>
#include <sanitizer/tsan_interface.h>
#include <stdint.h>
#include <zmq.h>

/* Only in builds with the thread sanitizer: tells it which order libzmq's messages and GLib's mutexes make.
 *
 * Both synchronise by atomics of their own, which the sanitizer cannot see in libraries that were not built for it. A
 * suppression cannot help: the reports name our own code on both sides, and one by the name of libczmq or libglib would
 * hide every race of our actors. So what a thread did before it sent a message comes before what another does after it
 * received one of the same content: pointers that are handed over are different contents. These definitions stand
 * before the libraries' own. */

enum { PLACES = 4096, HASHED_BYTES = 64 };

static char places[PLACES];

static int (*next_msg_send)(zmq_msg_t *msg, void *socket, int flags);
static int (*next_msg_recv)(zmq_msg_t *msg, void *socket, int flags);
static int (*next_sendmsg)(void *socket, zmq_msg_t *msg, int flags);
static int (*next_recvmsg)(void *socket, zmq_msg_t *msg, int flags);
static int (*next_send)(void *socket, const void *bytes, size_t size, int flags);
static int (*next_recv)(void *socket, void *bytes, size_t size, int flags);
static void (*next_lock)(GMutex *mutex);
static void (*next_unlock)(GMutex *mutex);

#define FIND(pointer, name) (*(void **)&(pointer) = dlsym(RTLD_NEXT, name))

__attribute__((constructor)) static void find_next(void)
{
    FIND(next_msg_send, "zmq_msg_send");
    FIND(next_msg_recv, "zmq_msg_recv");
    FIND(next_sendmsg, "zmq_sendmsg");
    FIND(next_recvmsg, "zmq_recvmsg");
    FIND(next_send, "zmq_send");
    FIND(next_recv, "zmq_recv");
    FIND(next_lock, "g_mutex_lock");
    FIND(next_unlock, "g_mutex_unlock");
}

/* Looks at bytes that libzmq wrote, which is not to be reported. FNV-1a. */
__attribute__((no_sanitize("thread"))) static void *place_of(const uint8_t *bytes, size_t size)
{
    uint64_t hash = UINT64_C(0xcbf29ce484222325) ^ size;
    for (size_t i = 0; i < size && i < HASHED_BYTES; i++)
        hash = (hash ^ bytes[i]) * UINT64_C(0x100000001b3);
    return &places[hash % PLACES];
}

static void *place_of_message(zmq_msg_t *msg)
{
    return place_of(zmq_msg_data(msg), zmq_msg_size(msg));
}

int zmq_msg_send(zmq_msg_t *msg, void *socket, int flags)
{
    __tsan_release(place_of_message(msg));
    return next_msg_send(msg, socket, flags);
}

int zmq_sendmsg(void *socket, zmq_msg_t *msg, int flags)
{
    __tsan_release(place_of_message(msg));
    return next_sendmsg(socket, msg, flags);
}

int zmq_send(void *socket, const void *bytes, size_t size, int flags)
{
    __tsan_release(place_of(bytes, size));
    return next_send(socket, bytes, size, flags);
}

int zmq_msg_recv(zmq_msg_t *msg, void *socket, int flags)
{
    int size = next_msg_recv(msg, socket, flags);
    if (size >= 0)
        __tsan_acquire(place_of_message(msg));
    return size;
}

int zmq_recvmsg(void *socket, zmq_msg_t *msg, int flags)
{
    int size = next_recvmsg(socket, msg, flags);
    if (size >= 0)
        __tsan_acquire(place_of_message(msg));
    return size;
}

int zmq_recv(void *socket, void *bytes, size_t size, int flags)
{
    int received = next_recv(socket, bytes, size, flags);
    if (received >= 0)
        __tsan_acquire(place_of(bytes, (size_t)received < size ? (size_t)received : size));
    return received;
}

void g_mutex_lock(GMutex *mutex)
{
    next_lock(mutex);
    __tsan_acquire(mutex);
}

void g_mutex_unlock(GMutex *mutex)
{
    __tsan_release(mutex);
    next_unlock(mutex);
}
