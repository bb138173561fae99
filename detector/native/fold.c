/* Folding of code points (see detector/fold.py). */
#include "kernel.h"

#define DROPPED 0xFFFFFFFFu
#define PLAIN_SPACE 0x20u
#define ZERO_WIDTH 0x200Bu

/* Fold `n` code points by tables of `size` entries; return how many characters are kept.
 *
 * A space survives only between two characters that are written with spaces, and once.
 */
EXPORT i64 fold_code_points(const u32 *raw, i64 n, const u32 *table, const u8 *class_of, u32 size,
                            u32 *codes, u8 *classes, i32 *offsets) {
    i64 kept = 0;
    i64 space = -1; /* the first since the last character kept */
    for (i64 i = 0; i < n; i++) {
        u32 point = raw[i];
        if (point >= size) /* tags and variation selectors of plane 14 are invisible */
            point = point >= 0xE0000 && point <= 0xE01EF ? ZERO_WIDTH : size - 1;
        u32 code = table[point];
        if (code == DROPPED)
            continue;
        if (code == PLAIN_SPACE) {
            if (space < 0)
                space = i;
            continue;
        }
        u8 class = class_of[point];
        if (space >= 0) {
            if (kept > 0 && classes[kept - 1] > KANA && class > KANA) {
                u32 blank = raw[space];
                codes[kept] = PLAIN_SPACE;
                classes[kept] = class_of[blank < size ? blank : size - 1];
                offsets[kept++] = (i32)space;
            }
            space = -1;
        }
        codes[kept] = code;
        classes[kept] = class;
        offsets[kept++] = (i32)i;
    }
    return kept;
}
