/* Words and what may have stood there instead (see detector/contrast.py). */
#ifndef DETECTOR_CONTRAST_H
#define DETECTOR_CONTRAST_H

#include "counts.h"

#define NO_GAIN (-121) /* what a character gains that is in no word */
#define MUCH_BETTER 32

typedef struct {
    const u16 *slots;
    const u32 *keys;
    const u16 *words;
    const u8 *commonness;
} Alternatives;

/* Words compared with their alternatives: where they start, and what they gain by the best of
 * these. */
typedef struct {
    i64 *at;
    i16 *gains;
} Comparison;

/* Compare the words of a text, of whose pairs of characters `keys` are the hashes, `paired` whether
 * both are Chinese and `ties` how well they go together; return how many words. `gains` becomes what
 * each character gains. */
i64 compare(const Batch *batch, const u32 *keys, const u8 *paired, const i16 *ties,
            const Counts *counts, const Alternatives *known, i16 *gains, const Comparison *found);

#endif
