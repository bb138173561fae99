/* Evidence of every character: the first pass and the second look (see detector/context.py). */
#include "kernel.h"

#define ROW_WIDTH 8
#define HEADS 2
#define FLAT_GROUPS 14 /* of detector/ngrams.py */
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

enum { G_NEAR, G_MIDDLE, G_FAR, G_DENSE, G_PAGE, G_OTHER, G_PLACE, G_SIDES, CONTEXT_GROUPS };

/* Sixteenths by which evidence stands out, by kind: above -2 and above -4.5. */
static const i32 PEAKS[HEADS] = {32, 72};

typedef i8 Bytes __attribute__((vector_size(8)));
typedef i16 Shorts __attribute__((vector_size(16)));

/* Sums of both heads for the eight characters from one on, four in each half. */
typedef struct {
    Shorts near, far;
} Window;

/* Add the row of the n-gram at `j`, if there is one. Column 0 of it is for the first character of
 * the window; an n-gram of `order` reaches 8 - order of them. */
static inline void add_row(Window *window, const u32 *rows, i64 j, i64 size, int order,
                           const i8 *weights) {
    if (j < 0 || j >= size)
        return;
    if (j + AHEAD < size)
        __builtin_prefetch(weights + (size_t)rows[j + AHEAD] * ROW_WIDTH * HEADS);
    const i8 *row = weights + (size_t)rows[j] * ROW_WIDTH * HEADS;
    Bytes near, far;
    memcpy(&near, row, sizeof near);
    memcpy(&far, row + sizeof near, sizeof far);
    for (int column = 8 - order; column < ROW_WIDTH; column++)
        far[2 * column - 8] = far[2 * column - 7] = 0;
    window->near += __builtin_convertvector(near, Shorts);
    window->far += __builtin_convertvector(far, Shorts);
}

/* The exact sum of integer weights of each character, scaled: evidence is heads x n.
 *
 * At most 36 weights of 8 bits are added, which 16 bits hold.
 */
EXPORT i64 first_evidence(i64 n, const u32 *rows1, const u32 *rows2, const u32 *rows3,
                          const u32 *rows4, const u32 *flats, const i8 *row_weights,
                          const i8 *flat_weights, const float *scale, const float *bias,
                          float *evidence) {
    Window window = {{0}, {0}};
    for (i64 i = -2 * REACH; i < n; i++) {
        add_row(&window, rows1, i + 6, n + 6, 1, row_weights);
        add_row(&window, rows2, i + 5, n + 5, 2, row_weights);
        add_row(&window, rows3, i + 4, n + 4, 3, row_weights);
        add_row(&window, rows4, i + 3, n + 3, 4, row_weights);
        if (i >= 0) {
            i32 one = window.near[0], two = window.near[1];
            for (int group = 0; group < FLAT_GROUPS; group++) {
                const i8 *weights = flat_weights + HEADS * flats[group * n + i];
                one += weights[0];
                two += weights[1];
            }
            float scaled = (float)one * scale[0];
            evidence[i] = scaled + bias[0];
            scaled = (float)two * scale[1];
            evidence[n + i] = scaled + bias[1];
        }
        window.near = __builtin_shufflevector(window.near, window.far, 2, 3, 4, 5, 6, 7, 8, 9);
        window.far = __builtin_shufflevector(window.far, (Shorts){0}, 2, 3, 4, 5, 6, 7, 8, 9);
    }
    return 0;
}

/* The nearest integer, halves to even (|value| < 2**22). */
static inline i32 rounded(float value) {
    const float magic = 12582912.0f;
    float shifted = value + magic;
    return (i32)(shifted - magic);
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

static inline i64 clipped_at(i64 i, i64 n) { return i < 0 ? 0 : i > n ? n : i; }

/* Fourteen sixteenths of the average above the lowest are one step. */
static inline i32 level_of(i32 sum, i32 size) {
    return clipped((sum - 16 * LOW * size) / (14 * size), 0, STEPS - 1);
}

/* Eight levels of the average of the characters before `end`, as many as BESIDE. */
static inline i32 side_level(const i32 *sums, i64 n, i64 end) {
    i32 sum = sums[clipped_at(end, n)] - sums[clipped_at(end - BESIDE, n)];
    return clipped((sum - 16 * LOW * BESIDE) / (28 * BESIDE), 0, 7);
}

/* Characters of the page [first, last) within `radius` of i. */
static inline i32 window_size(i64 i, i64 radius, i64 first, i64 last) {
    return (i32)most_of(least_of(i + radius + 1, last) - most_of(i - radius, first), 1);
}

/* Write the buckets of the second look (heads x groups x n), where `buckets` is not null, and the
 * sums of their corrections (heads x n), where `second` is not null. */
EXPORT i64 second_evidence(const Batch *batch, const float *first, const float *corrections,
                           i32 *buckets, float *second) {
    i64 n = batch->n;
    size_t size = (size_t)(n + 1) * sizeof(i32);
    i32 *memory = malloc(4 * size + 2 * (size_t)n);
    if (!memory)
        return -1;
    i32 *capped[HEADS], *peaks[HEADS];
    u8 *own[HEADS];
    for (int head = 0; head < HEADS; head++) {
        capped[head] = memory + 2 * head * (n + 1);
        peaks[head] = capped[head] + n + 1;
        own[head] = (u8 *)(memory + 4 * (n + 1)) + head * n;
        i32 sum = 0, peak = 0;
        i64 page = 0;
        capped[head][0] = peaks[head][0] = 0;
        for (i64 i = 0; i < n; i++) {
            float value = first[head * n + i];
            value = value < LOW ? LOW : value > HIGH ? HIGH : value;
            i32 steps = batch->classes[i] == BREAK ? -64 : rounded(value * 16);
            own[head][i] = (u8)clipped((steps - 16 * LOW) >> 3, 0, OWN_STEPS - 1);
            while (page < batch->pages && i >= batch->ends[page])
                page++;
            if (page < batch->pages && i >= batch->starts[page]) {
                sum += steps < 64 ? steps : 64;
                peak += most_of(steps + PEAKS[head], 0);
            }
            capped[head][i + 1] = sum;
            peaks[head][i + 1] = peak;
        }
    }
    for (i64 k = 0; k < batch->pages; k++) {
        i64 start = batch->starts[k], end = batch->ends[k];
        double length = (double)most_of(end - start, LEAST_LENGTH);
        i32 page[HEADS];
        for (int head = 0; head < HEADS; head++)
            page[head] = log_steps((peaks[head][end] - peaks[head][start]) / length);
        for (i64 i = k ? start : 0; i < reach_of(batch, k); i++) {
            i32 step[HEADS][CONTEXT_GROUPS];
            i32 far = window_size(i, FAR, start, end), wide = window_size(i, WIDE, start, end);
            for (int head = 0; head < HEADS; head++) {
                i32 *found = step[head];
                found[G_NEAR] = level_of(around(capped[head], n, i, NEAR), 2 * NEAR + 1);
                found[G_MIDDLE] = level_of(around(capped[head], n, i, MIDDLE), 2 * MIDDLE + 1);
                found[G_FAR] = far == 2 * FAR + 1
                                   ? level_of(around(capped[head], n, i, FAR), 2 * FAR + 1)
                                   : level_of(around(capped[head], n, i, FAR), far);
                /* What stands out of the background, however deep the background is. */
                found[G_DENSE] = log_steps((double)around(peaks[head], n, i, WIDE) / wide);
                found[G_PAGE] = page[head];
                found[G_PLACE] = batch->places[i];
                /* A phrase has edges: what stands before and after, with half the own steps. */
                found[G_SIDES] = 8 * side_level(capped[head], n, i) +
                                 side_level(capped[head], n, i + 1 + BESIDE) -
                                 32 * (own[head][i] & 1);
            }
            for (int head = 0; head < HEADS; head++) {
                step[head][G_OTHER] = step[1 - head][G_MIDDLE];
                float sum = 0;
                for (int group = 0; group < CONTEXT_GROUPS; group++) {
                    i32 bucket = group * GROUP_SIZE + own[head][i] * 32 + step[head][group];
                    if (buckets)
                        buckets[((i64)head * CONTEXT_GROUPS + group) * n + i] = bucket;
                    if (second)
                        sum += corrections[head * CONTEXT_GROUPS * GROUP_SIZE + bucket];
                }
                if (second)
                    second[head * n + i] = sum;
            }
        }
    }
    free(memory);
    return 0;
}
