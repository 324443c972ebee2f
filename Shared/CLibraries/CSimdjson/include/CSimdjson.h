#pragma once
// A JSON document as a flat list of nodes with their source positions.
//
// simdjson's first stage does the work on every byte (UTF-8, strings, structure, SIMD); the second stage is ours,
// because simdjson's own converts every number and copies every string, refuses numbers beyond 64 bits and lone
// surrogates, and forgets where a value stood in the source, which is what we need most.
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

// What a node is.
enum { TJ_NULL, TJ_FALSE, TJ_TRUE, TJ_NUMBER, TJ_STRING, TJ_ARRAY, TJ_OBJECT, TJ_KEY };

// Flags of a node; those of the document are all its nodes' together.
enum {
    TJ_ESCAPED = 1,     // a string or key with at least one backslash
    TJ_UNSTORABLE = 2,  // \u0000 or a lone surrogate: Postgres refuses it
    TJ_INTEGER = 4,     // a number without fraction and exponent
};

// What is wrong.
enum {
    TJ_OK, TJ_EMPTY, TJ_TRUNCATED, TJ_UTF8, TJ_DEPTH, TJ_UNEXPECTED, TJ_TRAILING, TJ_ESCAPE, TJ_NUMBER_FORM,
    TJ_CONTROL, TJ_LENGTH, TJ_MEMORY,
};

// A value or a member's key. A key is followed by its value; children follow their container.
typedef struct {
    uint32_t start;  // first byte
    uint32_t end;    // behind the last byte (quotes and brackets included)
    uint32_t next;   // the node behind this one and all it holds
    uint8_t kind;
    uint8_t flags;
    uint16_t unused;
} tj_node;

typedef struct {
    tj_node *nodes;  // to be freed with tj_nodes_free; NULL on failure
    uint32_t count;
    uint32_t flags;
    int32_t code;
    uint64_t offset;  // of the failure
} tj_result;

typedef struct tj_parser tj_parser;

// Scratch memory for parsing, to be used by one thread at a time. NULL when there is no memory.
tj_parser *tj_parser_create(void);
void tj_parser_free(tj_parser *parser);
// The longest document the scratch memory holds without growing, in bytes.
size_t tj_parser_capacity(const tj_parser *parser);

// Validates the whole of `bytes` (which need no padding; a byte order mark is skipped) and lists its nodes.
tj_result tj_parse(tj_parser *parser, const uint8_t *bytes, size_t length, uint32_t max_depth);
void tj_nodes_free(tj_node *nodes);

// The value of the last member whose key is `key` (unescaped), or 0: the root is never a member.
uint32_t tj_member(const tj_node *nodes, uint32_t object, const uint8_t *bytes, const uint8_t *key, size_t length);

// Unescapes what stands between a string's quotes into `out` (at least `length` bytes); returns the length written.
// The input has passed tj_parse. Lone surrogates become U+FFFD.
size_t tj_unescape(const uint8_t *text, size_t length, uint8_t *out);

// The nearest double of a valid JSON number; infinite where it is out of range.
double tj_double(const uint8_t *text, size_t length);

// How many \u0000 and lone surrogate escapes `text` (valid JSON) holds. Where `out` is not NULL it holds a copy of
// `text`, in which each of them is replaced by \uFFFD, which is as long.
size_t tj_replace_unstorable(const uint8_t *text, size_t length, uint8_t *out);

// The name of simdjson's implementation for this processor.
const char *tj_implementation(void);

#ifdef __cplusplus
}
#endif
