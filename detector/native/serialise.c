/* Documents as their parser writes them (see detector/serialise.py). */
#include "kernel.h"

#define SHORT 3 /* bytes: most pieces are signs, for which a call costs more than they do */

/* What the parser hands the pieces of a serialisation to: lexbor_serialize_cb_f. */
typedef unsigned (*Sink)(const u8 *piece, size_t size, void *context);

/* lxb_html_serialize_tree_cb(), whose address Python knows. */
typedef unsigned (*Serialise)(const void *node, Sink sink, void *context);

typedef struct {
    u8 *out;
    i64 size, room;
} Output;

static unsigned take(const u8 *piece, size_t size, void *context) {
    Output *output = context;
    if ((i64)size <= output->room - output->size) {
        u8 *to = output->out + output->size;
        if (size > SHORT)
            memcpy(to, piece, size);
        else
            for (size_t k = 0; k < size; k++)
                to[k] = piece[k];
    }
    output->size += (i64)size;
    return 0;
}

/* Write the tree of a node; return how many bytes that are, which are only there if there was room
 * for them, -1 where the parser failed. */
EXPORT i64 serialise_tree(Serialise serialise, const void *node, u8 *out, i64 room) {
    Output output = {out, 0, room};
    return serialise(node, take, &output) ? -1 : output.size;
}
