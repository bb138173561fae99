/* Bytes that are looked at WIDTH at a time. */
#ifndef DETECTOR_WIDE_H
#define DETECTOR_WIDE_H

#include "kernel.h"

#define WIDTH 16

typedef u8 Bytes __attribute__((vector_size(WIDTH)));

/* Of a comparison all bits are set in the bytes that it is true of. */
typedef struct {
    u64 half[2];
} Truth;

static inline Bytes bytes_at(const u8 *at) {
    Bytes bytes;
    memcpy(&bytes, at, sizeof bytes);
    return bytes;
}

static inline Truth truth_of(Bytes compared) {
    Truth truth;
    memcpy(&truth, &compared, sizeof truth);
    return truth;
}

static inline bool any_true(Truth truth) { return truth.half[0] | truth.half[1]; }

static inline bool all_true(Truth truth) { return !~(truth.half[0] & truth.half[1]); }

/* How many bytes of eight come before the first that is true of. */
static inline i64 first_of_half(u64 half) {
#if defined(__BYTE_ORDER__) && __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
    return half ? __builtin_clzll(half) >> 3 : 8;
#else
    return half ? __builtin_ctzll(half) >> 3 : 8;
#endif
}

/* How many bytes come before the first one that it is true of: WIDTH where it is of none. */
static inline i64 first_true(Truth truth) {
    return truth.half[0] ? first_of_half(truth.half[0]) : 8 + first_of_half(truth.half[1]);
}

static inline i64 count_of_half(u64 half) {
    return (i64)((half & 0x0101010101010101u) * 0x0101010101010101u >> 56);
}

/* How many of the first `size` bytes it is true of. */
static inline i64 count_true(Truth truth, i64 size) {
    u64 first = truth.half[0], last = truth.half[1];
#if defined(__BYTE_ORDER__) && __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
    first = size < 8 ? first & ~(~(u64)0 >> 8 * size) : first;
    last = size < 8 ? 0 : size < 16 ? last & ~(~(u64)0 >> 8 * (size - 8)) : last;
#else
    first = size < 8 ? first & ~(~(u64)0 << 8 * size) : first;
    last = size < 8 ? 0 : size < 16 ? last & ~(~(u64)0 << 8 * (size - 8)) : last;
#endif
    return count_of_half(first) + count_of_half(last);
}

#endif
