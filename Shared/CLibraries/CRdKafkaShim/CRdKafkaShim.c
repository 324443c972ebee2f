#define _GNU_SOURCE
#include "CRdKafkaShim.h"

#include <poll.h>
#include <pthread.h>
#include <sys/eventfd.h>
#include <unistd.h>

rd_kafka_resp_err_t kafka_shim_produce(
    rd_kafka_t *client, rd_kafka_topic_t *topic, int32_t partition, bool has_key, const void *key, size_t key_length,
    bool has_value, const void *value, size_t value_length, const uint8_t *header_bytes,
    const uint32_t *header_lengths, size_t header_count, void *opaque) {
    static const char empty[1] = "";
    if (has_key && !key) key = empty;
    if (has_value && !value) value = empty;
    if (!has_key) key = NULL, key_length = 0;
    if (!has_value) value = NULL, value_length = 0;

    rd_kafka_headers_t *headers = rd_kafka_headers_new(header_count);
    for (size_t index = 0; index < header_count; index++) {
        uint32_t name_length = header_lengths[2 * index], content_length = header_lengths[2 * index + 1];
        rd_kafka_resp_err_t refused = rd_kafka_header_add(
            headers, (const char *)header_bytes, name_length, header_bytes + name_length, content_length);
        if (refused) {
            rd_kafka_headers_destroy(headers);
            return refused;
        }
        header_bytes += name_length + content_length;
    }
    rd_kafka_resp_err_t error = rd_kafka_producev(
        client, RD_KAFKA_V_RKT(topic), RD_KAFKA_V_PARTITION(partition), RD_KAFKA_V_MSGFLAGS(RD_KAFKA_MSG_F_COPY),
        RD_KAFKA_V_KEY(key, key_length), RD_KAFKA_V_VALUE((void *)value, value_length), RD_KAFKA_V_HEADERS(headers),
        RD_KAFKA_V_OPAQUE(opaque), RD_KAFKA_V_END);
    // The library owns the headers only of a message that it took.
    if (error) rd_kafka_headers_destroy(headers);
    return error;
}

size_t kafka_shim_reports(rd_kafka_event_t *event, kafka_shim_report_run *runs, size_t capacity) {
    size_t used = 0;
    const rd_kafka_message_t *message;
    while ((message = rd_kafka_event_message_next(event))) {
        if (used > 0 && runs[used - 1].opaque == message->_private && runs[used - 1].error == message->err) {
            runs[used - 1].count++;
            continue;
        }
        runs[used].opaque = message->_private;
        runs[used].error = message->err;
        runs[used].count = 1;
        runs[used].topic = message->err && message->rkt ? rd_kafka_topic_name(message->rkt) : NULL;
        if (++used == capacity) break;
    }
    return used;
}

int kafka_shim_wake_open(void) { return eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK); }

void kafka_shim_wake_on(rd_kafka_queue_t *queue, int descriptor) {
    static const uint64_t one = 1;
    rd_kafka_queue_io_event_enable(queue, descriptor, &one, sizeof(one));
}

void kafka_shim_wake(int descriptor) {
    (void)eventfd_write(descriptor, 1);
}

void kafka_shim_wake_wait(int descriptor, int timeout_ms) {
    struct pollfd entry = {.fd = descriptor, .events = POLLIN};
    eventfd_t ignored;
    if (poll(&entry, 1, timeout_ms) > 0) (void)eventfd_read(descriptor, &ignored);
}

void kafka_shim_wake_close(int descriptor) { close(descriptor); }

void kafka_shim_name_thread(const char *name) { pthread_setname_np(pthread_self(), name); }
