/* Maximal scoring segments of evidence (see detector/spans.py). */
#include "kernel.h"

#define AT_ONCE 16 /* characters, none of which gains mostly */

/* A candidate: its range, the sums before it and up to its end, and the nearest earlier candidate
 * with a smaller sum before it. */
typedef struct {
    i64 start, end, link;
    double left, right;
} Candidate;

typedef struct {
    i64 count, most;
    i64 *starts, *ends;
    double *sums;
} Found;

static void flush(const Candidate *stack, i64 *height, double least, Found *found) {
    for (i64 k = 0; k < *height; k++) {
        double sum = stack[k].right - stack[k].left;
        if (sum < least || found->count == found->most)
            continue;
        found->starts[found->count] = stack[k].start;
        found->ends[found->count] = stack[k].end;
        found->sums[found->count++] = sum;
    }
    *height = 0;
}

/* Where the next character stands that gains, n for nowhere. */
VECTORIZED static i64 next_gain(const float *evidence, const u8 *classes, i64 i, i64 n,
                                float offset) {
    while (i < n) {
        i32 gains = 0;
        for (int k = 0; k < AT_ONCE && i + AT_ONCE <= n; k++)
            gains |= evidence[i + k] - offset > 0;
        if (!gains && i + AT_ONCE <= n) {
            i += AT_ONCE;
            continue;
        }
        for (i64 stop = least_of(i + AT_ONCE, n); i < stop; i++)
            if (classes[i] != BREAK && evidence[i] - offset > 0)
                return i;
    }
    return n;
}

/* Write the maximal scoring segments (Ruzzo and Tompa, ISMB 1999) of each stretch between breaks
 * whose sum is at least `least`; return how many. A score is evidence - offset, at least -floor.
 * A run without gain that costs `drop` parts as a break does. There is room for n / 2 + 1.
 */
EXPORT i64 maximal_segments(const float *evidence, const u8 *classes, i64 n, float offset,
                            float floor, double least, double drop, i64 *starts, i64 *ends,
                            double *sums) {
    Candidate *stack = malloc((size_t)(n / 2 + 1) * sizeof(Candidate));
    if (!stack)
        return -1;
    Found found = {0, n / 2 + 1, starts, ends, sums};
    i64 height = 0;
    double total = 0;
    for (i64 i = 0; i < n;) {
        double change = 0;
        i64 begin = i;
        bool parted = false;
        for (; i < n && !parted; i++) { /* a run without gain */
            float score = evidence[i] - offset;
            if (classes[i] == BREAK) {
                parted = true;
                continue;
            }
            score = score < -floor ? -floor : score;
            if (score > 0)
                break;
            change += score;
            parted = -change >= drop;
        }
        if (parted) {
            i = next_gain(evidence, classes, i, n, offset);
            flush(stack, &height, least, &found);
            total = 0;
        } else if (i > begin)
            total += change;
        if (i == n)
            break;
        Candidate last = {.start = i, .left = total};
        for (change = 0; i < n && classes[i] != BREAK && evidence[i] - offset > 0; i++)
            change += evidence[i] - offset;
        last.end = i;
        total += change;
        last.right = total;
        for (;;) {
            i64 at = height - 1;
            while (at >= 0 && stack[at].left >= last.left)
                at = stack[at].link;
            last.link = at;
            if (at < 0 || stack[at].right >= last.right)
                break;
            last.start = stack[at].start;
            last.left = stack[at].left;
            height = at;
        }
        stack[height++] = last;
    }
    flush(stack, &height, least, &found);
    free(stack);
    return found.count;
}

/* Write the runs of evidence of at least `bound` in each range, in order, those of one range after
 * the other, and how many runs there are before the end of each; return how many in all. There is
 * room for half of the characters of each range, rounded up. */
EXPORT i64 runs_within(const float *evidence, float bound, i64 count, const i64 *starts,
                       const i64 *ends, i64 *run_starts, i64 *run_ends, i64 *before) {
    i64 found = 0;
    for (i64 k = 0; k < count; k++) {
        for (i64 i = starts[k]; i < ends[k]; i++) {
            if (evidence[i] < bound)
                continue;
            run_starts[found] = i;
            while (i < ends[k] && evidence[i] >= bound)
                i++;
            run_ends[found++] = i;
        }
        before[k] = found;
    }
    return found;
}
