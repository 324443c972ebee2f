#include "CMicroHTTPDShim.h"
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>

/// Paths and query items stay percent-encoded: decoding them here would cut them at %00 and make %2F a separator.
static size_t keep_encoded(void *context, struct MHD_Connection *connection, char *text) {
    (void)context;
    (void)connection;
    return strlen(text);
}

/// The library's logger takes a va_list; Swift gets the finished line. The options outlive the daemon.
static void log_line(void *pointer, const char *format, va_list arguments) {
    char line[512];
    const struct tributary_mhd_options *options = pointer;
    vsnprintf(line, sizeof line, format, arguments);
    if (options->log) options->log(options->context, line);
}

struct MHD_Daemon *tributary_mhd_start(const struct tributary_mhd_options *options) {
    struct sockaddr_storage storage;
    memset(&storage, 0, sizeof storage);
    struct sockaddr_in *v4 = (struct sockaddr_in *)&storage;
    struct sockaddr_in6 *v6 = (struct sockaddr_in6 *)&storage;
    unsigned int flags = MHD_USE_EPOLL_INTERNAL_THREAD | MHD_ALLOW_SUSPEND_RESUME | MHD_USE_ERROR_LOG;
    if (inet_pton(AF_INET, options->address, &v4->sin_addr) == 1) {
        v4->sin_family = AF_INET;
        v4->sin_port = htons(options->port);
    } else if (inet_pton(AF_INET6, options->address, &v6->sin6_addr) == 1) {
        v6->sin6_family = AF_INET6;
        v6->sin6_port = htons(options->port);
        flags |= MHD_USE_DUAL_STACK;
    } else {
        errno = EINVAL;
        return NULL;
    }
    struct MHD_OptionItem items[12];
    int count = 0;
#define ADD(name, number, pointer) items[count++] = (struct MHD_OptionItem){name, (intptr_t)(number), pointer}
    ADD(MHD_OPTION_EXTERNAL_LOGGER, log_line, (void *)options);
    ADD(MHD_OPTION_SOCK_ADDR, 0, &storage);
    ADD(MHD_OPTION_NOTIFY_COMPLETED, options->completed, options->context);
    ADD(MHD_OPTION_NOTIFY_CONNECTION, options->connection, options->context);
    ADD(MHD_OPTION_CONNECTION_LIMIT, options->connections, NULL);
    ADD(MHD_OPTION_CONNECTION_TIMEOUT, options->timeout_seconds, NULL);
    ADD(MHD_OPTION_CONNECTION_MEMORY_LIMIT, options->connection_memory, NULL);
    ADD(MHD_OPTION_STRICT_FOR_CLIENT, 1, NULL);
    ADD(MHD_OPTION_UNESCAPE_CALLBACK, keep_encoded, NULL);
    if (options->threads > 1) ADD(MHD_OPTION_THREAD_POOL_SIZE, options->threads, NULL);
    ADD(MHD_OPTION_END, 0, NULL);
#undef ADD
    return MHD_start_daemon(flags, options->port, NULL, NULL, options->handler, options->context,
                            MHD_OPTION_ARRAY, items, MHD_OPTION_END);
}

uint16_t tributary_mhd_port(struct MHD_Daemon *daemon) {
    const union MHD_DaemonInfo *info = MHD_get_daemon_info(daemon, MHD_DAEMON_INFO_BIND_PORT);
    return info ? info->port : 0;
}

int tributary_mhd_descriptor(struct MHD_Connection *connection) {
    const union MHD_ConnectionInfo *info = MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CONNECTION_FD);
    return info ? info->connect_fd : -1;
}

void tributary_mhd_break(int descriptor) {
    if (descriptor >= 0) shutdown(descriptor, SHUT_RDWR);
}
