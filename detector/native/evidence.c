/* Evidence of every character: the first pass and the second look (see detector/context.py). */
#include "kernel.h"

#define ROW_WIDTH 8
#define MARK_BITS 3 /* by which a row is known for that of an n-gram */
#define MARK_PLACE 14 /* of the byte in a row: no n-gram reaches the last column */
#define HEADS 2
#define FLAT_GROUPS 15 /* of detector/ngrams.py */
#define AHEAD 16 /* n-grams by which the memory is asked for weights */
#define OWN_STEPS 32
#define STEPS 16
#define GROUP_SIZE (OWN_STEPS * 32)
#define LOW (-10)
#define HIGH 6
#define BESIDE 3
#define NEAR 4
#define MIDDLE 16
#define FAR 60
#define WIDE 200
#define LEAST_LENGTH 50
#define AT_ONCE 128 /* characters whose other weights are asked for while those of n-grams are added */
#define BLOCK 256 /* characters, whose steps fit into the nearest cache */

enum { G_NEAR, G_MIDDLE, G_FAR, G_DENSE, G_PAGE, G_OTHER, G_PLACE, G_SIDES, CONTEXT_GROUPS };

/* Sixteenths by which evidence stands out, by kind: above -2 and above -4.5. */
static const i32 PEAKS[HEADS] = {32, 72};

typedef i8 Bytes __attribute__((vector_size(8)));
typedef i16 Shorts __attribute__((vector_size(16)));

/* Sums of both heads for the eight characters from one on, four in each half. */
typedef struct {
    Shorts near, far;
} Window;

/* Add the row of the n-gram at `j`. Column 0 of it is for the first character of the window; an n-gram
 * of `order` reaches 8 - order of them. */
static inline void add_row(Window *window, const u32 *rows, i64 j, int order, const i8 *weights) {
    const i8 *row = weights + (size_t)(rows[j] >> MARK_BITS) * ROW_WIDTH * HEADS;
    u64 own = 0 - (u64)((u8)row[MARK_PLACE] == (rows[j] & ((1u << MARK_BITS) - 1))), halves[2];
    memcpy(halves, row, sizeof halves);
    halves[0] &= own;
    halves[1] &= own;
    Bytes near, far;
    memcpy(&near, halves, sizeof near);
    memcpy(&far, halves + 1, sizeof far);
    for (int column = 8 - order; column < ROW_WIDTH; column++)
        far[2 * column - 8] = far[2 * column - 7] = 0;
    window->near += __builtin_convertvector(near, Shorts);
    window->far += __builtin_convertvector(far, Shorts);
}

/* Add the rows of the n-grams that the window of i reaches last. Only near the ends of n characters
 * there are any that do not exist; elsewhere the memory is asked for those to come. */
static inline void add_rows(Window *window, const u32 *const rows[4], i64 i, i64 n,
                            const i8 *weights) {
    if (i >= 0 && i + AHEAD < n)
        for (int order = 1; order <= 4; order++) {
            const u32 *own = rows[order - 1] + i + 7 - order;
            __builtin_prefetch(weights + (size_t)(own[AHEAD] >> MARK_BITS) * ROW_WIDTH * HEADS);
            add_row(window, own, 0, order, weights);
        }
    else
        for (int order = 1; order <= 4; order++)
            if (i + 7 - order >= 0)
                add_row(window, rows[order - 1], i + 7 - order, order, weights);
}

/* Add the weights of one group to the sums, of both heads in turn, for `count` characters, no more than
 * at once: first all are fetched, so that none waits for another. */
static inline void add_flats(const u32 *flats, const i8 *weights, i32 count, i16 *restrict sums) {
    i8 pairs[HEADS * AT_ONCE];
#pragma GCC unroll 8
    for (i32 j = 0; j < count; j++)
        memcpy(pairs + HEADS * j, weights + HEADS * (size_t)flats[j], HEADS);
    for (i32 j = 0; j < HEADS * count; j++)
        sums[j] = (i16)(sums[j] + pairs[j]);
}

/* The exact sum of integer weights of each character, scaled: evidence is heads x n.
 *
 * At most 36 weights of 8 bits are added, which 16 bits hold.
 */
VECTORIZED static void sum_weights(i64 n, const u32 *const rows[4], const u32 *flats,
                                   const i8 *row_weights, const i8 *flat_weights,
                                   const float *scale, const float *bias, float *evidence) {
    Window window = {{0}, {0}};
    i16 sums[HEADS * AT_ONCE];
    for (i64 from = -2 * REACH; from < n; from = from < 0 ? 0 : from + AT_ONCE) {
        i64 last = from < 0 ? 0 : least_of(from + AT_ONCE, n);
        for (i64 i = from; i < last; i++) {
            add_rows(&window, rows, i, n, row_weights);
            for (int group = 0; group < FLAT_GROUPS && i >= 0; group++)
                __builtin_prefetch(flat_weights + HEADS * (size_t)flats[group * n + i]);
            if (i >= 0)
                memcpy(sums + HEADS * (i - from), &window.near, HEADS * sizeof *sums);
            window.near = __builtin_shufflevector(window.near, window.far, 2, 3, 4, 5, 6, 7, 8, 9);
            window.far = __builtin_shufflevector(window.far, (Shorts){0}, 2, 3, 4, 5, 6, 7, 8, 9);
        }
        i32 count = from < 0 ? 0 : (i32)(last - from);
        for (int group = 0; group < FLAT_GROUPS; group++)
            add_flats(flats + group * n + from, flat_weights, count, sums);
        for (i32 j = 0; j < count; j++) {
            float scaled = (float)sums[HEADS * j] * scale[0];
            evidence[from + j] = scaled + bias[0];
            scaled = (float)sums[HEADS * j + 1] * scale[1];
            evidence[n + from + j] = scaled + bias[1];
        }
    }
}

EXPORT i64 first_evidence(i64 n, const u32 *rows1, const u32 *rows2, const u32 *rows3,
                          const u32 *rows4, const u32 *flats, const i8 *row_weights,
                          const i8 *flat_weights, const float *scale, const float *bias,
                          float *evidence) {
    const u32 *const rows[4] = {rows1, rows2, rows3, rows4};
    sum_weights(n, rows, flats, row_weights, flat_weights, scale, bias, evidence);
    return 0;
}

/* The nearest integer, halves to even (|value| < 2**22). */
static inline i32 rounded(float value) {
    const float magic = 12582912.0f;
    float shifted = value + magic;
    return (i32)(shifted - magic);
}

/* Sums of what comes before each character, readable WIDE beyond both ends of the text. */
typedef struct {
    i32 *capped, *peaks; /* sixteenths of log-odds, of at most 4; those that stand out */
    u8 *own;             /* steps of each character */
} Sums;

/* Sixteenths of the log-odds of `count` characters, no more than a block: what they count for in
 * either sum, and their steps. */
VECTORIZED static void count_up(const u8 *classes, const float *first, i32 above, i32 count,
                                i32 *restrict capped, i32 *restrict peaks, u8 *restrict own) {
    for (i32 j = 0; j < count; j++) {
        i32 sixteenths = clipped(rounded(first[j] * 16), 16 * LOW, 16 * HIGH);
        sixteenths = classes[j] == BREAK ? -64 : sixteenths;
        i32 peak = sixteenths + above;
        own[j] = (u8)clipped((sixteenths - 16 * LOW) >> 3, 0, OWN_STEPS - 1);
        capped[j] = sixteenths < 64 ? sixteenths : 64;
        peaks[j] = peak > 0 ? peak : 0;
    }
}

static void sum_up(const Batch *batch, const float *first, i32 above, const Sums *sums) {
    i64 n = batch->n, page = 0;
    i32 sum = 0, peak = 0, capped[BLOCK], peaks[BLOCK];
    for (i64 from = 0; from < n; from += BLOCK) {
        i64 last = least_of(from + BLOCK, n), i = from;
        count_up(batch->classes + from, first + from, above, (i32)(last - from), capped, peaks,
                 sums->own + from);
        while (i < last) { /* what lies between pages counts nothing */
            while (page < batch->pages && batch->ends[page] <= i)
                page++;
            i64 start = page < batch->pages ? batch->starts[page] : n;
            i64 end = page < batch->pages ? least_of(batch->ends[page], last) : last;
            for (i64 until = least_of(start, last); i < until; i++) {
                sums->capped[i + 1] = sum;
                sums->peaks[i + 1] = peak;
            }
            for (; i < end; i++) {
                sums->capped[i + 1] = sum += capped[i - from];
                sums->peaks[i + 1] = peak += peaks[i - from];
            }
        }
    }
    for (i64 beyond = 0; beyond <= WIDE; beyond++) { /* the window of the first begins at -WIDE */
        sums->capped[-beyond] = sums->peaks[-beyond] = 0;
        sums->capped[n + beyond] = sum;
        sums->peaks[n + beyond] = peak;
    }
}

/* Fourteen sixteenths of the average above the lowest are one step. */
static inline i32 level_of(i32 sum, i32 size) {
    return quotient(sum - 16 * LOW * size, 14 * size, STEPS - 1);
}

/* Eight levels of the average of the characters before `end`, as many as BESIDE. */
static inline i32 side_level(const i32 *sums, i32 end) {
    return quotient(sums[end] - sums[end - BESIDE] - 16 * LOW * BESIDE, 28 * BESIDE, 7);
}

/* 2 * log2(1 + rate) rounded down, at most STEPS - 1: the exponent of the square (IEEE 754). */
static inline i32 log_steps(double rate) {
    float square = (float)(rate + 1);
    square *= square;
    i32 bits;
    memcpy(&bits, &square, sizeof bits);
    bits = (bits >> 23) - 127;
    return bits < STEPS - 1 ? bits : STEPS - 1;
}

/* Characters of the page [first, last) within `radius` of i. */
static inline i32 window_size(i32 i, i32 radius, i32 first, i32 last) {
    i32 low = i - radius > first ? i - radius : first;
    i32 high = i + radius + 1 < last ? i + radius + 1 : last;
    return high - low > 1 ? high - low : 1;
}

/* The steps of each group of BLOCK characters. */
typedef i32 Steps[CONTEXT_GROUPS][BLOCK];

/* Steps of `count` characters from `from` on, of the page [start, end). */
VECTORIZED static void steps_of(const Batch *batch, const Sums *sums, i64 from, i32 count,
                                i32 start, i32 end, Steps steps) {
    const i32 *capped = sums->capped + from, *peaks = sums->peaks + from;
    start -= (i32)from;
    end -= (i32)from;
    for (i32 j = 0; j < count; j++)
        steps[G_NEAR][j] = level_of(within(capped, j, NEAR), 2 * NEAR + 1);
    for (i32 j = 0; j < count; j++)
        steps[G_MIDDLE][j] = level_of(within(capped, j, MIDDLE), 2 * MIDDLE + 1);
    for (i32 j = 0; j < count; j++)
        steps[G_FAR][j] = level_of(within(capped, j, FAR), window_size(j, FAR, start, end));
    /* What stands out of the background, however deep the background is. */
    for (i32 j = 0; j < count; j++)
        steps[G_DENSE][j] =
            log_steps((double)within(peaks, j, WIDE) / window_size(j, WIDE, start, end));
    for (i32 j = 0; j < count; j++)
        steps[G_PLACE][j] = batch->places[from + j];
    /* A phrase has edges: what stands before and after, with half the own steps. */
    for (i32 j = 0; j < count; j++)
        steps[G_SIDES][j] = 8 * side_level(capped, j) + side_level(capped, j + 1 + BESIDE) -
                            32 * (sums->own[from + j] & 1);
}

/* Write the buckets of the second look (heads x groups x n), where `buckets` is not null, and the
 * sums of their corrections (heads x n), where `second` is not null. */
EXPORT i64 second_evidence(const Batch *batch, const float *first, const float *corrections,
                           i32 *buckets, float *second) {
    i64 n = batch->n, room = n + 1 + 2 * WIDE;
    i32 *memory = malloc((size_t)(2 * HEADS * room) * sizeof(i32) + (size_t)(HEADS * n));
    if (!memory)
        return -1;
    Sums sums[HEADS];
    for (int head = 0; head < HEADS; head++) {
        i32 *own = memory + 2 * head * room + WIDE;
        u8 *steps = (u8 *)(memory + 2 * HEADS * room) + head * n;
        sums[head] = (Sums){own, own + room, steps};
        sum_up(batch, first + head * n, PEAKS[head], &sums[head]);
    }
    Steps steps[HEADS];
    for (i64 k = 0; k < batch->pages; k++) {
        i64 start = batch->starts[k], end = batch->ends[k], reach = reach_of(batch, k);
        double length = (double)most_of(end - start, LEAST_LENGTH);
        i32 page[HEADS];
        for (int head = 0; head < HEADS; head++)
            page[head] = log_steps((sums[head].peaks[end] - sums[head].peaks[start]) / length);
        for (i64 from = k ? start : 0; from < reach; from += BLOCK) {
            i32 count = (i32)least_of(BLOCK, reach - from);
            for (int head = 0; head < HEADS; head++) {
                steps_of(batch, &sums[head], from, count, (i32)start, (i32)end, steps[head]);
                for (i32 j = 0; j < count; j++)
                    steps[head][G_PAGE][j] = page[head];
            }
            for (int head = 0; head < HEADS; head++)
                memcpy(steps[head][G_OTHER], steps[1 - head][G_MIDDLE], sizeof steps[0][0]);
            for (int head = 0; head < HEADS; head++) {
                const float *own = second ? corrections + head * CONTEXT_GROUPS * GROUP_SIZE : NULL;
                for (i32 j = 0; second && j < count; j++) {
                    i32 row = sums[head].own[from + j] * 32;
                    float sum = 0;
                    for (int group = 0; group < CONTEXT_GROUPS; group++)
                        sum += own[group * GROUP_SIZE + row + steps[head][group][j]];
                    second[head * n + from + j] = sum;
                }
                for (int group = 0; buckets && group < CONTEXT_GROUPS; group++)
                    for (i32 j = 0; j < count; j++)
                        buckets[((i64)head * CONTEXT_GROUPS + group) * n + from + j] =
                            group * GROUP_SIZE + sums[head].own[from + j] * 32 +
                            steps[head][group][j];
            }
        }
    }
    free(memory);
    return 0;
}
