/* How natural the characters of Chinese text are beside each other (see detector/ngrams.py). */
#ifndef DETECTOR_NATURAL_H
#define DETECTOR_NATURAL_H

#include "counts.h"

#define BROAD 40
#define MARGIN BROAD
#define BLOCK 256 /* characters, of which what is worked out fits into the nearest cache */
#define NOT_CHINESE 6

/* Arrays of one entry for each character (those of sums have one more), all readable MARGIN beyond
 * both ends. */
typedef struct {
    u8 *bigrams, *trigrams, *coarse; /* levels of those that start here; coarse ones of bigrams */
    u8 *topics; /* levels of words that start here */
    u8 *common; /* eighths of log2 of how often the character occurs */
    u8 *paired; /* whether this character and the next are Chinese */
    u8 *seen, *seen3; /* quantised counts of bigrams and trigrams, 0 when unseen */
    i16 *ties, *gains;
    i32 *odd, *pairs, *compared, *improved; /* sums of what comes before */
} Natural;

/* How many of the ascending bounds are at most `value`. */
static inline u32 bounds_passed(i32 value, const i16 *bounds, int count) {
    u32 passed = 0;
    for (int k = 0; k < count; k++)
        passed += value >= bounds[k];
    return passed;
}

/* The hashes of the bigrams that start with each character, 0 of the last. */
void pair_keys(const Batch *batch, u32 *keys);

/* Look up bigrams, whose hashes are `keys`, and trigrams that lie within Chinese text: set levels,
 * ties, counts, and the sums `odd` and `pairs`. */
void naturalness(const Batch *batch, const u32 *keys, const Counts *counts, const Natural *natural);

#endif
