/* Ends of ranges, and how well a text does without them (see detector/edges.py). */
#include "edges.h"

#define SHIFT 2 /* characters by which the ends are moved in search of the best cut */
#define WHOLE_WORD 24 /* what a trigram across the cut counts that was seen */
#define FURTHEST 3 /* characters by which an end is moved for good */
#define BESIDE_A_MARK 3.0f /* what it counts that a phrase ends beside punctuation */
#define TIE_STEPS 16.0f
#define OUTSIDE (-10.0f) /* evidence taken for a break's */

/* What it costs to part each of the characters around `at` from the one before it. */
typedef i32 Cuts[2 * SHIFT + 1];

static void find_cuts(const Batch *batch, const Counts *counts, i64 at, Cuts cuts) {
    for (i64 k = 0; k <= 2 * SHIFT; k++) {
        i64 i = at + k - SHIFT;
        bool tied = i > 0 && i < batch->n && is_han(batch->classes[i - 1]) &&
                    is_han(batch->classes[i]);
        i32 tie = tied ? association(batch->codes[i - 1], batch->codes[i], counts) : 0;
        cuts[k] = clipped(tie, -CLIP, CLIP);
    }
}

/* How much better [start, end) is left out, but for what the cuts at its ends cost. */
static i32 splice_of(const Batch *batch, const Counts *counts, i64 start, i64 end) {
    const u32 *codes = batch->codes;
    const u8 *classes = batch->classes;
    if (end - start < 2 || start < 2 || end + 1 >= batch->n || !is_han(classes[start - 1]) ||
        !is_han(classes[end]))
        return NOT_SPLICED;
    i32 value = clipped(association(codes[start - 1], codes[end], counts), -CLIP, CLIP);
    if (is_han(classes[start - 2])) {
        u32 key = longer_key(codes[start - 2] * M1, codes[start - 1]);
        value += seen(longer_key(key, codes[end]), counts) ? WHOLE_WORD : 0;
    }
    if (is_han(classes[end + 1])) {
        u32 key = longer_key(codes[start - 1] * M1, codes[end]);
        value += seen(longer_key(key, codes[end + 1]), counts) ? WHOLE_WORD : 0;
    }
    return value;
}

i32 splice_around(const Batch *batch, const Counts *counts, i64 start, i64 end) {
    i32 best = NOT_SPLICED;
    Cuts before, after;
    find_cuts(batch, counts, start, before);
    find_cuts(batch, counts, end, after);
    for (i64 first = 0; first <= 2 * SHIFT; first++)
        for (i64 last = 0; last <= 2 * SHIFT; last++) {
            i32 value = splice_of(batch, counts, start + first - SHIFT, end + last - SHIFT);
            if (value > NOT_SPLICED)
                best = (i32)most_of(best, value - before[first] - after[last]);
        }
    return best;
}

/* How well a phrase ends between `last` and the character `beyond` it, at its left or right end:
 * evidence drops there, punctuation stands there, or two characters that do not go together. */
static float edge_of(const Batch *batch, const Counts *counts, const float *evidence, i64 last,
                     i64 beyond) {
    u8 inside = batch->classes[last], outside = batch->classes[beyond];
    if (outside == BREAK)
        return evidence[last] - OUTSIDE + BESIDE_A_MARK;
    float drop = evidence[last] - evidence[beyond];
    if (outside >= SPACE && outside <= BAR)
        drop += BESIDE_A_MARK;
    if (is_han(inside) && is_han(outside)) {
        i64 first = least_of(last, beyond);
        i32 tied = association(batch->codes[first], batch->codes[first + 1], counts);
        drop -= (float)clipped(tied, -32, 32) / TIE_STEPS;
    }
    return drop;
}

/* Move the ends of disjoint ranges, in order, to where the evidence of the first pass has edges. */
EXPORT i64 sharpened(const Batch *batch, const Counts *counts, const float *evidence, i64 count,
                     i64 *starts, i64 *ends) {
    for (i64 k = 0; k < count; k++) {
        i64 start = starts[k], end = ends[k], middle = (start + end) / 2;
        i64 low = k ? ends[k - 1] : 1, high = k + 1 < count ? starts[k + 1] : batch->n - 1;
        float best = -1e9f;
        for (i64 step = 0; step <= 2 * FURTHEST; step++) { /* the nearest first */
            i64 at = starts[k] + (step & 1 ? -(step + 1) / 2 : step / 2);
            if (at < low || at > middle || batch->classes[at] == BREAK ||
                (at < starts[k] && memchr(batch->classes + at, BREAK, (size_t)(starts[k] - at))))
                continue;
            float value = edge_of(batch, counts, evidence, at, at - 1);
            if (value > best) {
                best = value;
                start = at;
            }
        }
        best = -1e9f;
        for (i64 step = 0; step <= 2 * FURTHEST; step++) {
            i64 at = ends[k] + (step & 1 ? (step + 1) / 2 : -step / 2);
            if (at > high || at <= middle || batch->classes[at - 1] == BREAK ||
                (at > ends[k] && memchr(batch->classes + ends[k], BREAK, (size_t)(at - ends[k]))))
                continue;
            float value = edge_of(batch, counts, evidence, at - 1, at);
            if (value > best) {
                best = value;
                end = at;
            }
        }
        starts[k] = start;
        ends[k] = end;
    }
    return 0;
}
