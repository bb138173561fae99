/* Words and the texts they are at home in (see detector/topics.py). */
#ifndef DETECTOR_TOPICS_H
#define DETECTOR_TOPICS_H

#include "kernel.h"

#define TOPIC_LEVELS 8 /* of how well a word fits, from 1 on; 0: nothing to say */

/* Vectors of words of two characters in a hash table; bounds of the levels. */
typedef struct {
    const u16 *marks;
    const i8 *vectors;
    const float *bounds;
} Topics;

/* Write for each character as a level how well the word of two characters that starts there, whose
 * hash is in `keys`, fits the words around it; return -1 without memory. */
i64 topic_levels(const Batch *batch, const u32 *keys, const Topics *topics, u8 *levels);

#endif
