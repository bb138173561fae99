/* The loops of scoring and training, called from detector/kernel.py.
 *
 * Python passes addresses and lengths of arrays and owns all of them; a function here allocates
 * only what it frees before it returns. Those that can run out of memory return -1 then. All
 * results are integers or sums added in one fixed order, so that every machine gives the same.
 */
#ifndef DETECTOR_KERNEL_H
#define DETECTOR_KERNEL_H

#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#if defined(_WIN32)
#define EXPORT __declspec(dllexport)
#else
#define EXPORT __attribute__((visibility("default")))
#endif

/* For functions whose loops become wide: the processor that runs them picks the version. Both give
 * the same, because nothing is contracted (-ffp-contract=off). */
#if defined(__x86_64__) && defined(__GLIBC__) && defined(__has_attribute)
#if __has_attribute(target_clones)
#if !defined(__clang__) && __GNUC__ >= 12 /* those before know no levels of the architecture */
#define VECTORIZED __attribute__((target_clones("arch=x86-64-v4", "avx2", "default")))
#else
#define VECTORIZED __attribute__((target_clones("avx2", "default")))
#endif
#endif
#endif
#ifndef VECTORIZED
#define VECTORIZED
#endif

/* For loops of look-ups and additions, which some compilers make wide at a loss. */
#if defined(__GNUC__) && !defined(__clang__)
#define SCALAR __attribute__((optimize("no-tree-vectorize")))
#else
#define SCALAR
#endif

typedef uint8_t u8;
typedef uint16_t u16;
typedef uint32_t u32;
typedef uint64_t u64;
typedef int8_t i8;
typedef int16_t i16;
typedef int32_t i32;
typedef int64_t i64;

/* Character classes, in the order of CLASSES in detector/fold.py (a test compares them). */
enum {
    BREAK, HAN, HAN_TRADITIONAL, HAN_SIMPLIFIED, HAN_RARE, KANA, HANGUL, LATIN,
    LATIN_UPPER, LATIN_MARKED, CYRILLIC, GREEK, THAI, LETTER, DIGIT, STYLED,
    SPACE, COMMA, STOP, DASH, QUOTE, BRACKET, SLASH, BAR, SYMBOL, AT, EMOJI,
    OTHER, CONTROL, FULLWIDTH, ARABIC, RARE_SYMBOL
};

#define REACH 3 /* characters on either side that an n-gram of a character lies within */

#define M1 0x9E3779B1u
#define M2 0x85EBCA6Bu
#define M3 0xC2B2AE35u

/* Pages of a batch: [starts[k], ends[k]) of its n characters. */
typedef struct {
    i64 n, pages;
    const u32 *codes;
    const u8 *classes;
    const u8 *places;
    const i64 *starts, *ends;
} Batch;

static inline i64 least_of(i64 a, i64 b) { return a < b ? a : b; }
static inline i64 most_of(i64 a, i64 b) { return a > b ? a : b; }

static inline i32 clipped(i32 value, i32 low, i32 high) {
    return value < low ? low : value > high ? high : value;
}

static inline bool is_han(u8 class) { return class >= HAN && class <= HAN_RARE; }

/* Floor of log2, at most 7; that of 0 is 0. */
static inline u32 log2_to_7(i64 value) {
    u32 few = value < 128 ? (u32)value : 128;
    return few ? 31 - (u32)__builtin_clz(few) : 0;
}

/* The last character, exclusive, that belongs to page k: the breaks after a page are its own. */
static inline i64 reach_of(const Batch *batch, i64 k) {
    return k + 1 < batch->pages ? batch->starts[k + 1] : batch->n;
}

/* What sums add up to in the window [i - radius, i + radius], where they are readable beyond it. */
static inline i32 within(const i32 *sums, i32 i, i32 radius) {
    return sums[i + radius + 1] - sums[i - radius];
}

/* sum / size rounded down, of 0 to `most`. Half a unit keeps the quotient so far from whole
 * numbers that it may be rounded as floating point is. */
static inline i32 quotient(i32 sum, i32 size, i32 most) {
    return clipped((i32)(((float)sum + 0.5f) / (float)size), 0, most);
}

/* The hash of an n-gram, one character longer than that of `key`. */
static inline u32 longer_key(u32 key, u32 code) {
    key *= M2;
    key ^= key >> 15;
    return key + code * M1;
}

static inline u32 bucket_of(u32 key, u32 bits, u32 salt) {
    u32 mixed = (key ^ (key >> 16)) + salt * 0x27D4EB2Fu;
    mixed *= M3;
    mixed ^= mixed >> 13;
    mixed *= M1;
    return mixed >> (32 - bits);
}

#endif
