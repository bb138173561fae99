/* Documents as their parser writes them (see detector/serialise.py). */
#include "kernel.h"

#define WIDEST 16 /* bytes of what is copied by two moves */

/* What the parser hands the pieces of a serialisation to: lexbor_serialize_cb_f. */
typedef unsigned (*Sink)(const u8 *piece, size_t size, void *context);

/* lxb_html_serialize_tree_cb(), whose address Python knows. */
typedef unsigned (*Serialise)(const void *node, Sink sink, void *context);

typedef struct {
    u8 *out;
    i64 size, room;
} Output;

/* Copy what is no longer than WIDEST, from both ends: pieces are short, and a call costs more than they
 * do. */
static inline void copy_short(u8 *to, const u8 *from, size_t size) {
    if (size >= 8) {
        memcpy(to, from, 8);
        memcpy(to + size - 8, from + size - 8, 8);
    } else if (size >= 4) {
        memcpy(to, from, 4);
        memcpy(to + size - 4, from + size - 4, 4);
    } else
        for (size_t k = 0; k < size; k++)
            to[k] = from[k];
}

static unsigned take(const u8 *piece, size_t size, void *context) {
    Output *output = context;
    if ((i64)size <= output->room - output->size) {
        u8 *to = output->out + output->size;
        if (size > WIDEST)
            memcpy(to, piece, size);
        else
            copy_short(to, piece, size);
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
