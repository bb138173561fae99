/* Which segments hold findings (see detector/spans.py). */
#include "segment.h"

/* Of each of m ranges of a text, the number of the segment that holds most of it, the first of several;
 * of what no segment holds, that before it. Segments are in order. */
EXPORT i64 holders(const Segment *segments, i64 count, const i64 *starts, const i64 *ends, i64 m,
                   i64 *numbers) {
    for (i64 k = 0; k < m; k++) {
        i64 low = 0, high = count;
        while (low < high) { /* to the first that starts behind */
            i64 middle = (low + high) / 2;
            if (segments[middle].start <= starts[k])
                low = middle + 1;
            else
                high = middle;
        }
        i64 best = most_of(low - 1, 0), most = INT64_MIN;
        for (i64 i = best; i < count && segments[i].start < ends[k]; i++) {
            i64 held = least_of(ends[k], segments[i].end) - most_of(starts[k], segments[i].start);
            if (held > most) {
                most = held;
                best = i;
            }
        }
        numbers[k] = best;
    }
    return 0;
}
