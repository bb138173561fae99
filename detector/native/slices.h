/* Stretches of bytes, found again by what they say. */
#ifndef DETECTOR_SLICES_H
#define DETECTOR_SLICES_H

#include "kernel.h"

typedef struct {
    const u8 *text; /* NULL: free */
    i32 size, number;
    u32 hash;
} Slice;

typedef struct {
    Slice *slots;
    i64 room; /* a power of two, 0 before the first slice */
    i64 count;
    u64 seed;
} Slices;

/* Make room for more than `count` slices in what has none yet; say whether there is memory. */
bool make_room(Slices *slices, i64 count);

/* The slice of `slices` that says the same, or else a new one, numbered in order of appearance from
 * 0; *fresh tells which. NULL where there is no memory. `text` has to stay where it is. */
Slice *slice_of(Slices *slices, const u8 *text, i64 size, bool *fresh);

/* Likewise, but adds nothing: NULL where none says the same. */
const Slice *known_slice(const Slices *slices, const u8 *text, i64 size);

#endif
