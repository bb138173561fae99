/* What stands above the elements of a page (see detector/link_blocks.py). */
#include "kernel.h"

/* Of each of `count` elements, the nearest of a tag that it is or is in, 0 for none; no more than
 * `furthest` above it are looked at. */
EXPORT i64 nearest_of_tag(const i32 *parents, const i32 *tags, const i32 *elements, i64 count,
                          i64 tag, i64 furthest, i32 *nearest) {
    for (i64 k = 0; k < count; k++) {
        i32 at = elements[k];
        for (i64 left = furthest; at > 0 && tags[at] != tag; at = parents[at])
            if (!left--) {
                at = 0;
                break;
            }
        nearest[k] = at > 0 ? at : 0;
    }
    return 0;
}

/* Count for each element how many of `count` are in it, no more than `furthest` below. `inside` is
 * filled with 0. */
EXPORT i64 count_inside(const i32 *parents, const i32 *elements, i64 count, i64 furthest,
                        i32 *inside) {
    for (i64 k = 0; k < count; k++) {
        i32 at = parents[elements[k]];
        for (i64 left = furthest; at > 0 && left--; at = parents[at])
            inside[at]++;
    }
    return 0;
}
