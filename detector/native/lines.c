/* Lines of plain text (see detector/page.py). */
#include "segment.h"

#define NO_ELEMENT (-1)

#define LAST_SPACE 0x3000

/* What parts lines in the sense of Python's str.splitlines, and other white space in that of str.split. */
enum { WRITTEN, SPACES, ENDS_LINE };
static const u8 KINDS[LAST_SPACE + 1] = {
    [9] = SPACES,           [10] = ENDS_LINE,       [11] = ENDS_LINE,       [12] = ENDS_LINE,
    [13] = ENDS_LINE,       [0x1C] = ENDS_LINE,     [0x1D] = ENDS_LINE,     [0x1E] = ENDS_LINE,
    [0x1F] = SPACES,        [' '] = SPACES,         [0x85] = ENDS_LINE,     [0xA0] = SPACES,
    [0x1680] = SPACES,      [0x2000] = SPACES,      [0x2001] = SPACES,      [0x2002] = SPACES,
    [0x2003] = SPACES,      [0x2004] = SPACES,      [0x2005] = SPACES,      [0x2006] = SPACES,
    [0x2007] = SPACES,      [0x2008] = SPACES,      [0x2009] = SPACES,      [0x200A] = SPACES,
    [0x2028] = ENDS_LINE,   [0x2029] = ENDS_LINE,   [0x202F] = SPACES,      [0x205F] = SPACES,
    [LAST_SPACE] = SPACES,
};

/* Write a segment for each line of `n` code points that is not blank, without the white space at its
 * end; return how many. There is room for half as many as there are code points, rounded up. */
EXPORT i64 find_lines(const u32 *points, i64 n, i64 place, Segment *segments) {
    i64 count = 0, start = 0, stop = 0; /* of the line, and of what it says so far */
    for (i64 i = 0; i <= n; i++) {
        u8 kind = i == n ? ENDS_LINE : points[i] <= LAST_SPACE ? KINDS[points[i]] : WRITTEN;
        stop = kind == WRITTEN ? i + 1 : stop;
        if (kind != ENDS_LINE)
            continue;
        if (stop > start)
            segments[count++] = (Segment){(i32)start, (i32)stop, (i32)place, NO_ELEMENT};
        start = i + 1;
    }
    return count;
}
