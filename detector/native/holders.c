/* Which segments hold findings (see detector/spans.py). */
#include "segment.h"

/* The number of the segment that holds most of [start, end), the first of several; of what no
 * segment holds, that before it. Segments are in order. */
static i64 holder_of(const Segment *segments, i64 count, i64 start, i64 end) {
    i64 low = 0, high = count;
    while (low < high) { /* to the first that starts behind */
        i64 middle = (low + high) / 2;
        if (segments[middle].start <= start)
            low = middle + 1;
        else
            high = middle;
    }
    i64 best = most_of(low - 1, 0), most = INT64_MIN;
    for (i64 i = best; i < count && segments[i].start < end; i++) {
        i64 held = least_of(end, segments[i].end) - most_of(start, segments[i].start);
        if (held > most) {
            most = held;
            best = i;
        }
    }
    return best;
}

/* Write of ranges (start and end of each) of `texts` the numbers of the segments that hold them.
 * `sizes` are how many segments each text has, and then how many ranges. */
EXPORT i64 holders(const Segment *segments, const i64 *sizes, i64 texts, const i64 *ranges,
                   i64 *numbers) {
    for (i64 k = 0; k < texts; segments += sizes[k++])
        for (i64 left = sizes[texts + k]; left > 0; left--, ranges += 2)
            *numbers++ = holder_of(segments, sizes[k], ranges[0], ranges[1]);
    return 0;
}
