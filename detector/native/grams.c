/* Rows and marks of the n-grams of a text (see detector/ngrams.py). */
#include "grams.h"

VECTORIZED static void hash_grams(const u32 *restrict codes, i32 count, Grams grams) {
    u32 *restrict one = grams[0], *restrict two = grams[1];
    u32 *restrict three = grams[2], *restrict four = grams[3];
    for (i32 j = 0; j < count; j++) {
        u32 key1 = codes[j] * M1, key2 = longer_key(key1, codes[j + 1]);
        u32 key3 = longer_key(key2, codes[j + 2]), key4 = longer_key(key3, codes[j + 3]);
        one[j] = bucket_of(key1, NGRAM_BITS, 1);
        two[j] = bucket_of(key2, NGRAM_BITS, 2);
        three[j] = bucket_of(key3, NGRAM_BITS, 3);
        four[j] = bucket_of(key4, NGRAM_BITS, 4);
    }
}

void find_grams(const Batch *batch, i64 from, i32 count, Grams grams) {
    i64 last = from + count + ORDERS - 1;
    if (from >= 0 && last <= batch->n) {
        hash_grams(batch->codes + from, count, grams);
        return;
    }
    u32 codes[GRAMS + ORDERS] = {0};
    i64 low = most_of(from, 0), high = least_of(last, batch->n);
    if (low < high)
        memcpy(codes + (low - from), batch->codes + low, (size_t)(high - low) * sizeof *codes);
    hash_grams(codes, count, grams);
}
