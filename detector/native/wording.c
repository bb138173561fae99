/* What the words of a candidate say, as hashed features (see detector/wording.py). */
#include "grams.h"

#define LONGEST 200 /* characters of a range that are read, from its start */
#define LONGEST_RUN 8
#define AROUND 10 /* characters on either side that are read as well */
#define RUN_ORDERS 3
#define SALT 17
#define MOST_FEATURES (ORDERS * (LONGEST + 2 + 2 * AROUND) + 2 * RUN_ORDERS * LONGEST)

/* What a feature is besides an n-gram inside. */
enum { STARTS, ENDS, RUNS, CLASSES, BEFORE, AFTER, SALTS = 8 };

/* The features of one range: hashes, some of them more than once, and then buckets. */
typedef struct {
    u32 keys[MOST_FEATURES + 1]; /* and one that does not count */
    i64 count;
} Found;

static inline void add(Found *found, u32 key) { found->keys[found->count++] = key; }

VECTORIZED static void find_buckets(Found *found, u32 bits) {
    u32 *keys = found->keys;
    for (i64 i = 0; i < found->count; i++)
        keys[i] = bucket_of(keys[i], bits, SALT);
}

/* Let each bucket be there once: `seen` has a bit for each, all 0 before and after. No branch
 * depends on what cannot be foreseen. */
static void keep_distinct(Found *found, u8 *seen) {
    u32 *buckets = found->keys;
    i64 kept = 0;
    for (i64 i = 0; i < found->count; i++) {
        u32 bucket = buckets[i];
        u8 *bits = seen + (bucket >> 3), bit = (u8)(1 << (bucket & 7));
        buckets[kept] = bucket;
        kept += !(*bits & bit);
        *bits |= bit;
    }
    found->count = kept;
    for (i64 i = 0; i < kept; i++)
        seen[buckets[i] >> 3] = 0;
}

static inline u32 tagged(u32 row, u32 salt, u32 order) {
    return (row * SALTS + salt) * ORDERS + order;
}

/* The n-grams inside [start, start + size), at its ends, and around it in [first, last). */
static void add_ngrams(Found *found, const Batch *batch, i64 start, i64 size, i64 end, i64 first,
                       i64 last) {
    Grams inside, outside; /* from shortly before the start, and from shortly before the end */
    find_grams(batch, start - AROUND, (i32)(AROUND + size), inside);
    find_grams(batch, end - ORDERS, ORDERS + AROUND, outside);
    for (u32 order = 1; order <= ORDERS; order++) {
        const u32 *own = inside[order - 1] + AROUND, *ends = outside[order - 1] + ORDERS;
        for (i64 i = 0; i + order <= size; i++)
            add(found, own[i]);
        if (size >= order) {
            add(found, tagged(own[0], STARTS, order));
            add(found, tagged(ends[-(i64)order], ENDS, order));
        }
        if (order == 1)
            continue;
        for (i64 i = most_of(-AROUND, first - start); i + order <= 0; i++)
            add(found, tagged(own[i], BEFORE, order));
        for (i64 i = 0; i + order <= least_of(AROUND, last - end); i++)
            add(found, tagged(ends[i], AFTER, order));
    }
}

/* Runs of one character class, and which classes follow each other. */
static void add_runs(Found *found, const u8 *classes, i64 size) {
    u32 grams[2][RUN_ORDERS] = {{0}}; /* by what counts, those that end at the last run */
    i64 runs = 0;
    for (i64 i = 0; i < size; runs++) {
        i64 first = i;
        while (i < size && classes[i] == classes[first])
            i++;
        u32 value = (u32)classes[first] << 4 | (u32)least_of(i - first, LONGEST_RUN);
        for (int which = 0; which < 2; which++) {
            u32 own = which ? value >> 4 : value;
            for (i64 order = RUN_ORDERS; order > 1; order--)
                grams[which][order - 1] = grams[which][order - 2] * 521 + own;
            grams[which][0] = own;
            for (i64 order = 1; order <= least_of(runs + 1, RUN_ORDERS); order++) {
                u32 gram = grams[which][order - 1] * 4 + (u32)order;
                add(found, gram * SALTS + (which ? CLASSES : RUNS));
            }
        }
    }
}

/* Write how many features each of m ranges has, their buckets one after the other where `out` is
 * not null, and where `table` is not null the sums of their weights. Return how many there are. */
EXPORT i64 wording_features(const Batch *batch, const i64 *starts, const i64 *ends, i64 m, u32 bits,
                            i64 *counts, i32 *out, const i8 *table, i64 *sums) {
    Found found;
    u8 *seen = calloc((size_t)1 << bits >> 3, 1);
    if (!seen)
        return -1;
    i64 written = 0, page = 0;
    for (i64 k = 0; k < m; k++) {
        found.count = 0;
        if (k && starts[k] < starts[k - 1])
            page = 0;
        while (page + 1 < batch->pages && batch->starts[page + 1] <= starts[k])
            page++;
        i64 size = least_of(ends[k] - starts[k], LONGEST);
        add_ngrams(&found, batch, starts[k], size, ends[k], batch->starts[page],
                   batch->ends[page]);
        add_runs(&found, batch->classes + starts[k], size);
        find_buckets(&found, bits);
        keep_distinct(&found, seen);
        i64 sum = 0;
        for (i64 j = 0; j < found.count; j++) {
            if (out)
                out[written + j] = (i32)found.keys[j];
            if (table)
                sum += table[found.keys[j]];
        }
        if (table)
            sums[k] = sum;
        counts[k] = found.count;
        written += found.count;
    }
    free(seen);
    return written;
}
