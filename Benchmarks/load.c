// The load generator of bench.py: one thread, one epoll set, HTTP/1.1 with keep-alive.
//
//   load closed PORT REQUEST CONNECTIONS SECONDS          as many requests as the server answers
//   load open   PORT REQUEST CONNECTIONS SECONDS RATE     requests at fixed times, whatever the server does
//   load stream PORT REQUEST CLIENTS ROUNDS UPSTREAM EVENTS GAP_MS
//
// REQUEST is a file with a whole request, head and body. `stream` is the upstream too, on port UPSTREAM: it stamps each
// event with the time at which it was sent, and so the client, which has the same clock, knows how long it was under way.
// One line of JSON on standard output; times in microseconds.
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/tcp.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum role { LISTENER, CLIENT, UPSTREAM };

struct peer {
    enum role role;
    int fd;
    bool busy;           // a request is under way
    int rounds;          // of streams, still to do
    int64_t began;       // when the request was due
    int64_t due;         // when the next thing happens
    int event;           // the next event to send
    bool first;          // no event has come yet
    size_t used;
    char buffer[65536];
};

struct samples {
    int64_t *values;
    size_t count, room;
};

static int epoll_fd;
static int port;
static char *request;
static size_t request_length;
static struct samples latencies, transits;
static long answered, failed;

static void die(const char *what) {
    perror(what);
    exit(3);
}

static int64_t now(void) {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return t.tv_sec * 1000000000LL + t.tv_nsec;
}

static void add(struct samples *samples, int64_t value) {
    if (samples->count == samples->room) {
        samples->room = samples->room ? samples->room * 2 : 4096;
        samples->values = realloc(samples->values, samples->room * sizeof(int64_t));
        if (!samples->values) die("realloc");
    }
    samples->values[samples->count++] = value;
}

static int compare(const void *a, const void *b) {
    int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;
    return x < y ? -1 : x > y;
}

static void print(const char *name, struct samples *samples) {
    qsort(samples->values, samples->count, sizeof(int64_t), compare);
    printf("\"%s\": {\"count\": %zu", name, samples->count);
    const int parts[] = {500, 900, 990, 999, 1000};
    for (int i = 0; i < 5 && samples->count; i++) {
        size_t index = (samples->count - 1) * parts[i] / 1000;
        printf(", \"p%g\": %.1f", parts[i] / 10.0, samples->values[index] / 1000.0);
    }
    printf("}");
}

static void watch(struct peer *peer) {
    struct epoll_event event = {.events = EPOLLIN, .data.ptr = peer};
    if (epoll_ctl(epoll_fd, EPOLL_CTL_ADD, peer->fd, &event)) die("epoll_ctl");
}

static void no_delay(int fd) {
    int one = 1;
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
}

static struct sockaddr_in loopback(int number) {
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons(number)};
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    return address;
}

static void connect_client(struct peer *peer) {
    struct sockaddr_in address = loopback(port);
    peer->role = CLIENT;
    peer->fd = socket(AF_INET, SOCK_STREAM, 0);
    if (peer->fd < 0 || connect(peer->fd, (struct sockaddr *)&address, sizeof address)) die("connect");
    fcntl(peer->fd, F_SETFL, O_NONBLOCK);
    no_delay(peer->fd);
    watch(peer);
}

static void write_all(int fd, const char *bytes, size_t length) {
    while (length > 0) {
        ssize_t sent = send(fd, bytes, length, MSG_NOSIGNAL);
        if (sent < 0 && errno == EAGAIN) continue;
        if (sent < 0) return;
        bytes += sent;
        length -= sent;
    }
}

static void send_request(struct peer *peer, int64_t due) {
    peer->busy = peer->first = true;
    peer->began = due;
    peer->used = 0;
    write_all(peer->fd, request, request_length);
}

static size_t content_length(const char *head) {
    const char *field = strcasestr(head, "\r\ncontent-length:");
    return field ? strtoul(field + 17, NULL, 10) : 0;
}

// Whether the buffer holds a whole message with a Content-Length, or a head alone.
static bool is_whole(struct peer *peer) {
    peer->buffer[peer->used] = 0;
    char *end = strstr(peer->buffer, "\r\n\r\n");
    return end && peer->used >= (size_t)(end + 4 - peer->buffer) + content_length(peer->buffer);
}

static bool receive(struct peer *peer) {
    ssize_t count = recv(peer->fd, peer->buffer + peer->used, sizeof peer->buffer - 1 - peer->used, 0);
    if (count < 0 && errno == EAGAIN) return true;
    if (count > 0) peer->used += count;
    return count > 0;
}

static void lose(struct peer *peer) {
    if (peer->busy && peer->role == CLIENT) failed++;
    close(peer->fd);
    peer->fd = -1;
    peer->busy = false;
}

// MARK: Whole answers

static void whole_answer(struct peer *peer) {
    if (!receive(peer)) {
        lose(peer);
        return connect_client(peer);
    }
    if (!peer->busy || !is_whole(peer)) return;
    if (strncmp(peer->buffer, "HTTP/1.1 200", 12)) failed++; else answered++;
    add(&latencies, now() - peer->began);
    peer->busy = false;
}

static void run_whole(int connections, double seconds, double rate) {
    struct peer *peers = calloc(connections, sizeof *peers);
    for (int i = 0; i < connections; i++) connect_client(&peers[i]);
    int64_t start = now(), end = start + seconds * 1e9, next = start;
    struct epoll_event events[256];
    bool isOpen = rate > 0;
    if (!isOpen) for (int i = 0; i < connections; i++) send_request(&peers[i], now());
    while (now() < end) {
        for (int i = 0; isOpen && i < connections && next <= now(); i++) {
            if (peers[i].busy) continue;
            send_request(&peers[i], next);
            next += 1e9 / rate;
        }
        int64_t wait = isOpen ? (next - now()) : 100000000;
        struct timespec timeout = {0, wait < 0 ? 0 : wait > 100000000 ? 100000000 : wait};
        int count = epoll_pwait2(epoll_fd, events, 256, &timeout, NULL);
        for (int i = 0; i < count; i++) {
            struct peer *peer = events[i].data.ptr;
            whole_answer(peer);
            if (!isOpen && !peer->busy) send_request(peer, now());
        }
    }
    printf("{\"answered\": %ld, \"failed\": %ld, \"seconds\": %.3f, ", answered, failed, (now() - start) / 1e9);
    print("latency", &latencies);
    printf("}\n");
}

// MARK: Streams

static void send_chunk(struct peer *peer, const char *text) {
    char chunk[1024];
    int length = snprintf(chunk, sizeof chunk, "%zx\r\n%s\r\n", strlen(text), text);
    write_all(peer->fd, chunk, length);
}

// Sends what is due on a stream of the upstream's.
static void send_event(struct peer *peer, int events, int64_t gap) {
    char text[512];
    if (peer->event == 0) {
        const char *head = "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n";
        write_all(peer->fd, head, strlen(head));
    }
    if (peer->event < events) {
        snprintf(text, sizeof text,
            "data: {\"id\":\"chatcmpl-1\",\"object\":\"chat.completion.chunk\",\"created\":1763700000,\"model\":\"stamped\","
            "\"choices\":[{\"index\":0,\"delta\":{\"content\":\"@%019lld\"},\"finish_reason\":null}]}\n\n", (long long)now());
        send_chunk(peer, text);
        peer->event++;
        peer->due += gap;
        return;
    }
    send_chunk(peer,
        "data: {\"id\":\"chatcmpl-1\",\"object\":\"chat.completion.chunk\",\"created\":1763700000,\"model\":\"stamped\","
        "\"choices\":[{\"index\":0,\"delta\":{},\"finish_reason\":\"stop\"}]}\n\n");
    snprintf(text, sizeof text,
        "data: {\"id\":\"chatcmpl-1\",\"object\":\"chat.completion.chunk\",\"created\":1763700000,\"model\":\"stamped\","
        "\"choices\":[],\"usage\":{\"prompt_tokens\":20,\"completion_tokens\":%d,\"total_tokens\":%d}}\n\n",
        events, events + 20);
    send_chunk(peer, text);
    send_chunk(peer, "data: [DONE]\n\n");
    write_all(peer->fd, "0\r\n\r\n", 5);
    peer->busy = false;
    peer->used = 0;
}

static void stream_request(struct peer *peer) {
    if (!receive(peer)) return lose(peer);
    if (peer->busy || !is_whole(peer)) return;
    peer->busy = true;
    peer->event = 0;
    peer->due = now();
}

// Takes the stamps out of what has come; what is left of an event stays in the buffer.
static void stream_answer(struct peer *peer) {
    if (!receive(peer)) return lose(peer);
    int64_t time = now();
    peer->buffer[peer->used] = 0;
    char *place = peer->buffer, *stamp;
    while ((stamp = strchr(place, '@')) && stamp + 20 <= peer->buffer + peer->used) {
        add(&transits, time - strtoll(stamp + 1, NULL, 10));
        if (peer->first) add(&latencies, time - peer->began);
        peer->first = false;
        place = stamp + 20;
    }
    if (strstr(place, "[DONE]")) {
        // The end of the chunks may come with it or after it; the next request waits a little for it.
        answered++;
        peer->busy = false;
        peer->due = time + 20000000;
        peer->used = 0;
        return;
    }
    size_t rest = peer->buffer + peer->used - place;
    if (rest > 512) {
        place += rest - 512;
        rest = 512;
    }
    memmove(peer->buffer, place, rest);
    peer->used = rest;
}

static void accept_stream(struct peer *listener) {
    int fd = accept4(listener->fd, NULL, NULL, SOCK_NONBLOCK);
    if (fd < 0) return;
    struct peer *peer = calloc(1, sizeof *peer);
    if (!peer) die("calloc");
    peer->role = UPSTREAM;
    peer->fd = fd;
    no_delay(fd);
    watch(peer);
}

static struct peer *upstreams[16384];
static int upstream_count;

static struct peer *listen_upstream(int number) {
    struct peer *peer = calloc(1, sizeof *peer);
    struct sockaddr_in address = loopback(number);
    int one = 1;
    peer->role = LISTENER;
    peer->fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
    setsockopt(peer->fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof one);
    if (bind(peer->fd, (struct sockaddr *)&address, sizeof address) || listen(peer->fd, 4096)) die("bind");
    watch(peer);
    return peer;
}

static void remember(struct peer *peer) {
    for (int i = 0; i < upstream_count; i++) if (upstreams[i] == peer) return;
    if (upstream_count < 16384) upstreams[upstream_count++] = peer;
}

static void run_streams(int clients, int rounds, int upstream, int events, double gap_ms) {
    listen_upstream(upstream);
    struct peer *peers = calloc(clients, sizeof *peers);
    int64_t gap = gap_ms * 1e6, start = now(), length = events * gap + 30000000;
    for (int i = 0; i < clients; i++) {
        connect_client(&peers[i]);
        peers[i].rounds = rounds;
        peers[i].due = start + 100000000 + length * i / clients;  // spread over the length of one
    }
    int64_t end = start + length * (rounds + 1) + 10000000000LL;
    struct epoll_event ready[256];
    long open = 1;
    while (open > 0 && now() < end) {
        struct timespec timeout = {0, 200000};
        int count = epoll_pwait2(epoll_fd, ready, 256, &timeout, NULL);
        for (int i = 0; i < count; i++) {
            struct peer *peer = ready[i].data.ptr;
            if (peer->role == LISTENER) accept_stream(peer);
            if (peer->role == CLIENT) stream_answer(peer);
            if (peer->role == UPSTREAM) {
                stream_request(peer);
                remember(peer);
            }
        }
        for (int i = 0; i < upstream_count; i++) {
            if (upstreams[i]->busy && upstreams[i]->due <= now()) send_event(upstreams[i], events, gap);
        }
        open = 0;
        for (int i = 0; i < clients; i++) {
            if (peers[i].fd >= 0 && !peers[i].busy && peers[i].rounds > 0 && peers[i].due <= now()) {
                peers[i].rounds--;
                send_request(&peers[i], now());
            }
            open += peers[i].fd >= 0 && (peers[i].busy || peers[i].rounds > 0);
        }
    }
    printf("{\"answered\": %ld, \"failed\": %ld, \"seconds\": %.3f, ", answered, failed + open, (now() - start) / 1e9);
    print("first_event", &latencies);
    printf(", ");
    print("transit", &transits);
    printf("}\n");
}

static void read_request(const char *path) {
    int fd = open(path, O_RDONLY);
    off_t length = fd < 0 ? -1 : lseek(fd, 0, SEEK_END);
    if (length <= 0) die(path);
    request = malloc(length);
    request_length = length;
    if (!request || pread(fd, request, length, 0) != length) die(path);
    close(fd);
}

int main(int count, char **arguments) {
    if (count < 6) {
        fprintf(stderr, "usage: see the head of load.c\n");
        return 2;
    }
    epoll_fd = epoll_create1(0);
    port = atoi(arguments[2]);
    read_request(arguments[3]);
    if (!strcmp(arguments[1], "stream") && count == 9) {
        run_streams(atoi(arguments[4]), atoi(arguments[5]), atoi(arguments[6]), atoi(arguments[7]), atof(arguments[8]));
    } else {
        run_whole(atoi(arguments[4]), atof(arguments[5]), count > 6 ? atof(arguments[6]) : 0);
    }
    return 0;
}
