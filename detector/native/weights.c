/* Evidence of every character: the first pass, an exact sum of integer weights. */
#include "features.h"
#include "grams.h"

#define ROW_WIDTH 8
#define MARK_BITS 3 /* by which a row is known for that of an n-gram */
#define MARK_PLACE 14 /* of the byte in a row: no n-gram reaches the last column */
#define HEADS 2
#define AHEAD 60 /* n-grams by which the memory is asked for weights */
#define AT_ONCE 128 /* characters whose other weights are asked for while those of n-grams are added */
#define COLUMNS (ROW_WIDTH * HEADS)
#define TOGETHER 16384 /* characters of pages, of which what is known fits into the cache */
#define EDGE 4 /* breaks before a page, of the many between two: as many as n-grams reach */

_Static_assert(BLOCK + REACH + AHEAD <= GRAMS, "n-grams of a block, and those asked for");

typedef i8 Row __attribute__((vector_size(COLUMNS)));
/* Sums of both heads for the eight characters from one on. */
typedef i16 Window __attribute__((vector_size(2 * COLUMNS)));

/* The tables of a model, and what makes log-odds of sums. */
typedef struct {
    const i8 *rows, *flats;
    float scale[HEADS], bias[HEADS];
} Weights;

/* Add a row. Column 0 of it is for the first character of the window; an n-gram of `order` reaches
 * 8 - order of them. */
static inline void add_row(Window *window, u32 gram, int order, const i8 *weights) {
    const i8 *at = weights + (size_t)(gram >> MARK_BITS) * COLUMNS;
    u64 own = 0 - (u64)((u8)at[MARK_PLACE] == (gram & ((1u << MARK_BITS) - 1)));
    u64 both[] = {own, own};
    Row row, known, reached;
    memcpy(&row, at, sizeof row);
    memcpy(&known, both, sizeof known);
    for (int column = 0; column < COLUMNS; column++)
        reached[column] = column < (8 - order) * HEADS ? -1 : 0;
    *window += __builtin_convertvector(row & known & reached, Window);
}

/* Let the window of the next character be that of the one after it. */
static inline void move_on(Window *window) {
    *window = __builtin_shufflevector(*window, (Window){0}, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13,
                                      14, 15, 16, 17);
}

/* Let an empty window be that of the first character, with all n-grams but those it reaches last. */
static void begin_window(const Batch *batch, const i8 *weights, Window *window) {
    Grams grams;
    find_grams(batch, -REACH, 2 * REACH, grams);
    for (int i = -2 * REACH; i < 0; i++) {
        for (int order = 1; order <= ORDERS; order++) /* as far as they are in part in the text */
            if (i + 2 * REACH + 1 - order >= 0)
                add_row(window, grams[order - 1][i + 2 * REACH + 1 - order], order, weights);
        move_on(window);
    }
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

/* Sum up the weights of `count` characters, no more than at once, from the one on whose features are
 * the first of these, and scale the sums: each is of at most 36 weights of 8 bits, which 16 bits
 * hold. */
VECTORIZED static void sum_weights(Window *at, const Grams grams, const Flats flats, i32 from,
                                   i32 count, const Weights *weights, float *evidence, i64 n) {
    i16 sums[HEADS * AT_ONCE];
    Window window = *at;
    for (i32 j = 0; j < count; j++) {
        for (int order = 1; order <= ORDERS; order++) {
            const u32 *own = grams[order - 1] + from + j + REACH + 1 - order;
            __builtin_prefetch(weights->rows + (size_t)(own[AHEAD] >> MARK_BITS) * COLUMNS);
            add_row(&window, *own, order, weights->rows);
        }
        for (int group = 0; group < GROUP_COUNT; group++)
            __builtin_prefetch(weights->flats + HEADS * (size_t)flats[group][from + j]);
        memcpy(sums + HEADS * j, &window, HEADS * sizeof *sums);
        move_on(&window);
    }
    *at = window;
    for (int group = 0; group < GROUP_COUNT; group++)
        add_flats(flats[group] + from, weights->flats, count, sums);
    for (i32 j = 0; j < count; j++)
        for (int head = 0; head < HEADS; head++) {
            float scaled = (float)sums[HEADS * j + head] * weights->scale[head];
            evidence[head * n + from + j] = scaled + weights->bias[head];
        }
}

/* Write the log-odds of the characters of a batch, those of the second head `n` further on; return how
 * many words were compared, -1 without memory. */
static i64 add_up(const Batch *batch, const Known *known, const Weights *weights,
                  const Comparison *compared, float *evidence, i64 n) {
    Survey survey;
    bool begun = begin_survey(&survey, batch, known, compared);
    Window window = {0};
    Flats flats;
    Grams grams;
    begin_window(batch, weights->rows, &window);
    for (i64 at = 0; begun && at < batch->n; at = survey.next) {
        i32 count = next_block(&survey, flats);
        find_grams(batch, at, count + REACH + AHEAD, grams);
        for (i32 from = 0; from < count; from += AT_ONCE)
            sum_weights(&window, grams, flats, from, (i32)least_of(AT_ONCE, count - from), weights,
                        evidence + at, n);
    }
    end_survey(&survey);
    return begun ? survey.words : -1;
}

/* The pages from `first` on, up to `last`, as a batch of their own, in which they are at `bounds`. It
 * begins at character `from`, and ends where that of the next pages will begin. */
static Batch part_of(const Batch *batch, i64 first, i64 last, i64 from, i64 *bounds) {
    i64 end = last < batch->pages ? batch->starts[last] - EDGE : batch->n, pages = last - first;
    for (i64 k = 0; k < pages; k++) {
        bounds[k] = batch->starts[first + k] - from;
        bounds[pages + k] = batch->ends[first + k] - from;
    }
    return (Batch){end - from, pages, batch->codes + from, batch->classes + from,
                   batch->places + from, bounds, bounds + pages};
}

/* Write the log-odds (heads x n) that follow from features of each character; return how many words were
 * compared. Pages do not depend on each other, so that a few are looked at together. */
EXPORT i64 first_evidence(const Batch *batch, const Known *known, const Weights *weights,
                          const Comparison *compared, float *evidence) {
    i64 words = 0, from = 0, *bounds = malloc((size_t)(2 * batch->pages + 1) * sizeof(i64));
    if (!bounds)
        return -1;
    for (i64 first = 0, last; first < batch->pages && words >= 0; first = last) {
        for (last = first + 1; last < batch->pages && batch->ends[last] - from <= TOGETHER;)
            last++;
        Batch part = part_of(batch, first, last, from, bounds);
        Comparison rest = {compared->at + words, compared->gains + words};
        i64 found = add_up(&part, known, weights, &rest, evidence + from, batch->n);
        for (i64 k = 0; k < found; k++)
            rest.at[k] += from;
        words = found < 0 ? -1 : words + found;
        from += part.n;
    }
    free(bounds);
    return words;
}
