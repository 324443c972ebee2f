#pragma once
// Where a document that simdjson's first stage refused is wrong. Slow, and only called then.
#include <cstddef>
#include <cstdint>

struct Located {
    int code;
    uint64_t offset;
};

Located locate(const uint8_t *bytes, size_t length);
