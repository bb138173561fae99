/* Rows and marks of the n-grams of a text (see detector/ngrams.py). */
#ifndef DETECTOR_GRAMS_H
#define DETECTOR_GRAMS_H

#include "kernel.h"

#define ORDERS 4
#define NGRAM_BITS 21
#define GRAMS 320 /* n-grams of each order that are at hand */

/* By order, from 1 on. */
typedef u32 Grams[ORDERS][GRAMS];

/* Write the rows and marks of the n-grams of each order that start at `count` characters from `from` on,
 * no more than GRAMS. Beyond both ends of a text there are breaks. */
void find_grams(const Batch *batch, i64 from, i32 count, Grams grams);

#endif
