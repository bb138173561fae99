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

/* Find the characters of pages in their folded texts, which stand one after the other: `bounds` are
 * where their texts start, their lengths, and how many segments they have (`pages` each), `rows` the
 * segments (see detector/page.py). Write where pages start and end, and the place of each character
 * by the number of its segment's; offsets become those in the text of its own page. */
EXPORT i64 place_pages(const i64 *bounds, i64 pages, const i32 *rows, const u8 *codes, i64 n,
                       i32 *offsets, u8 *places, i64 *starts, i64 *ends) {
    const i64 *texts = bounds, *lengths = bounds + pages, *segments = bounds + 2 * pages;
    u8 place = 0; /* that of breaks in front of the first segment, which nothing asks for */
    for (i64 k = 0, i = 0; k < pages; k++) {
        const i32 *row = rows, *last = rows + 4 * segments[k];
        i64 until = k + 1 < pages ? texts[k + 1] : INT64_MAX;
        starts[k] = ends[k] = i;
        for (; i < n && offsets[i] < until; i++) {
            i64 offset = offsets[i] - texts[k];
            for (; row < last && row[0] <= offset; row += 4)
                place = codes[row[2]];
            starts[k] += offset < 0;
            ends[k] += offset < lengths[k];
            offsets[i] = (i32)offset;
            places[i] = place;
        }
        rows = last;
    }
    return 0;
}
