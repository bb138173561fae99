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

/* All bytes of a text of at most 8, some of them twice. */
static inline u64 short_text(const u8 *text, i64 size) {
    u32 first = 0, last = 0;
    if (size >= 4) {
        memcpy(&first, text, 4);
        memcpy(&last, text + size - 4, 4);
    } else if (size)
        first = (u32)text[0] | (u32)text[size / 2] << 8 | (u32)text[size - 1] << 16;
    return (u64)last << 32 | first;
}

/* Numbers of short names, found again in less time than slices take: documents have few of them. One
 * takes the place of another that has the same; a size of 0 is a free place. */
#define SHORTCUT_BITS 7
#define LONGEST_SHORTCUT 8 /* bytes */

typedef struct {
    u64 text;
    i32 size, number;
} Shortcut;

typedef struct {
    Shortcut of[1 << SHORTCUT_BITS];
} Shortcuts;

static inline u64 shortcut_place(u64 text, i64 size) {
    return (text ^ (u64)size) * 0x9E3779B97F4A7C15u >> (64 - SHORTCUT_BITS);
}

/* The number kept for a name, -1 where there is none. */
static inline i32 short_number(const Shortcuts *shortcuts, const u8 *name, i64 size) {
    if (!size || size > LONGEST_SHORTCUT)
        return -1;
    u64 text = short_text(name, size);
    const Shortcut *known = &shortcuts->of[shortcut_place(text, size)];
    return known->size == size && known->text == text ? known->number : -1;
}

static inline void keep_number(Shortcuts *shortcuts, const u8 *name, i64 size, i32 number) {
    if (!size || size > LONGEST_SHORTCUT || number < 0)
        return;
    u64 text = short_text(name, size);
    shortcuts->of[shortcut_place(text, size)] = (Shortcut){text, (i32)size, number};
}

#endif
