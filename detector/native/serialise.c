/* Documents as their parser writes them, without attributes that nothing is read of (see
 * detector/serialise.py).
 *
 * The parser hands out its signs and names one by one, and looks at every character of a value twice;
 * so plain tags and texts are written here.
 */
#include "output.h"
#include "scan.h"
#include "wide.h"

/* What the parser hands the pieces of a serialisation to: lexbor_serialize_cb_f. */
typedef unsigned (*Sink)(const u8 *piece, size_t size, void *context);

/* What we ask the parser, whose functions Python finds: PARTS of detector/serialise.py, in its order. */
typedef struct {
    unsigned (*write_tree)(const void *node, Sink sink, void *context);
    unsigned (*write)(const void *node, Sink sink, void *context); /* without what is in it */
    unsigned (*type)(const void *node);
    uintptr_t (*tag)(const void *node);
    bool (*is_void)(const void *node);
    const void *(*first_child)(const void *node);
    const void *(*next)(const void *node);
    const void *(*parent)(const void *node);
    const u8 *(*element_name)(const void *element, size_t *size);
    const void *(*first_attribute)(const void *element);
    const void *(*next_attribute)(const void *attribute);
    const u8 *(*attribute_name)(const void *attribute, size_t *size);
    const u8 *(*attribute_value)(const void *attribute, size_t *size);
    size_t text_at; /* bytes from a text node to where its text is: a Text; 0 where that is not known */
} Parser;

typedef struct {
    const u8 *start;
    size_t size;
} Text;

enum { IS_ELEMENT = 1, IS_TEXT = 3, IS_DOCUMENT = 9 }; /* types of nodes, as in the DOM */

static unsigned take(const u8 *piece, size_t size, void *context) {
    give(context, piece, size);
    return 0;
}

/* Whether any of some bytes may be written otherwise than it is. The last may begin a hard space. */
static inline bool any_special(Bytes bytes) {
    return any_true(truth_of((Bytes)((bytes == '&') | (bytes == '"') | (bytes == '<') |
                                     (bytes == '>') | (bytes == 0xC2))));
}

/* Whether a value or a text is written as it is. */
static bool is_plain(const u8 *text, size_t size) {
    u8 few[WIDTH] = {0};
    if (size < WIDTH) {
        copy_short(few, text, size);
        return !any_special(bytes_at(few));
    }
    for (size_t k = 0; k + WIDTH < size; k += WIDTH)
        if (any_special(bytes_at(text + k)))
            return false;
    return !any_special(bytes_at(text + size - WIDTH));
}

static inline bool is_named(const u8 *name, size_t size, const char *known) {
    return size == strlen(known) && !memcmp(name, known, size);
}

/* Write a value with what stands for signs in it. */
static void give_value(Output *output, const u8 *value, size_t size) {
    const u8 *end = value + size, *from = value;
    bool plain = is_plain(value, size);
    for (const u8 *at = value; at < end && !plain; at++) {
        const char *reference = *at == '&'   ? "&amp;"
                                : *at == '"' ? "&quot;"
                                : *at == '<' ? "&lt;"
                                : *at == '>' ? "&gt;"
                                : begins(at, end, "\xC2\xA0", 2) ? "&nbsp;"
                                                                 : NULL;
        if (!reference)
            continue;
        give(output, from, (size_t)(at - from));
        give(output, reference, strlen(reference));
        at += *at == 0xC2;
        from = at + 1;
    }
    give(output, from, (size_t)(end - from));
}

/* Write a start tag with the attributes that are asked for. */
static void give_start(const Parser *parser, const void *element, Output *output) {
    size_t size = 0;
    const u8 *name = parser->element_name(element, &size);
    bool leads = is_named(name, size, "a") || is_named(name, size, "area") ||
                 is_named(name, size, "iframe") ||
                 is_named(name, size, "frame"); /* where to is asked of these only */
    give(output, "<", 1);
    give(output, name, size);
    for (const void *attribute = parser->first_attribute(element); attribute;
         attribute = parser->next_attribute(attribute)) {
        name = parser->attribute_name(attribute, &size);
        i32 asked = attribute_of(name, (i64)size);
        if (asked == UNASKED || (!leads && (asked == HREF || asked == SRC || asked == SRCDOC)))
            continue;
        give(output, " ", 1);
        give(output, name, size);
        give(output, "=\"", 2);
        const u8 *value = parser->attribute_value(attribute, &size);
        if (value)
            give_value(output, value, size);
        give(output, "\"", 1);
    }
    give(output, ">", 1);
}

static void give_end(const Parser *parser, const void *element, Output *output) {
    size_t size = 0;
    const u8 *name = parser->element_name(element, &size);
    give(output, "</", 2);
    give(output, name, size);
    give(output, ">", 1);
}

/* Write a text if nothing in it could be escaped; say whether that was so. */
static bool give_text(const Parser *parser, const void *node, Output *output) {
    Text text;
    if (!parser->text_at)
        return false;
    memcpy(&text, (const u8 *)node + parser->text_at, sizeof text);
    if (!text.start || !is_plain(text.start, text.size))
        return false;
    give(output, text.start, text.size);
    return true;
}

/* Write a node, or only the begin of it. Return 0, or what the parser says when it fails. */
static unsigned give_node(const Parser *parser, const void *node, unsigned type, bool whole,
                          Output *output) {
    if (whole)
        return parser->write_tree(node, take, output);
    if (type == IS_TEXT && give_text(parser, node, output))
        return 0;
    if (type != IS_ELEMENT)
        return parser->write(node, take, output);
    give_start(parser, node, output);
    return 0;
}

/* Whether the content of an element is not what is in it: its name is one of `wholes`. */
static inline bool is_whole(const Parser *parser, const void *element, const u64 *wholes, i64 count) {
    u64 tag = parser->tag(element);
    bool whole = false;
    for (i64 k = 0; k < count; k++)
        whole |= tag == wholes[k];
    return whole;
}

/* Write a document, or another node with what is in it; return how many bytes that are, which are only
 * there if there was room for them, -1 where the parser failed. Elements whose content is not what is
 * in them (`wholes`: numbers of their names) are written by the parser, and so is all else that is no
 * plain tag. */
EXPORT i64 serialise_document(const Parser *parser, const void *document, const u64 *wholes,
                              i64 count, u8 *out, i64 room) {
    Output output = {out, 0, room};
    if (parser->type(document) != IS_DOCUMENT)
        return parser->write_tree(document, take, &output) ? -1 : output.size;
    const void *node = parser->first_child(document), *next;
    while (node) {
        unsigned type = parser->type(node);
        bool element = type == IS_ELEMENT;
        bool whole = element && is_whole(parser, node, wholes, count);
        if (give_node(parser, node, type, whole, &output))
            return -1;
        bool open = element && !whole && !parser->is_void(node);
        next = open ? parser->first_child(node) : NULL;
        if (open && !next)
            give_end(parser, node, &output);
        while (!next && !(next = parser->next(node))) {
            node = parser->parent(node);
            if (node == document)
                return output.size;
            give_end(parser, node, &output);
        }
        node = next;
    }
    return output.size;
}

/* Write the numbers that elements of a document have, in its order from 1, by their addresses, which
 * are ascending; 0 for those that are not in it. */
EXPORT i64 number_elements(const Parser *parser, const void *document, const u64 *addresses,
                           i64 count, i64 *numbers) {
    i64 number = 0;
    memset(numbers, 0, (size_t)count * sizeof *numbers);
    for (const void *node = parser->first_child(document), *next; node; node = next) {
        if (parser->type(node) == IS_ELEMENT) {
            number++;
            i64 low = 0, high = count;
            while (low < high) {
                i64 middle = (low + high) / 2;
                if (addresses[middle] < (u64)(uintptr_t)node)
                    low = middle + 1;
                else
                    high = middle;
            }
            if (low < count && addresses[low] == (u64)(uintptr_t)node)
                numbers[low] = number;
        }
        next = parser->first_child(node);
        while (!next && !(next = parser->next(node))) {
            node = parser->parent(node);
            if (node == document)
                return number;
        }
    }
    return number;
}
