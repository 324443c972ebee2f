#include "Locate.h"

#include "CSimdjson.h"

namespace {

/// The length of the well-formed UTF-8 sequence at `p` (Unicode 15, table 3-7), or 0; `left` bytes may be read.
size_t sequence(const uint8_t *p, size_t left) {
    uint8_t first = p[0];
    if (first < 0x80) return 1;
    size_t size = first >= 0xC2 && first <= 0xDF ? 2 : first >= 0xE0 && first <= 0xEF ? 3
                : first >= 0xF0 && first <= 0xF4 ? 4 : 0;
    if (size == 0 || left < size) return 0;
    for (size_t i = 1; i < size; i++) if ((p[i] & 0xC0) != 0x80) return 0;
    if (first == 0xE0 && p[1] < 0xA0) return 0;
    if (first == 0xED && p[1] > 0x9F) return 0;
    if (first == 0xF0 && p[1] < 0x90) return 0;
    if (first == 0xF4 && p[1] > 0x8F) return 0;
    return size;
}

}  // namespace

Located locate(const uint8_t *bytes, size_t length) {
    for (size_t p = 0; p < length;) {
        size_t size = sequence(bytes + p, length - p);
        if (size == 0) {
            // A sequence that only lacks its end is a body that was cut off.
            bool cut = length - p < 4 && bytes[p] >= 0xC2 && bytes[p] <= 0xF4;
            for (size_t i = p + 1; i < length; i++) cut = cut && (bytes[i] & 0xC0) == 0x80;
            if (cut) {
                uint8_t padded[4] = {bytes[p], 0x80, 0x80, 0x80};
                for (size_t i = p + 1; i < length; i++) padded[i - p] = bytes[i];
                // E0, ED, F0 and F4 restrict their second byte; where that is missing any will do.
                if (length - p == 1 && (bytes[p] == 0xE0 || bytes[p] == 0xF0)) padded[1] = 0xA0;
                if (sequence(padded, 4) > length - p) return {TJ_TRUNCATED, length};
            }
            return {TJ_UTF8, p};
        }
        p += size;
    }
    bool inside = false;
    for (size_t p = 0; p < length; p++) {
        if (bytes[p] == '"') inside = !inside;
        else if (inside && bytes[p] == '\\') p++;
        else if (inside && bytes[p] < 0x20) return {TJ_CONTROL, p};
    }
    return {inside ? TJ_TRUNCATED : TJ_UNEXPECTED, inside ? length : 0};
}
