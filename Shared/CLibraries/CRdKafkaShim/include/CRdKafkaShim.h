#pragma once
// Typed wrappers around the variadic and macro parts of the library, for Swift.
#include <librdkafka/rdkafka.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

// Queues one message; the library copies key, value and headers before this returns.
// A missing key or value is said by has_key and has_value, because an empty one may come with a null pointer.
// header_bytes holds name and value of each header one after the other; header_lengths their lengths, in pairs.
rd_kafka_resp_err_t kafka_shim_produce(
    rd_kafka_t *client, rd_kafka_topic_t *topic, int32_t partition, bool has_key, const void *key, size_t key_length,
    bool has_value, const void *value, size_t value_length, const uint8_t *header_bytes,
    const uint32_t *header_lengths, size_t header_count, void *opaque);

// Consecutive delivery reports of one batch with one result. The topic is the first message's, NULL where all went
// well, and lives as long as the event.
typedef struct {
    void *opaque;
    rd_kafka_resp_err_t error;
    size_t count;
    const char *topic;
} kafka_shim_report_run;

// Takes reports out of a delivery event and joins neighbours that belong together; 0 when there are no more.
size_t kafka_shim_reports(rd_kafka_event_t *event, kafka_shim_report_run *runs, size_t capacity);

// A descriptor that becomes readable when a queue it is enabled on has news, or when kafka_shim_wake is called.
int kafka_shim_wake_open(void);
void kafka_shim_wake_on(rd_kafka_queue_t *queue, int descriptor);
void kafka_shim_wake(int descriptor);
// Waits until the descriptor is readable, at most that long, and makes it unreadable again.
void kafka_shim_wake_wait(int descriptor, int timeout_ms);
void kafka_shim_wake_close(int descriptor);

// Names the calling thread, at most 15 bytes.
void kafka_shim_name_thread(const char *name);
