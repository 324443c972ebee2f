#pragma once
// Reading JSON's backslash escapes.
#include <cstdint>
#include <cstring>

/// One escape. A surrogate pair is one escape of twelve bytes.
struct Escape {
    uint32_t length;    // in source bytes; 0: not an escape of JSON
    uint32_t scalar;    // what it stands for; U+FFFD for a lone surrogate
    bool unstorable;    // U+0000 or a lone surrogate
};

inline uint32_t find_backslash(const uint8_t *bytes, uint32_t from, uint32_t length) {
    if (from >= length) return length;
    auto *found = static_cast<const uint8_t *>(memchr(bytes + from, '\\', length - from));
    return found ? uint32_t(found - bytes) : length;
}

/// The four hexadecimal digits at `text`, or -1.
inline int32_t hex4(const uint8_t *text) {
    int32_t value = 0;
    for (int i = 0; i < 4; i++) {
        uint8_t c = text[i];
        uint8_t lower = c | 0x20;
        int32_t digit;
        if (uint8_t(c - '0') < 10) digit = c - '0';
        else if (uint8_t(lower - 'a') < 6) digit = lower - 'a' + 10;
        else return -1;
        value = value << 4 | digit;
    }
    return value;
}

/// The escape at `text`, whose first byte is a backslash and of which `available` bytes may be read.
inline Escape read_escape(const uint8_t *text, size_t available) {
    if (available < 2) return {0, 0, false};
    switch (text[1]) {
        case '"': case '\\': case '/': return {2, text[1], false};
        case 'b': return {2, 8, false};
        case 'f': return {2, 12, false};
        case 'n': return {2, 10, false};
        case 'r': return {2, 13, false};
        case 't': return {2, 9, false};
        case 'u': break;
        default: return {0, 0, false};
    }
    if (available < 6) return {0, 0, false};
    int32_t unit = hex4(text + 2);
    if (unit < 0) return {0, 0, false};
    if (unit < 0xD800 || unit > 0xDFFF) return {6, uint32_t(unit), unit == 0};
    if (unit < 0xDC00 && available >= 12 && text[6] == '\\' && text[7] == 'u') {
        int32_t low = hex4(text + 8);
        if (low >= 0xDC00 && low <= 0xDFFF) {
            return {12, 0x10000 + (uint32_t(unit - 0xD800) << 10) + uint32_t(low - 0xDC00), false};
        }
    }
    return {6, 0xFFFD, true};
}
