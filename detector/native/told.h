/* What is told of values besides those that are written as they stand (see detector/links.py). */
#ifndef DETECTOR_TOLD_H
#define DETECTOR_TOLD_H

#include "kernel.h"

/* TOLD of detector/links.py: a text of an item, by its code points. */
typedef struct {
    i32 item, place, points;
} Told;

static inline i64 point_size(const u8 *at, const u8 *end) {
    i64 size = *at < 0xC0 ? 1 : *at < 0xE0 ? 2 : *at < 0xF0 ? 3 : 4;
    return least_of(size, end - at);
}

/* Say whether `n` bytes are UTF-8. */
i64 is_utf8(const u8 *text, i64 n);

#endif
