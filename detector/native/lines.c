/* Lines of plain text (see detector/page.py). */
#include "segment.h"

#define NO_ELEMENT (-1)

/* What parts lines in the sense of Python's str.splitlines. */
static inline bool ends_line(u32 point) {
    if (point > 0x1E && point < 0x85)
        return false;
    return (point >= 10 && point <= 13) || (point >= 0x1C && point <= 0x1E) || point == 0x85 ||
           point == 0x2028 || point == 0x2029;
}

/* White space in the sense of Python's str.split. */
static inline bool is_space(u32 point) {
    if (point > ' ' && point < 0x85)
        return false;
    return point == ' ' || (point >= 9 && point <= 13) || (point >= 0x1C && point <= 0x1F) ||
           point == 0x85 || point == 0xA0 || point == 0x1680 ||
           (point >= 0x2000 && point <= 0x200A) || point == 0x2028 || point == 0x2029 ||
           point == 0x202F || point == 0x205F || point == 0x3000;
}

/* Write a segment for each line of `n` code points that is not blank, without the white space at its
 * end; return how many. There is room for half as many as there are code points, rounded up. */
EXPORT i64 find_lines(const u32 *points, i64 n, i64 place, Segment *segments) {
    i64 count = 0, start = 0, stop = 0; /* of the line, and of what it says so far */
    for (i64 i = 0; i <= n; i++) {
        if (i < n && !ends_line(points[i])) {
            stop = is_space(points[i]) ? stop : i + 1;
            continue;
        }
        if (stop > start)
            segments[count++] = (Segment){(i32)start, (i32)stop, (i32)place, NO_ELEMENT};
        start = i + 1;
    }
    return count;
}
