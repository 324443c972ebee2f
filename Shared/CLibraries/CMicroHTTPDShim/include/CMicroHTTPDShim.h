#pragma once
// Typed wrappers around the variadic and macro parts of libmicrohttpd, for Swift.
#include <microhttpd.h>
#include <stdint.h>

/// What a daemon is started with.
struct tributary_mhd_options {
    const char *address;           // numeric IPv4 or IPv6 address
    uint16_t port;                 // 0: any free one
    unsigned int connections;      // at most this many at once
    unsigned int timeout_seconds;  // a connection idle for longer is closed
    unsigned int threads;          // epoll threads
    size_t connection_memory;      // bounds the request line and the headers
    MHD_AccessHandlerCallback handler;
    MHD_RequestCompletedCallback completed;
    MHD_NotifyConnectionCallback connection;
    void (*log)(void *context, const char *line);
    void *context;                 // given to all of them
};

/// Starts a daemon; NULL with errno set if it cannot.
struct MHD_Daemon *tributary_mhd_start(const struct tributary_mhd_options *options);

/// The port that the daemon listens on, 0 if unknown.
uint16_t tributary_mhd_port(struct MHD_Daemon *daemon);

/// The socket of a connection, -1 if unknown. It stays the library's.
int tributary_mhd_descriptor(struct MHD_Connection *connection);

/// Ends the traffic on a socket in both directions; the library then closes it.
void tributary_mhd_break(int descriptor);
