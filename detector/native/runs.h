/* Runs of characters of one group of classes, and words (see detector/ngrams.py). */
#ifndef DETECTOR_RUNS_H
#define DETECTOR_RUNS_H

#include "kernel.h"

#define SPOTS 9 /* in a run: its first, second, and any other character, from either end */

/* `code` tells its group, those beside it, and its length. The hashes are of its word, and of this with
 * the word before and after it; 0 where it is none. */
typedef struct {
    i64 start;
    u32 code, hash, precedes, follows;
    u8 group;
    bool word;
} Run;

/* Write the runs of a text, and one that starts behind it, of which the rest is not set; and of each
 * character whether a run begins with it, also of one before the text and two behind it. */
void find_runs(const Batch *batch, Run *runs, u8 *begins);

#endif
