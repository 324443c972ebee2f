#include "CSimdjson.h"

#include <cstdlib>
#include <cstring>
#include <memory>
#include <new>

#include "Escapes.h"
#include "Locate.h"
#include <simdjson.h>

struct tj_parser {
    std::unique_ptr<simdjson::internal::dom_parser_implementation> stage1;
    size_t capacity = 0;
    uint32_t *open = nullptr;  // the containers that are open, as node numbers
    uint32_t open_size = 0;

    ~tj_parser() { free(open); }
    int prepare(size_t length, uint32_t max_depth) noexcept;
};

int tj_parser::prepare(size_t length, uint32_t max_depth) noexcept {
    if (length > capacity || !stage1) {
        size_t wanted = 4096;
        while (wanted < length) wanted *= 2;
        // Made afresh rather than grown, so that the old memory goes first.
        stage1.reset();
        capacity = 0;
        if (simdjson::get_active_implementation()->create_dom_parser_implementation(wanted, 1, stage1)) {
            stage1.reset();
            return TJ_MEMORY;
        }
        capacity = wanted;
    }
    if (max_depth > open_size) {
        void *grown = realloc(open, size_t(max_depth) * sizeof(uint32_t));
        if (!grown) return TJ_MEMORY;
        open = static_cast<uint32_t *>(grown);
        open_size = max_depth;
    }
    return TJ_OK;
}

namespace {

#define INLINE inline __attribute__((always_inline))

/// What may stand behind a number or a word.
INLINE bool ends(const uint8_t *bytes, uint32_t p, uint32_t length) {
    if (p >= length) return true;
    switch (bytes[p]) {
        case ' ': case '\t': case '\n': case '\r': case ',': case ':': case ']': case '}': case '[': case '{': return true;
        default: return false;
    }
}

INLINE bool digit(const uint8_t *bytes, uint32_t p, uint32_t length) {
    return p < length && uint8_t(bytes[p] - '0') < 10;
}

/// A token that was read: where it ends, what it is, or what is wrong with it and where.
struct Token {
    uint32_t end;
    uint8_t kind;
    uint8_t flags;
    int code;
};

INLINE Token number(const uint8_t *bytes, uint32_t start, uint32_t length) {
    uint32_t p = start;
    uint8_t flags = TJ_INTEGER;
    auto wrong = [&] { return Token{p, TJ_NUMBER, 0, p >= length ? TJ_TRUNCATED : TJ_NUMBER_FORM}; };
    if (bytes[p] == '-') p++;
    if (!digit(bytes, p, length)) return wrong();
    if (bytes[p] == '0') p++;
    else while (digit(bytes, p, length)) p++;
    if (p < length && bytes[p] == '.') {
        flags = 0;
        p++;
        if (!digit(bytes, p, length)) return wrong();
        while (digit(bytes, p, length)) p++;
    }
    if (p < length && (bytes[p] == 'e' || bytes[p] == 'E')) {
        flags = 0;
        p++;
        if (p < length && (bytes[p] == '+' || bytes[p] == '-')) p++;
        if (!digit(bytes, p, length)) return wrong();
        while (digit(bytes, p, length)) p++;
    }
    if (!ends(bytes, p, length)) return {p, TJ_NUMBER, 0, TJ_NUMBER_FORM};
    return {p, TJ_NUMBER, flags, TJ_OK};
}

INLINE Token word(const uint8_t *bytes, uint32_t start, uint32_t length, const char *text, uint32_t size, uint8_t kind) {
    for (uint32_t i = 0; i < size; i++) {
        if (start + i >= length) return {length, kind, 0, TJ_TRUNCATED};
        if (bytes[start + i] != uint8_t(text[i])) return {start + i, kind, 0, TJ_UNEXPECTED};
    }
    if (!ends(bytes, start + size, length)) return {start + size, kind, 0, TJ_UNEXPECTED};
    return {start + size, kind, 0, TJ_OK};
}

/// Checks the escapes of a string up to its quote; `backslash` is the first one, and the next one afterwards.
__attribute__((noinline)) Token escapes(
    const uint8_t *bytes, uint32_t &backslash, uint32_t quote, uint32_t length, uint8_t kind
) {
    uint8_t flags = TJ_ESCAPED;
    while (backslash < quote) {
        Escape escape = read_escape(bytes + backslash, quote - backslash);
        if (!escape.length) return {backslash, kind, 0, TJ_ESCAPE};
        if (escape.unstorable) flags |= TJ_UNSTORABLE;
        backslash = find_backslash(bytes, backslash + escape.length, length);
    }
    return {quote + 1, kind, flags, TJ_OK};
}

/// A string whose next structural byte (or the document's end) is at `limit`. `backslash` is kept from string to
/// string: every backslash before it has been seen, so a document without any is searched once.
INLINE Token string(
    const uint8_t *bytes, uint32_t start, uint32_t limit, uint32_t length, uint32_t &backslash, uint8_t kind
) {
    // Stage one saw the string closed; only white space stands between its quote and the next structural byte.
    uint32_t quote = limit - 1;
    while (quote > start && bytes[quote] != '"') quote--;
    if (quote == start) return {length, kind, 0, TJ_TRUNCATED};
    if (backslash <= start) backslash = find_backslash(bytes, start + 1, length);
    if (backslash < quote) return escapes(bytes, backslash, quote, length, kind);
    return {quote + 1, kind, 0, TJ_OK};
}

/// The second stage: reads the structural positions `at` up to `last` in order and writes nodes up to `full`. Returns
/// what is wrong. All state is in locals, which is worth a third of the time: nodes hold bytes, and a byte that is
/// written might be anybody's member.
int walk(
    const uint8_t *bytes, const uint32_t length, const uint32_t *at, const uint32_t *const last, uint32_t *const open,
    const uint32_t max_depth, tj_node *const nodes, const tj_node *const full, tj_result &result
) {
    tj_node *node = nodes;
    uint32_t depth = 0;
    uint32_t backslash = 0;
    uint32_t flags = 0;
    uint32_t start;
    bool object = false;
    Token token;
    auto fail = [&](int code, uint64_t offset) {
        result.offset = offset;
        return code;
    };
    auto limit = [&] { return at < last ? *at : length; };
    auto put = [&] {
        *node = {start, token.end, uint32_t(node - nodes) + 1, token.kind, token.flags, 0};
        node++;
        flags |= token.flags;
    };

value:
    if (at >= last) return fail(TJ_TRUNCATED, length);
    // Cannot happen: a valid prefix has at most half as many nodes as structural bytes, plus its depth.
    if (node >= full) return fail(TJ_MEMORY, 0);
    start = *at++;
    switch (bytes[start]) {
        case '"': token = string(bytes, start, limit(), length, backslash, TJ_STRING); break;
        case '{':
        case '[':
            if (depth >= max_depth) return fail(TJ_DEPTH, start);
            object = bytes[start] == '{';
            open[depth++] = uint32_t(node - nodes);
            *node++ = {start, start, 0, uint8_t(object ? TJ_OBJECT : TJ_ARRAY), 0, 0};
            if (at < last && bytes[*at] == (object ? '}' : ']')) goto behind;
            if (object) goto key;
            goto value;
        case 't': token = word(bytes, start, length, "true", 4, TJ_TRUE); break;
        case 'f': token = word(bytes, start, length, "false", 5, TJ_FALSE); break;
        case 'n': token = word(bytes, start, length, "null", 4, TJ_NULL); break;
        case '-': case '0': case '1': case '2': case '3': case '4': case '5': case '6': case '7': case '8': case '9':
            token = number(bytes, start, length);
            break;
        default: return fail(TJ_UNEXPECTED, start);
    }
    if (token.code) return fail(token.code, token.end);
    put();

behind:
    if (depth == 0) {
        result.count = uint32_t(node - nodes);
        result.flags = flags;
        return at < last ? fail(TJ_TRAILING, *at) : int(TJ_OK);
    }
    if (at >= last) return fail(TJ_TRUNCATED, length);
    start = *at++;
    if (bytes[start] == ',') {
        if (object) goto key;
        goto value;
    }
    if (bytes[start] != (object ? '}' : ']')) return fail(TJ_UNEXPECTED, start);
    depth--;
    nodes[open[depth]].end = start + 1;
    nodes[open[depth]].next = uint32_t(node - nodes);
    object = depth > 0 && nodes[open[depth - 1]].kind == TJ_OBJECT;
    goto behind;

key:
    if (at >= last) return fail(TJ_TRUNCATED, length);
    if (node >= full) return fail(TJ_MEMORY, 0);
    start = *at++;
    if (bytes[start] != '"') return fail(TJ_UNEXPECTED, start);
    token = string(bytes, start, limit(), length, backslash, TJ_KEY);
    if (token.code) return fail(token.code, token.end);
    put();
    if (at >= last) return fail(TJ_TRUNCATED, length);
    if (bytes[*at] != ':') return fail(TJ_UNEXPECTED, *at);
    at++;
    goto value;
}

tj_result failure(int code, uint64_t offset) { return {nullptr, 0, 0, code, offset}; }

}  // namespace

extern "C" {

tj_parser *tj_parser_create(void) { return new (std::nothrow) tj_parser(); }
void tj_parser_free(tj_parser *parser) { delete parser; }
size_t tj_parser_capacity(const tj_parser *parser) { return parser->capacity; }
void tj_nodes_free(tj_node *nodes) { free(nodes); }
const char *tj_implementation(void) {
    static const std::string name = simdjson::get_active_implementation()->name();
    return name.c_str();
}

tj_result tj_parse(tj_parser *parser, const uint8_t *bytes, size_t length, uint32_t max_depth) {
    if (length > 0x7fffffff) return failure(TJ_LENGTH, 0);
    uint32_t mark = length >= 3 && bytes[0] == 0xEF && bytes[1] == 0xBB && bytes[2] == 0xBF ? 3 : 0;
    bytes += mark;
    length -= mark;
    if (length == 0) return failure(TJ_EMPTY, mark);
    if (int code = parser->prepare(length, max_depth)) return failure(code, 0);
    simdjson::error_code error = parser->stage1->stage1(bytes, length, simdjson::stage1_mode::regular);
    if (error) {
        Located found = locate(bytes, length);
        return failure(error == simdjson::EMPTY ? int(TJ_EMPTY) : found.code, found.offset + mark);
    }
    uint32_t indexes = parser->stage1->n_structural_indexes;
    size_t capacity = size_t(indexes) / 2 + (indexes < max_depth ? indexes : max_depth) + 2;
    auto *nodes = static_cast<tj_node *>(malloc(capacity * sizeof(tj_node)));
    if (!nodes) return failure(TJ_MEMORY, 0);
    const uint32_t *index = parser->stage1->structural_indexes.get();
    tj_result result = failure(TJ_OK, 0);
    result.code = walk(
        bytes, uint32_t(length), index, index + indexes, parser->open, max_depth, nodes, nodes + capacity, result);
    if (result.code) {
        free(nodes);
        return failure(result.code, result.offset + mark);
    }
    for (uint32_t i = 0; mark && i < result.count; i++) {
        nodes[i].start += mark;
        nodes[i].end += mark;
    }
    result.nodes = nodes;
    return result;
}

}  // extern "C"
