/* Whether bytes are UTF-8 (see detector/decode.py). */
#include "kernel.h"

/* Bytes that follow a first byte, and the least and greatest of the second. */
static i64 tail_of(u8 first, u8 *low, u8 *high) {
    *low = first == 0xE0 ? 0xA0 : first == 0xF0 ? 0x90 : 0x80;
    *high = first == 0xED ? 0x9F : first == 0xF4 ? 0x8F : 0xBF;
    return first < 0xC2 ? -1 : first < 0xE0 ? 1 : first < 0xF0 ? 2 : first < 0xF5 ? 3 : -1;
}

/* Say whether `n` bytes are UTF-8 as Unicode defines it: no surrogates, nothing longer than need be.
 */
EXPORT i64 is_utf8(const u8 *text, i64 n) {
    for (i64 i = 0; i < n;) {
        u64 eight;
        if (text[i] < 0x80) {
            for (i++; i + 8 <= n; i += 8) {
                memcpy(&eight, text + i, 8);
                if (eight & 0x8080808080808080u)
                    break;
            }
            while (i < n && text[i] < 0x80)
                i++;
            continue;
        }
        u8 low, high;
        i64 tail = tail_of(text[i], &low, &high);
        if (tail < 0 || i + tail >= n || text[i + 1] < low || text[i + 1] > high)
            return 0;
        for (i64 k = 2; k <= tail; k++)
            if ((text[i + k] & 0xC0) != 0x80)
                return 0;
        i += tail + 1;
    }
    return 1;
}
