/* Evidence of every character: the second look (see detector/context.py). */
#include "kernel.h"

#define HEADS 2
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
#define BLOCK 256 /* characters, whose steps fit into the nearest cache */

enum { G_NEAR, G_MIDDLE, G_FAR, G_DENSE, G_PAGE, G_OTHER, G_PLACE, G_SIDES, CONTEXT_GROUPS };

/* Sixteenths by which evidence stands out, by kind: above -2 and above -4.5. */
static const i32 PEAKS[HEADS] = {32, 72};

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
    i32 sixteenths[BLOCK];
    for (i32 j = 0; j < count; j++) /* a compiler makes a branch of this where it is not by itself */
        sixteenths[j] = clipped(rounded(first[j] * 16), 16 * LOW, 16 * HIGH);
    for (i32 j = 0; j < count; j++) {
        i32 value = classes[j] == BREAK ? -64 : sixteenths[j], peak = value + above;
        own[j] = (u8)clipped((value - 16 * LOW) >> 3, 0, OWN_STEPS - 1);
        capped[j] = value < 64 ? value : 64;
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

/* The buckets of each group, of BLOCK characters, in a table of its own: rows are their own steps. */
typedef i32 Buckets[CONTEXT_GROUPS][BLOCK];

/* Buckets of `count` characters from `from` on, of the page [start, end), but for what is the same in
 * all of it and what the other kind says; steps of G_MIDDLE are kept for that one. */
VECTORIZED static void find_buckets(const Batch *batch, const Sums *sums, i64 from, i32 count,
                                    i32 start, i32 end, i32 page, i32 *restrict middle,
                                    Buckets buckets) {
    const i32 *capped = sums->capped + from, *peaks = sums->peaks + from;
    i32 rows[BLOCK];
    start -= (i32)from;
    end -= (i32)from;
    for (i32 j = 0; j < count; j++)
        rows[j] = sums->own[from + j] * 32;
    for (i32 j = 0; j < count; j++)
        buckets[G_NEAR][j] = rows[j] + level_of(within(capped, j, NEAR), 2 * NEAR + 1);
    for (i32 j = 0; j < count; j++)
        middle[j] = level_of(within(capped, j, MIDDLE), 2 * MIDDLE + 1);
    for (i32 j = 0; j < count; j++)
        buckets[G_MIDDLE][j] = rows[j] + middle[j];
    for (i32 j = 0; j < count; j++)
        buckets[G_FAR][j] =
            rows[j] + level_of(within(capped, j, FAR), window_size(j, FAR, start, end));
    /* What stands out of the background, however deep the background is. */
    for (i32 j = 0; j < count; j++)
        buckets[G_DENSE][j] =
            rows[j] + log_steps((double)within(peaks, j, WIDE) / window_size(j, WIDE, start, end));
    for (i32 j = 0; j < count; j++)
        buckets[G_PAGE][j] = rows[j] + page;
    for (i32 j = 0; j < count; j++)
        buckets[G_PLACE][j] = rows[j] + batch->places[from + j];
    /* A phrase has edges: what stands before and after, with half the own steps. */
    for (i32 j = 0; j < count; j++)
        buckets[G_SIDES][j] = rows[j] - (rows[j] & 32) + 8 * side_level(capped, j) +
                              side_level(capped, j + 1 + BESIDE);
}

/* Add up the corrections of `count` characters, in the order of the groups. */
SCALAR static void add_corrections(const float *corrections, const Buckets buckets, i32 count,
                            float *restrict sums) {
    for (i32 j = 0; j < count; j++) {
        float sum = 0;
#pragma GCC unroll 8
        for (int group = 0; group < CONTEXT_GROUPS; group++)
            sum += (corrections + group * GROUP_SIZE)[buckets[group][j]];
        sums[j] = sum;
    }
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
    Buckets found[HEADS];
    for (i64 k = 0; k < batch->pages; k++) {
        i64 start = batch->starts[k], end = batch->ends[k], reach = reach_of(batch, k);
        double length = (double)most_of(end - start, LEAST_LENGTH);
        i32 page[HEADS], middle[HEADS][BLOCK];
        for (int head = 0; head < HEADS; head++)
            page[head] = log_steps((sums[head].peaks[end] - sums[head].peaks[start]) / length);
        for (i64 from = k ? start : 0; from < reach; from += BLOCK) {
            i32 count = (i32)least_of(BLOCK, reach - from);
            for (int head = 0; head < HEADS; head++)
                find_buckets(batch, &sums[head], from, count, (i32)start, (i32)end, page[head],
                             middle[head], found[head]);
            for (int head = 0; head < HEADS; head++) {
                const u8 *own = sums[head].own + from;
                for (i32 j = 0; j < count; j++)
                    found[head][G_OTHER][j] = own[j] * 32 + middle[1 - head][j];
                if (second)
                    add_corrections(corrections + head * CONTEXT_GROUPS * GROUP_SIZE, found[head],
                                    count, second + head * n + from);
                for (int group = 0; buckets && group < CONTEXT_GROUPS; group++)
                    for (i32 j = 0; j < count; j++)
                        buckets[((i64)head * CONTEXT_GROUPS + group) * n + from + j] =
                            group * GROUP_SIZE + found[head][group][j];
            }
        }
    }
    free(memory);
    return 0;
}
