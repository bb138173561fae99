/* Ends of ranges, and how well a text does without them (see detector/edges.py). */
#ifndef DETECTOR_EDGES_H
#define DETECTOR_EDGES_H

#include "counts.h"

#define NOT_SPLICED (-32768)

/* By how much better the characters on both sides of a range go together without it, in eighths of
 * log2: the best of ranges whose ends are moved by a little, NOT_SPLICED where Chinese characters do
 * not stand on both sides of any. */
i32 splice_around(const Batch *batch, const Counts *counts, i64 start, i64 end);

#endif
