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

// The second stage: reads the structural positions in order and writes nodes.
struct Walk {
    const uint8_t *bytes;
    uint32_t length;
    const uint32_t *index;  // structural positions
    uint32_t indexes;
    uint32_t *open;
    uint32_t max_depth;
    tj_node *nodes;
    uint32_t capacity;
    uint32_t at = 0;         // in `index`
    uint32_t count = 0;      // of nodes
    uint32_t backslash = 0;  // every backslash before it has been seen
    uint32_t flags = 0;
    uint64_t offset = 0;

    int fail(int code, uint64_t where) {
        offset = where;
        return code;
    }

    // Where the token that begins before structural position `at` can reach at most.
    uint32_t limit() const { return at < indexes ? index[at] : length; }

    bool ends(uint32_t p) const {
        if (p >= length) return true;
        switch (bytes[p]) {
            case ' ': case '\t': case '\n': case '\r': case ',': case ':': case ']': case '}': case '[': case '{':
                return true;
            default: return false;
        }
    }

    int string(uint32_t start, uint8_t kind) {
        // Stage one saw the string closed; only white space stands between its quote and the next structural byte.
        uint32_t quote = limit() - 1;
        while (quote > start && bytes[quote] != '"') quote--;
        if (quote == start) return fail(TJ_TRUNCATED, length);
        uint8_t flag = 0;
        if (backslash <= start) backslash = find_backslash(bytes, start + 1, length);
        while (backslash < quote) {
            flag |= TJ_ESCAPED;
            Escape escape = read_escape(bytes + backslash, quote - backslash);
            if (!escape.length) return fail(TJ_ESCAPE, backslash);
            if (escape.unstorable) flag |= TJ_UNSTORABLE;
            backslash = find_backslash(bytes, backslash + escape.length, length);
        }
        flags |= flag;
        nodes[count] = {start, quote + 1, count + 1, kind, flag, 0};
        count++;
        return TJ_OK;
    }

    bool digit(uint32_t p) const { return p < length && uint8_t(bytes[p] - '0') < 10; }

    int number(uint32_t start) {
        uint32_t p = start;
        uint8_t flag = TJ_INTEGER;
        if (bytes[p] == '-') p++;
        if (!digit(p)) return fail(p >= length ? TJ_TRUNCATED : TJ_NUMBER_FORM, p);
        if (bytes[p] == '0') p++;
        else while (digit(p)) p++;
        if (p < length && bytes[p] == '.') {
            flag = 0;
            if (!digit(++p)) return fail(p >= length ? TJ_TRUNCATED : TJ_NUMBER_FORM, p);
            while (digit(p)) p++;
        }
        if (p < length && (bytes[p] == 'e' || bytes[p] == 'E')) {
            flag = 0;
            p++;
            if (p < length && (bytes[p] == '+' || bytes[p] == '-')) p++;
            if (!digit(p)) return fail(p >= length ? TJ_TRUNCATED : TJ_NUMBER_FORM, p);
            while (digit(p)) p++;
        }
        if (!ends(p)) return fail(TJ_NUMBER_FORM, p);
        nodes[count] = {start, p, count + 1, TJ_NUMBER, flag, 0};
        count++;
        return TJ_OK;
    }

    int word(uint32_t start, const char *text, uint32_t size, uint8_t kind) {
        for (uint32_t i = 0; i < size; i++) {
            if (start + i >= length) return fail(TJ_TRUNCATED, length);
            if (bytes[start + i] != uint8_t(text[i])) return fail(TJ_UNEXPECTED, start + i);
        }
        if (!ends(start + size)) return fail(TJ_UNEXPECTED, start + size);
        nodes[count] = {start, start + size, count + 1, kind, 0, 0};
        count++;
        return TJ_OK;
    }

    int run();
};

int Walk::run() {
    uint32_t depth = 0;
    uint32_t start;
    int code;

value:
    if (at >= indexes) return fail(TJ_TRUNCATED, length);
    // Cannot happen: a valid prefix has at most half as many nodes as structural bytes, plus its depth.
    if (count >= capacity) return fail(TJ_MEMORY, 0);
    start = index[at++];
    switch (bytes[start]) {
        case '{':
        case '[': {
            if (depth >= max_depth) return fail(TJ_DEPTH, start);
            bool object = bytes[start] == '{';
            open[depth++] = count;
            nodes[count] = {start, start, 0, uint8_t(object ? TJ_OBJECT : TJ_ARRAY), 0, 0};
            count++;
            if (at < indexes && bytes[index[at]] == (object ? '}' : ']')) goto behind;
            if (object) goto key;
            goto value;
        }
        case '"': code = string(start, TJ_STRING); break;
        case 't': code = word(start, "true", 4, TJ_TRUE); break;
        case 'f': code = word(start, "false", 5, TJ_FALSE); break;
        case 'n': code = word(start, "null", 4, TJ_NULL); break;
        case '-': case '0': case '1': case '2': case '3': case '4': case '5': case '6': case '7': case '8': case '9':
            code = number(start);
            break;
        default: return fail(TJ_UNEXPECTED, start);
    }
    if (code) return code;

behind:
    if (depth == 0) return at < indexes ? fail(TJ_TRAILING, index[at]) : TJ_OK;
    if (at >= indexes) return fail(TJ_TRUNCATED, length);
    start = index[at++];
    {
        tj_node &container = nodes[open[depth - 1]];
        bool object = container.kind == TJ_OBJECT;
        if (bytes[start] == (object ? '}' : ']')) {
            container.end = start + 1;
            container.next = count;
            depth--;
            goto behind;
        }
        if (bytes[start] != ',') return fail(TJ_UNEXPECTED, start);
        if (!object) goto value;
    }

key:
    if (at >= indexes) return fail(TJ_TRUNCATED, length);
    if (count >= capacity) return fail(TJ_MEMORY, 0);
    start = index[at++];
    if (bytes[start] != '"') return fail(TJ_UNEXPECTED, start);
    code = string(start, TJ_KEY);
    if (code) return code;
    if (at >= indexes) return fail(TJ_TRUNCATED, length);
    if (bytes[index[at]] != ':') return fail(TJ_UNEXPECTED, index[at]);
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
    Walk walk{bytes, uint32_t(length), parser->stage1->structural_indexes.get(), indexes, parser->open, max_depth,
              nodes, uint32_t(capacity)};
    if (int code = walk.run()) {
        free(nodes);
        return failure(code, walk.offset + mark);
    }
    if (mark) {
        for (uint32_t i = 0; i < walk.count; i++) {
            nodes[i].start += mark;
            nodes[i].end += mark;
        }
    }
    return {nodes, walk.count, walk.flags, TJ_OK, 0};
}

}  // extern "C"
