/* Documents as their parser writes them (see detector/serialise.py).
 *
 * The parser hands out its signs and names one by one, and looks at every character of a value twice;
 * so plain tags are written here.
 */
#include "output.h"

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
} Parser;

enum { IS_ELEMENT = 1, IS_DOCUMENT = 9 }; /* types of nodes, as in the DOM */

static unsigned take(const u8 *piece, size_t size, void *context) {
    give(context, piece, size);
    return 0;
}

/* Whether a value is written as it is. */
static bool is_plain(const u8 *value, size_t size) {
    /* The last may begin a hard space. */
    static const u8 ESCAPED[256] = {['&'] = 1, ['"'] = 1, ['<'] = 1, ['>'] = 1, [0xC2] = 1};
    u8 any = 0;
    for (size_t k = 0; k < size; k++)
        any |= ESCAPED[value[k]];
    return !any;
}

/* Write a start tag; say whether nothing in it would have to be escaped. */
static bool give_start(const Parser *parser, const void *element, Output *output) {
    size_t size = 0;
    const u8 *name = parser->element_name(element, &size);
    give(output, "<", 1);
    give(output, name, size);
    for (const void *attribute = parser->first_attribute(element); attribute;
         attribute = parser->next_attribute(attribute)) {
        name = parser->attribute_name(attribute, &size);
        give(output, " ", 1);
        give(output, name, size);
        give(output, "=\"", 2);
        const u8 *value = parser->attribute_value(attribute, &size);
        if (value && !is_plain(value, size))
            return false;
        give(output, value ? value : name, value ? size : 0);
        give(output, "\"", 1);
    }
    give(output, ">", 1);
    return true;
}

static void give_end(const Parser *parser, const void *element, Output *output) {
    size_t size = 0;
    const u8 *name = parser->element_name(element, &size);
    give(output, "</", 2);
    give(output, name, size);
    give(output, ">", 1);
}

/* Write a node, or only the begin of it. Return 0, or what the parser says when it fails. */
static unsigned give_node(const Parser *parser, const void *node, bool whole, Output *output) {
    i64 before = output->size;
    if (whole)
        return parser->write_tree(node, take, output);
    if (parser->type(node) == IS_ELEMENT) {
        if (give_start(parser, node, output))
            return 0;
        output->size = before;
    }
    return parser->write(node, take, output);
}

/* Write a document, or another node with what is in it; return how many bytes that are, which are only
 * there if there was room for them, -1 where the parser failed. Elements whose content is not what is
 * in them (`wholes`: numbers of their names) are written by the parser, and so is all else that is no
 * plain tag. */
EXPORT i64 serialise_document(const Parser *parser, const void *document, const u64 *wholes,
                              i64 count, u8 *out, i64 room) {
    Output output = {out, 0, room};
    if (parser->type(document) != IS_DOCUMENT)
        return give_node(parser, document, true, &output) ? -1 : output.size;
    const void *node = parser->first_child(document), *next;
    while (node) {
        bool element = parser->type(node) == IS_ELEMENT, whole = false;
        for (i64 k = 0; k < count && element; k++)
            whole |= parser->tag(node) == wholes[k];
        if (give_node(parser, node, whole, &output))
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
