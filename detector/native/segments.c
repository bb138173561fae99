/* Maximal scoring segments of evidence (see detector/spans.py). */
#include "kernel.h"

#define OUTSTANDING 40
#define RUNNING_OUTSTANDING 20
#define BINS 64 /* of a quarter each, from -LOWEST on */
#define LOWEST 10.0f
#define QUIET (-8.0f) /* evidence taken for that of no text */
#define ODD (-2.0f)
#define BOLD 0.0f
#define LEAST_RUNNING 40
#define DISTINCT 65536
#define BODY 3 /* of WHERES in detector/page.py */

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
        for (; i < n; i++) { /* a run without gain */
            float score = evidence[i] - offset;
            if (classes[i] == BREAK) {
                parted = true;
                continue;
            }
            score = score < -floor ? -floor : score;
            if (score > 0)
                break;
            change += score;
        }
        if (parted || -change >= drop) {
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

/* How often evidence has each level. */
typedef struct {
    i64 bins[BINS], size;
} Levels;

static inline i32 level_of(float evidence) {
    float bin = (evidence + LOWEST) * 4;
    return bin <= 0 ? 0 : bin >= BINS - 1 ? BINS - 1 : (i32)bin;
}

/* The average of the highest, as many as `most` if there are, in quarters. */
static float top_of(const Levels *levels, i64 most) {
    i64 left = most = least_of(most, levels->size), sum = 0;
    for (i64 bin = BINS - 1; bin >= 0 && left > 0; bin--) {
        i64 taken = least_of(levels->bins[bin], left);
        sum += taken * bin;
        left -= taken;
    }
    return most ? (float)sum / (float)(4 * most) - LOWEST : QUIET;
}

/* The highest level of each character, and which characters there are. */
typedef struct {
    u8 highest[DISTINCT]; /* plus one; 0 for those that are not there */
    u16 seen[DISTINCT];
    i64 count;
} Distinct;

static inline void meet(Distinct *distinct, u32 code, i32 level) {
    u32 place = code % DISTINCT; /* rare characters share that of others */
    u8 *highest = distinct->highest + place;
    if (!*highest)
        distinct->seen[distinct->count++] = (u16)place;
    if (*highest <= level)
        *highest = (u8)(level + 1);
}

/* Their levels; leaves nothing behind. */
static Levels levels_of(Distinct *distinct) {
    Levels levels = {{0}, distinct->count};
    for (i64 i = 0; i < distinct->count; i++) {
        u8 *highest = distinct->highest + distinct->seen[i];
        levels.bins[*highest - 1]++;
        *highest = 0;
    }
    distinct->count = 0;
    return levels;
}

/* Write of each page the average evidence of the characters that stand out and how many are odd and
 * bold; and of its running text (characters of the body, in blocks of at least LEAST_RUNNING) how
 * many there are, and the average of the oddest, each character counted once. */
EXPORT i64 survey_textures(const Batch *batch, const float *evidence, float *tops, i64 *odd,
                           i64 *bold, i64 *running_sizes, float *running_tops) {
    Distinct *distinct = calloc(1, sizeof *distinct);
    if (!distinct)
        return -1;
    for (i64 k = 0; k < batch->pages; k++) {
        Levels whole = {{0}, 0};
        odd[k] = bold[k] = running_sizes[k] = 0;
        for (i64 i = batch->starts[k], end; i < batch->ends[k]; i = end + 1) {
            for (end = i; end < batch->ends[k] && batch->classes[end] != BREAK;)
                end++;
            for (i64 j = i; j < end; j++) {
                i32 level = level_of(evidence[j]);
                whole.bins[level]++;
                odd[k] += evidence[j] > ODD;
                bold[k] += evidence[j] > BOLD;
                if (end - i >= LEAST_RUNNING && batch->places[j] >> 1 == BODY) {
                    meet(distinct, batch->codes[j], level);
                    running_sizes[k]++;
                }
            }
            whole.size += end - i;
        }
        tops[k] = top_of(&whole, OUTSTANDING);
        Levels running = levels_of(distinct);
        running_tops[k] = top_of(&running, RUNNING_OUTSTANDING);
    }
    free(distinct);
    return 0;
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
