/* How well words fit the text around them (see detector/topics.py). */
#include "topics.h"
#include "natural.h"

#include <math.h>

#define SLOT_BITS 16
#define PROBES 8
#define SIZE 8 /* dimensions of a vector */
#define RADIUS 60 /* characters, within which other words count */
#define RING 512  /* characters at hand: those of a block, and around it */
#define BEYOND (RADIUS + 1)
#define LEAST_WORDS 3
#define NOTHING (-2.0f) /* below any cosine: nothing to say */

typedef i8 Bytes __attribute__((vector_size(4)));
typedef i32 Ints __attribute__((vector_size(16)));
typedef float Floats __attribute__((vector_size(16)));
typedef u16 Marks __attribute__((vector_size(2 * PROBES)));
typedef i16 Truths __attribute__((vector_size(2 * PROBES)));
typedef i8 Hits __attribute__((vector_size(PROBES)));

typedef struct {
    Ints low, high;
} Vector;

static inline Ints ints_of(const i8 *four) {
    Bytes bytes;
    memcpy(&bytes, four, sizeof bytes);
    return __builtin_convertvector(bytes, Ints);
}

static inline Vector difference_of(Vector one, Vector two) {
    return (Vector){one.low - two.low, one.high - two.high};
}

static inline Floats floats_of(Ints four) { return __builtin_convertvector(four, Floats); }

/* Numbers are at most 121 times 127, which floating point holds exactly. */
static inline float product_of(Vector one, Vector two) {
    Floats sums = floats_of(one.low) * floats_of(two.low) + floats_of(one.high) * floats_of(two.high);
    return (sums[0] + sums[1]) + (sums[2] + sums[3]);
}

/* The first of the slots that a word may have, and what tells it from others there. */
static inline u32 home_of(u32 key) { return key * M3 >> (32 - SLOT_BITS); }

static inline u16 mark_of(u32 key) { return (u16)(key * M3 | 1); }

/* A byte for each probe, the first in the lowest, all of whose bits say what is true of it. */
static inline u64 bytes_of(Truths truths) {
    Hits hits = __builtin_convertvector(truths, Hits);
    u64 bytes;
    memcpy(&bytes, &hits, sizeof bytes);
#if __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
    bytes = __builtin_bswap64(bytes);
#endif
    return bytes;
}

/* The slot of a word, -1 for a word that is not known. */
static inline i32 slot_of(u32 key, const Topics *topics) {
    u32 slot = home_of(key);
    u16 mark = mark_of(key);
    if (slot + PROBES <= 1u << SLOT_BITS) { /* all of them at once, and without a branch */
        Marks marks;
        memcpy(&marks, topics->marks + slot, sizeof marks);
        u64 own = bytes_of(marks == mark), empty = bytes_of(marks == 0);
        own &= (empty - 1) & ~empty; /* before the first that is empty */
        u32 place = (u32)__builtin_ctzll(own | (u64)1 << 63) / 8;
        return (i32)(slot + place) | -!own;
    }
    for (int probe = 0; probe < PROBES; probe++) {
        if (topics->marks[slot] == mark)
            return (i32)slot;
        if (!topics->marks[slot])
            return -1;
        slot = (slot + 1) & ((1u << SLOT_BITS) - 1);
    }
    return -1;
}

_Static_assert(RING >= BLOCK + 2 * RADIUS + 2, "what is known of a block, and around it");

static inline Vector vector_of(i32 slot, const i8 *vectors) {
    const i8 *own = vectors + (size_t)slot * SIZE;
    return (Vector){ints_of(own), ints_of(own + SIZE / 2)};
}

/* How many words begin up to each character, and the sums of the vectors of so many. */
typedef struct {
    i32 words[RING];
    Vector sums[RING];
} Ring;

static inline Vector sum_between(const Ring *ring, i32 before, i32 up_to) {
    return difference_of(ring->sums[up_to & (RING - 1)], ring->sums[before & (RING - 1)]);
}

/* How well a word fits those around it; those that overlap it say nothing. */
static inline float cosine_at(const Ring *ring, i64 i, Vector own) {
    const i32 *words = ring->words;
    i32 first = words[(i - RADIUS - 1) & (RING - 1)], last = words[(i + RADIUS) & (RING - 1)];
    i32 left = words[(i - 2) & (RING - 1)], right = words[(i + 1) & (RING - 1)];
    if ((last - first) - (right - left) < LEAST_WORDS)
        return NOTHING;
    Vector others = difference_of(sum_between(ring, first, last), sum_between(ring, left, right));
    float size = product_of(own, own) * product_of(others, others);
    return size > 0 ? product_of(own, others) / sqrtf(size) : 0;
}

/* `slots` is readable RADIUS beyond both ends: there are no words. Which characters begin one cannot
 * be foreseen, so that those of a block are counted first, and then gone through. */
VECTORIZED static void compare_words(const i32 *slots, i64 n, const i8 *vectors, float *cosines) {
    Ring ring;
    Vector sum = {{0}, {0}};
    i64 next = 0; /* to be counted */
    i32 words = 0, summed = 0;
    memset(&ring, 0, sizeof ring);
    for (i64 from = 0; from < n; from += BLOCK) {
        i64 last = least_of(from + BLOCK, n), starts[BLOCK];
        i32 fresh[BLOCK + RADIUS], count = 0;
        for (; next < last + RADIUS; next++) {
            fresh[words - summed] = slots[next];
            words += slots[next] >= 0;
            ring.words[next & (RING - 1)] = words;
        }
        for (const i32 *slot = fresh; summed < words; slot++) {
            Vector own = vector_of(*slot, vectors);
            sum = (Vector){sum.low + own.low, sum.high + own.high};
            ring.sums[++summed & (RING - 1)] = sum;
        }
        for (i64 i = from; i < last; i++) {
            cosines[i] = NOTHING;
            starts[count] = i;
            count += slots[i] >= 0;
        }
        for (i32 k = 0; k < count; k++)
            cosines[starts[k]] = cosine_at(&ring, starts[k], vector_of(slots[starts[k]], vectors));
    }
}

/* Write the cosine between the vector of the word that starts at each character and the sum of those
 * of the words around it, NOTHING where no word starts or too few are around. */
static i64 cosines_of(const Batch *batch, const u32 *keys, const Topics *topics, float *cosines) {
    i64 n = batch->n;
    size_t room = (size_t)n + 2 * BEYOND;
    i32 *memory = malloc(room * sizeof(i32)), *slots = memory + BEYOND;
    if (!memory)
        return -1;
    memset(memory, -1, room * sizeof(i32));
    for (i64 from = 0; from + 1 < n; from += BLOCK) {
        i64 last = least_of(from + BLOCK, n - 1), starts[BLOCK];
        i32 count = 0;
        for (i64 i = from; i < last; i++) {
            starts[count] = i;
            count += is_han(batch->classes[i]) & is_han(batch->classes[i + 1]);
        }
        for (i32 k = 0; k < count; k++)
            __builtin_prefetch(topics->marks + home_of(keys[starts[k]]));
        for (i32 k = 0; k < count; k++) {
            i32 slot = slots[starts[k]] = slot_of(keys[starts[k]], topics);
            __builtin_prefetch(topics->vectors + (size_t)most_of(slot, 0) * SIZE);
        }
    }
    compare_words(slots, n, topics->vectors, cosines);
    free(memory);
    return 0;
}

EXPORT i64 topic_cosines(const Batch *batch, const Topics *topics, float *cosines) {
    u32 *keys = malloc((size_t)(batch->n + 1) * sizeof(u32));
    if (!keys)
        return -1;
    pair_keys(batch, keys);
    i64 result = cosines_of(batch, keys, topics, cosines);
    free(keys);
    return result;
}

VECTORIZED static void grade(i64 n, const float *cosines, const float *bounds,
                             u8 *restrict levels) {
    for (i64 i = 0; i < n; i++) {
        u8 level = cosines[i] > NOTHING;
        for (int k = 0; k < TOPIC_LEVELS - 1; k++)
            level += cosines[i] >= bounds[k];
        levels[i] = level;
    }
}

i64 topic_levels(const Batch *batch, const u32 *keys, const Topics *topics, u8 *levels) {
    float *cosines = malloc((size_t)(batch->n + 1) * sizeof(float));
    if (!cosines || cosines_of(batch, keys, topics, cosines)) {
        free(cosines);
        return -1;
    }
    grade(batch->n, cosines, topics->bounds, levels);
    free(cosines);
    return 0;
}

/* The slots of words by their keys, in order, as far as there is room near by; -1 for the others.
 * `marks` is filled. */
EXPORT i64 enter_words(const u32 *keys, i64 n, u16 *marks, i64 *slots) {
    for (i64 i = 0; i < n; i++) {
        u32 slot = home_of(keys[i]);
        u16 mark = mark_of(keys[i]);
        slots[i] = -1;
        for (int probe = 0; probe < PROBES && slots[i] < 0; probe++) {
            if (!marks[slot]) {
                marks[slot] = mark;
                slots[i] = slot;
            } else if (marks[slot] == mark)
                break; /* the more frequent word keeps what the two would share */
            slot = (slot + 1) & ((1u << SLOT_BITS) - 1);
        }
    }
    return 0;
}
