/* Whether bytes are UTF-8 (see detector/decode.py). */
#include "kernel.h"

#define BLOCK 64 /* bytes that are looked at together */
#define TAIL 3   /* bytes of a character behind its first */

/* Whether any of `size` bytes is beyond ASCII. */
static inline bool any_beyond(const u8 *at, i64 size) {
    u8 any = 0;
    for (i64 j = 0; j < size; j++)
        any |= at[j];
    return any & 0x80;
}

/* Whether any of `size` bytes cannot stand behind the three before it, which are readable. Each is
 * told by those alone, so that a compiler can make the loop wide. */
static inline bool any_wrong(const u8 *at, i64 size) {
    u8 wrong = 0;
    for (i64 j = 0; j < size; j++) {
        u8 own = at[j], last = at[j - 1];
        u8 continues = (own & 0xC0) == 0x80;
        u8 expected = (last >= 0xC0) | (at[j - 2] >= 0xE0) | (at[j - 3] >= 0xF0);
        u8 never = (own == 0xC0) | (own == 0xC1) | (own >= 0xF5);
        u8 longer = ((last == 0xE0) & (own < 0xA0)) | ((last == 0xF0) & (own < 0x90));
        u8 beyond = ((last == 0xED) & (own > 0x9F)) | ((last == 0xF4) & (own > 0x8F));
        wrong |= (continues ^ expected) | never | longer | beyond;
    }
    return wrong;
}

/* Say whether `n` bytes are UTF-8 as Unicode defines it: no surrogates, nothing longer than need be.
 */
VECTORIZED EXPORT i64 is_utf8(const u8 *text, i64 n) {
    u8 first[2 * TAIL] = {0}, last[2 * TAIL] = {0}; /* among zeros, which go with nothing */
    i64 few = least_of(n, TAIL), at = few;
    memcpy(first + TAIL, text, (size_t)few);
    memcpy(last + TAIL - few, text + n - few, (size_t)few);
    if (any_wrong(first + TAIL, few) || any_wrong(last + TAIL, TAIL))
        return 0;
    for (; at + BLOCK <= n; at += BLOCK)
        if (any_beyond(text + at - TAIL, BLOCK + TAIL) && any_wrong(text + at, BLOCK))
            return 0;
    return !any_wrong(text + at, n - at);
}
