/* Hash tables of slices (see slices.h). */
#include "slices.h"

#define LEAST_ROOM 128

/* Both halves of a product, so that which texts collide depends on the seed: pages are not to choose
 * them. */
static inline u64 mixed(u64 a, u64 b) {
#ifdef __SIZEOF_INT128__
    __extension__ typedef unsigned __int128 u128;
    u128 product = (u128)a * b;
    return (u64)product ^ (u64)(product >> 64);
#else
    u64 a_high = a >> 32, b_high = b >> 32, a_low = (u32)a, b_low = (u32)b;
    u64 middle = a_high * b_low + (a_low * b_low >> 32), other = a_low * b_high + (u32)middle;
    return a * b ^ (a_high * b_high + (middle >> 32) + (other >> 32));
#endif
}

static u32 hash_of(const u8 *text, i64 size, u64 seed) {
    u64 hash = seed ^ (u64)size, part, other;
    if (size < 8)
        return (u32)mixed(hash ^ short_text(text, size), seed ^ 0xD6E8FEB86659FD93u);
    i64 i = 0;
    for (; i + 16 < size; i += 16) {
        memcpy(&part, text + i, 8);
        memcpy(&other, text + i + 8, 8);
        hash = mixed(hash ^ part, seed ^ 0x9E3779B97F4A7C15u ^ other);
    }
    if (i + 8 < size) {
        memcpy(&part, text + i, 8);
        hash = mixed(hash ^ part, seed ^ 0x9E3779B97F4A7C15u);
    }
    memcpy(&part, text + size - 8, 8);
    return (u32)mixed(hash ^ part, seed ^ 0xD6E8FEB86659FD93u);
}

/* Whether two texts of one size say the same. Most are so short that a call takes longer. */
static inline bool same(const u8 *a, const u8 *b, i64 size) {
    return size <= 8 ? short_text(a, size) == short_text(b, size) : !memcmp(a, b, (size_t)size);
}

static Slice *slot_of(const Slices *slices, const u8 *text, i64 size, u32 hash) {
    for (i64 at = (i64)hash & (slices->room - 1);; at = (at + 1) & (slices->room - 1)) {
        Slice *slot = &slices->slots[at];
        if (!slot->text || (slot->hash == hash && slot->size == size &&
                            same(slot->text, text, size)))
            return slot;
    }
}

static bool grown(Slices *slices, i64 room) {
    Slices wider = {calloc((size_t)room, sizeof(Slice)), room, slices->count, slices->seed};
    if (!wider.slots)
        return false;
    for (i64 k = 0; k < slices->room; k++) {
        const Slice *old = &slices->slots[k];
        if (old->text)
            *slot_of(&wider, old->text, old->size, old->hash) = *old;
    }
    free(slices->slots);
    *slices = wider;
    return true;
}

bool make_room(Slices *slices, i64 count) {
    i64 room = LEAST_ROOM;
    while (room < 4 * count)
        room *= 2;
    return grown(slices, room);
}

Slice *slice_of(Slices *slices, const u8 *text, i64 size, bool *fresh) {
    if (2 * slices->count >= slices->room &&
        !grown(slices, slices->room ? 2 * slices->room : LEAST_ROOM))
        return NULL;
    u32 hash = hash_of(text, size, slices->seed);
    Slice *slot = slot_of(slices, text, size, hash);
    *fresh = !slot->text;
    if (*fresh)
        *slot = (Slice){text, (i32)size, (i32)slices->count++, hash};
    return slot;
}

const Slice *known_slice(const Slices *slices, const u8 *text, i64 size) {
    if (!slices->room)
        return NULL;
    const Slice *slot = slot_of(slices, text, size, hash_of(text, size, slices->seed));
    return slot->text ? slot : NULL;
}
