// Reading the values of a document that has passed tj_parse.
#include <charconv>
#include <cstdlib>
#include <cstring>
#include <limits>
#include <string>
#include <system_error>

#include "CSimdjson.h"
#include "Escapes.h"

extern "C" {

uint32_t tj_member(const tj_node *nodes, uint32_t object, const uint8_t *bytes, const uint8_t *key, size_t length) {
    uint32_t found = 0;
    uint32_t end = nodes[object].next;
    for (uint32_t at = object + 1; at < end;) {
        const tj_node &name = nodes[at];
        size_t size = name.end - name.start - 2;
        const uint8_t *text = bytes + name.start + 1;
        if (!(name.flags & TJ_ESCAPED)) {
            if (size == length && memcmp(text, key, length) == 0) found = at + 1;
        } else if (size > length) {
            // Escapes only ever shorten. Compared without building the name.
            size_t p = 0, k = 0;
            bool same = true;
            while (same && p < size) {
                uint8_t plain[4];
                size_t step = text[p] == '\\' ? read_escape(text + p, size - p).length : 1;
                size_t made = step == 1 ? (plain[0] = text[p], 1) : tj_unescape(text + p, step, plain);
                same = step > 0 && k + made <= length && memcmp(key + k, plain, made) == 0;
                p += step;
                k += made;
            }
            if (same && k == length) found = at + 1;
        }
        at = nodes[at + 1].next;
    }
    return found;
}

size_t tj_unescape(const uint8_t *text, size_t length, uint8_t *out) {
    size_t p = 0, o = 0;
    while (p < length) {
        size_t next = find_backslash(text, uint32_t(p), uint32_t(length));
        memcpy(out + o, text + p, next - p);
        o += next - p;
        p = next;
        if (p >= length) break;
        Escape escape = read_escape(text + p, length - p);
        if (!escape.length) break;  // not after tj_parse
        p += escape.length;
        uint32_t c = escape.scalar;
        if (c < 0x80) {
            out[o++] = uint8_t(c);
        } else if (c < 0x800) {
            out[o++] = uint8_t(0xC0 | c >> 6);
            out[o++] = uint8_t(0x80 | (c & 0x3F));
        } else if (c < 0x10000) {
            out[o++] = uint8_t(0xE0 | c >> 12);
            out[o++] = uint8_t(0x80 | (c >> 6 & 0x3F));
            out[o++] = uint8_t(0x80 | (c & 0x3F));
        } else {
            out[o++] = uint8_t(0xF0 | c >> 18);
            out[o++] = uint8_t(0x80 | (c >> 12 & 0x3F));
            out[o++] = uint8_t(0x80 | (c >> 6 & 0x3F));
            out[o++] = uint8_t(0x80 | (c & 0x3F));
        }
    }
    return o;
}

double tj_double(const uint8_t *text, size_t length) {
    auto *first = reinterpret_cast<const char *>(text);
    double value = 0;
    auto [end, error] = std::from_chars(first, first + length, value);
    if (error == std::errc()) return value;
    // Out of range is either end of the scale: nearer to zero than any double, or beyond the largest. The decimal
    // exponent of the first significant digit tells which; no double lies between 1e-400 and 1e400 out of range.
    bool negative = length > 0 && text[0] == '-';
    long magnitude = 0, exponent = 0;
    bool point = false, significant = false;
    size_t i = negative ? 1 : 0;
    for (; i < length && text[i] != 'e' && text[i] != 'E'; i++) {
        if (text[i] == '.') point = true;
        else {
            if (text[i] != '0') significant = true;
            if (significant && !point) magnitude++;
            if (!significant && point) magnitude--;
        }
    }
    if (i < length) {
        bool minus = text[i + 1] == '-';
        for (i++; i < length; i++) {
            if (text[i] >= '0' && text[i] <= '9' && exponent < 0x7fffffffL) exponent = exponent * 10 + (text[i] - '0');
        }
        if (minus) exponent = -exponent;
    }
    double out = significant && magnitude + exponent > 0 ? std::numeric_limits<double>::infinity() : 0.0;
    return negative ? -out : out;
}

size_t tj_replace_unstorable(const uint8_t *text, size_t length, uint8_t *out) {
    size_t count = 0;
    for (uint32_t p = find_backslash(text, 0, uint32_t(length)); p < length;) {
        Escape escape = read_escape(text + p, length - p);
        if (escape.unstorable) {
            count++;
            if (out) memcpy(out + p + 2, "FFFD", 4);
        }
        p = find_backslash(text, p + (escape.length ? escape.length : 1), uint32_t(length));
    }
    return count;
}

}  // extern "C"
