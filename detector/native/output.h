/* Bytes that are written as far as there is room for them, and counted beyond. */
#ifndef DETECTOR_OUTPUT_H
#define DETECTOR_OUTPUT_H

#include "kernel.h"

#define WIDEST 16 /* bytes of what is copied by two moves */

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

static inline void give(Output *output, const void *piece, size_t size) {
    if ((i64)size <= output->room - output->size) {
        u8 *to = output->out + output->size;
        if (size > WIDEST)
            memcpy(to, piece, size);
        else
            copy_short(to, piece, size);
    }
    output->size += (i64)size;
}

#endif
