/* Counts of natural text, and what they say of two characters (see detector/counts.py). */
#ifndef DETECTOR_COUNTS_H
#define DETECTOR_COUNTS_H

#include "kernel.h"

#define CLIP 64 /* what one neighbour can count for */

typedef struct {
    const u8 *unigrams, *ngrams;
    u32 size;            /* slots of the n-gram table */
    i32 whole;           /* eighths of log2 of the characters counted */
    const i16 *eighths;  /* log2 of a count by its quantised form */
} Counts;

static inline u32 count_slot(u32 key, u32 size, u8 *mark) {
    u32 mixed = key * M3;
    *mark = (u8)(mixed ^ (key >> 7)) & 15;
    return (u32)((u64)mixed * size >> 32);
}

/* Ask the memory for a slot that will be looked up. */
static inline void ask_for(u32 slot, const Counts *counts) {
    __builtin_prefetch(counts->ngrams + slot);
}

/* What a slot holds of the n-gram with a mark: its quantised count, 0 when unseen. Without a branch,
 * which could not be foreseen, and would wait for the memory. */
static inline i32 count_at(u32 slot, u8 mark, const Counts *counts) {
    i32 entry = counts->ngrams[slot] ^ mark << 4;
    return entry & (entry - 16) >> 8; /* the fingerprint is gone where it was the right one */
}

/* The quantised count of an n-gram, 0 when unseen. */
static inline i32 seen(u32 key, const Counts *counts) {
    u8 mark;
    u32 slot = count_slot(key, counts->size, &mark);
    return count_at(slot, mark, counts);
}

/* Eighths of log2 by which two characters stand together more often than by chance, which would let
 * them so `expected` times: `eighths` is the log2 of the count that was found, if one was. Pairs
 * never seen get -8 and less, the less the likelier chance was to bring them together. */
static inline i32 tie(i32 found, i32 eighths, i32 expected) {
    return found ? eighths - expected : -8 - (expected > 0 ? expected : 0);
}

static inline i32 association(u32 left, u32 right, const Counts *counts) {
    i32 expected = counts->unigrams[left] + counts->unigrams[right] - counts->whole;
    i32 found = seen(longer_key(left * M1, right), counts);
    return tie(found, counts->eighths[found], expected);
}

#endif
