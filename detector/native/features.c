/* Features of every character of a batch (see detector/ngrams.py for what they mean). */
#include "contrast.h"
#include "natural.h"
#include "topics.h"

#define NARROW 8
#define SCRIPT 6
#define WORD_BASE 0x01000193u

enum {
    SHAPE_WIDE, SHAPE_NEAR, RUNS, NATURAL_BIGRAMS, NATURAL_TRIGRAMS, NATURAL_CHAR,
    NATURAL_DENSITY, CONTRAST, TOPIC, PLACE, SCRIPT_GROUP, REPETITION, WORD, WORD_BEFORE, WORD_AFTER,
    GROUP_COUNT
};

typedef struct {
    u32 *of[GROUP_COUNT];
    const u32 *offsets, *bits;
} Flats;

/* One group, at hand: what is written to it cannot change where it lies, as far as a compiler sees. */
typedef struct {
    u32 *out;
    u32 offset, bits;
} Group;

static inline Group group_of(const Flats *flats, int group) {
    return (Group){flats->of[group], flats->offsets[group], flats->bits[group]};
}

static inline void put(Group group, i64 at, u32 value) { group.out[at] = value + group.offset; }

static inline void put_hashed(Group group, i64 at, u32 key, u32 salt) {
    put(group, at, bucket_of(key, group.bits, salt));
}

EXPORT i64 ngram_keys(const u32 *codes, i64 n, i64 stride, i64 order, u32 *keys) {
    for (i64 i = 0; i < n; i++) {
        const u32 *own = codes + i * stride;
        u32 key = own[0] * M1;
        for (i64 k = 1; k < order; k++)
            key = longer_key(key, own[k]);
        keys[i] = key;
    }
    return 0;
}

EXPORT i64 count_slots(const u32 *keys, i64 n, u32 size, u32 *slots, u8 *marks) {
    for (i64 i = 0; i < n; i++)
        slots[i] = count_slot(keys[i], size, marks + i);
    return 0;
}

/* What a better word would gain, in eighths of log2; level 0: nothing to compare with. */
static const i16 GAIN[] = {-40, -8, 16, 32, 56, 80};
/* How common a character is, by eighths of a doubling below the total. */
static const i16 RANK[] = {73, 105, 137};
static const u32 RUN_LENGTH[] = {0, 1, 2, 3, 3, 4, 4, 5, 5, 5, 5, 6, 6, 6, 6, 6, 7};

/* What classes count as in runs, where it is another. */
static const u8 RUN_GROUP[] = {
    [BREAK] = BREAK, [HAN] = HAN, [HAN_TRADITIONAL] = HAN, [HAN_SIMPLIFIED] = HAN, [HAN_RARE] = HAN,
    [KANA] = KANA, [HANGUL] = HANGUL, [LATIN] = LATIN, [LATIN_UPPER] = LATIN, [LATIN_MARKED] = LATIN,
    [CYRILLIC] = CYRILLIC, [GREEK] = GREEK, [THAI] = THAI, [LETTER] = LETTER, [DIGIT] = LATIN,
    [STYLED] = LATIN, [SPACE] = SPACE, [COMMA] = COMMA, [STOP] = STOP, [DASH] = DASH, [QUOTE] = QUOTE,
    [BRACKET] = BRACKET, [SLASH] = SLASH, [BAR] = BAR, [SYMBOL] = SYMBOL, [AT] = AT, [EMOJI] = EMOJI,
    [OTHER] = OTHER, [CONTROL] = CONTROL, [FULLWIDTH] = LATIN, [ARABIC] = ARABIC,
    [RARE_SYMBOL] = RARE_SYMBOL,
};

/* Scripts that are written with spaces, or in words that a run of one script shows. */
static bool is_word(u8 group) {
    return (group >= KANA && group <= LETTER) || group == ARABIC;
}

/* Base-37 digits of the seven classes around a character. */
static inline u32 wide_shape(const u8 *classes) {
    u32 shape = 0;
    for (i64 k = -REACH; k <= REACH; k++)
        shape = shape * 37 + classes[k];
    return shape;
}

static inline void put_shapes(Group wide, Group near, i64 at, const u8 *classes) {
    put_hashed(wide, at, wide_shape(classes), 11);
    put(near, at, (u32)classes[-1] << 10 | (u32)classes[0] << 5 | classes[1]);
}

/* Shapes near an end, where breaks are beyond it. */
static void edge_shapes(const Batch *batch, Group wide, Group near, i64 at) {
    u8 around[2 * REACH + 1] = {BREAK};
    for (i64 k = most_of(at - REACH, 0); k <= at + REACH && k < batch->n; k++)
        around[REACH + k - at] = batch->classes[k];
    put_shapes(wide, near, at, around + REACH);
}

VECTORIZED static void shapes(const Batch *batch, const Flats *flats) {
    const Group wide = group_of(flats, SHAPE_WIDE), near = group_of(flats, SHAPE_NEAR);
    const u8 *classes = batch->classes;
    i64 n = batch->n, first = least_of(REACH, n), last = most_of(n - REACH, first);
    for (i64 i = 0; i < first; i++)
        edge_shapes(batch, wide, near, i);
    for (i64 i = first; i < last; i++)
        put_shapes(wide, near, i, classes + i);
    for (i64 i = last; i < n; i++)
        edge_shapes(batch, wide, near, i);
}

/* One run of characters of one group. */
typedef struct {
    i64 start;
    u32 hash; /* of its word */
    u8 group;
    bool word;
} Run;

/* Runs, and the words before, here and after. */
static int runs_and_words(const Batch *batch, const Flats *flats) {
    i64 n = batch->n, count = 0, page = 0, last = -1;
    Run *runs = malloc((size_t)(n + 1) * sizeof(Run));
    if (!runs)
        return -1;
    for (i64 i = 0; i < n; count++) {
        u8 group = RUN_GROUP[batch->classes[i]];
        Run run = {i, 0, group, is_word(group)};
        u32 power = 1;
        for (; i < n && RUN_GROUP[batch->classes[i]] == group; i++) {
            run.hash += (batch->codes[i] + 1) * power;
            power *= WORD_BASE;
        }
        run.hash = run.word ? run.hash | 1 : 0;
        /* The breaks between two pages stand for the word that is not there. */
        while (page < batch->pages && batch->starts[page] <= i) {
            run.word |= batch->starts[page] > run.start;
            page++;
        }
        runs[count] = run;
    }
    const Group of_runs = group_of(flats, RUNS), here = group_of(flats, WORD);
    const Group words_before = group_of(flats, WORD_BEFORE);
    const Group words_after = group_of(flats, WORD_AFTER);
    u32 before = 0;
    for (i64 k = 0; k < count; k++) {
        Run run = runs[k];
        i64 end = k + 1 < count ? runs[k + 1].start : n;
        u32 next = 0, follows = 0;
        if (run.word) {
            if (last <= k)
                for (last = k + 1; last < count && !runs[last].word; last++)
                    ;
            next = last < count ? runs[last].hash : 0;
            follows = run.hash * M2 + next;
        }
        u32 precedes = run.word ? before * M2 + run.hash : 0;
        if (run.word)
            before = run.hash;
        u32 word = bucket_of(run.hash, here.bits, 29);
        precedes = bucket_of(precedes, words_before.bits, 31);
        follows = bucket_of(follows, words_after.bits, 37);
        i64 length = end - run.start;
        u32 code = (k > 0 ? runs[k - 1].group : 0u) * 32 + run.group;
        code = code * 32 + (k + 1 < count ? runs[k + 1].group : 0u);
        code = code * 8 + RUN_LENGTH[least_of(length, 16)];
        u32 inside = bucket_of(code * 9 + 8, of_runs.bits, 13);
        for (i64 i = run.start; i < end; i++) {
            put(of_runs, i, inside);
            put(here, i, word);
            put(words_before, i, precedes);
            put(words_after, i, follows);
        }
        for (i64 j = 0; j < least_of(length, 4); j++) { /* two at either end, or all there are */
            i64 i = j < 2 ? run.start + j : end + 1 - j;
            u32 spot = (u32)(least_of(i - run.start, 2) + 3 * least_of(end - 1 - i, 2));
            put_hashed(of_runs, i, code * 9 + spot, 13);
        }
    }
    free(runs);
    return 0;
}

/* Where each character sits, and how long its block is. */
static void places(const Batch *batch, const Flats *flats) {
    const Group group = group_of(flats, PLACE);
    for (i64 i = 0; i < batch->n;) {
        i64 end = i;
        while (end < batch->n && batch->classes[end] != BREAK)
            end++;
        u32 extent = log2_to_7(end - i);
        for (; i < batch->n && i <= end; i++) { /* a break belongs to the block that it ends */
            u32 place = batch->places[i] * 8u + extent;
            put_hashed(group, i, place * 32 + batch->classes[i], 23);
        }
    }
}

/* Make sums readable beyond both ends of n characters: windows are cut there. */
static void extend(i32 *sums, i64 n) {
    for (i64 beyond = 1; beyond <= MARGIN; beyond++) {
        sums[-beyond] = 0;
        sums[n + beyond] = sums[n];
    }
}

/* Whether Chinese is Traditional or Simplified: here, near, and in the page. */
static void scripts(const Batch *batch, const Flats *flats, i32 *old, i32 *forms) {
    const Group group = group_of(flats, SCRIPT_GROUP);
    i64 n = batch->n;
    old[0] = forms[0] = 0;
    for (i64 i = 0; i < n; i++) {
        bool traditional = batch->classes[i] == HAN_TRADITIONAL;
        old[i + 1] = old[i] + traditional;
        forms[i + 1] = forms[i] + (traditional || batch->classes[i] == HAN_SIMPLIFIED);
    }
    extend(old, n);
    extend(forms, n);
    for (i64 k = 0; k < batch->pages; k++) {
        i64 start = batch->starts[k], end = batch->ends[k], chinese = 0;
        for (i64 i = start; i < end; i++)
            chinese += is_han(batch->classes[i]);
        i32 total = forms[end] - forms[start], few = old[end] - old[start];
        u32 page = total < 4 ? 3 : (u32)least_of(few * 3 / most_of(total, 1), 2);
        page = page << 1 | (3 * chinese < end - start);
        i64 first = k ? start : 0;
        i32 count = (i32)(reach_of(batch, k) - first);
        for (i32 j = 0; j < count; j++) {
            i32 near = within(forms + first, j, SCRIPT);
            i32 local = quotient(2 * within(old + first, j, SCRIPT), near ? near : 1, 2);
            put(group, first + j,
                ((u32)(near ? local : 3) << 3 | page) << 5 | batch->classes[first + j]);
        }
    }
}

/* Part of the whole in 1/scale steps, at most 7; 0 where the whole is 0. */
static inline u32 rate(i32 part, i32 whole, i32 scale) {
    return whole ? (u32)least_of(scale * part / whole, 7) : 0;
}

/* The same of what sums say of the window around i. */
static inline u32 near_rate(const i32 *part, const i32 *whole, i32 i, i32 radius, i32 scale) {
    i32 size = within(whole, i, radius);
    return (u32)quotient(scale * within(part, i, radius), size > 1 ? size : 1, 7);
}

/* Natural groups of `count` characters from `from` on, in loops that a compiler can make wide.
 * `odd` and `share` are those of the page. */
VECTORIZED static void natural_block(const Batch *batch, i32 whole, const Natural *natural,
                          const Flats *flats, i64 from, i32 count, bool chinese, u32 odd,
                          u32 share) {
    const Group of_bigrams = group_of(flats, NATURAL_BIGRAMS);
    const Group of_trigrams = group_of(flats, NATURAL_TRIGRAMS);
    const Group of_chars = group_of(flats, NATURAL_CHAR), of_topics = group_of(flats, TOPIC);
    const Group of_density = group_of(flats, NATURAL_DENSITY);
    const Group of_contrast = group_of(flats, CONTRAST);
    u32 ranks[BLOCK], both[BLOCK], narrow[BLOCK], broad[BLOCK], better[BLOCK];
    const u32 *codes = batch->codes + from;
    const u8 *bigrams = natural->bigrams + from, *trigrams = natural->trigrams + from;
    const u8 *coarse = natural->coarse + from, *topics = natural->topics + from;
    const u8 *common = natural->common + from;
    const i16 *gains = natural->gains + from;
    const i32 *odds = natural->odd + from, *pairs = natural->pairs + from;
    const i32 *compared = natural->compared + from, *improved = natural->improved + from;
    for (i32 j = 0; j < count; j++)
        ranks[j] = chinese ? bounds_passed(whole - common[j], RANK, 3) : 0;
    for (i32 j = 0; j < count; j++)
        both[j] = (u32)coarse[j - 1] << 3 | coarse[j];
    for (i32 j = 0; j < count; j++)
        narrow[j] = near_rate(odds, pairs, j, NARROW, 5);
    for (i32 j = 0; j < count; j++)
        broad[j] = near_rate(odds, pairs, j, BROAD, 8);
    for (i32 j = 0; j < count; j++)
        better[j] = near_rate(improved, compared, j, BROAD, 14);
    for (i32 j = 0; j < count; j++)
        put(of_bigrams, from + j,
            (((u32)bigrams[j - 1] << 4 | bigrams[j]) << 3 | coarse[j - 2]) << 5 |
                (u32)coarse[j + 1] << 2 | ranks[j]);
    for (i32 j = 0; j < count; j++)
        put(of_trigrams, from + j,
            ((u32)trigrams[j - 2] << 6 | (u32)trigrams[j - 1] << 3 | trigrams[j]) << 6 | both[j]);
    for (i32 j = 0; j < count; j++)
        put_hashed(of_chars, from + j,
                   codes[j] * 512 + (both[j] << 3 | trigrams[j - 1]), 19);
    for (i32 j = 0; j < count; j++)
        put(of_topics, from + j, ((u32)topics[j] << 4 | topics[j - 1]) << 6 | both[j]);
    for (i32 j = 0; j < count; j++)
        put(of_density, from + j, narrow[j] << 12 | broad[j] << 9 | odd << 6 | both[j]);
    for (i32 j = 0; j < count; j++) {
        u32 own = gains[j] > NO_GAIN ? bounds_passed(gains[j], GAIN, 6) + 1 : 0;
        put(of_contrast, from + j, ((own << 3 | better[j]) << 3 | share) << 6 | both[j]);
    }
}

static void natural_groups(const Batch *batch, i32 whole, const Natural *natural,
                           const Flats *flats) {
    i64 n = batch->n;
    natural->compared[0] = natural->improved[0] = 0;
    for (i64 i = 0; i < n; i++) {
        natural->compared[i + 1] = natural->compared[i] + (natural->gains[i] > NO_GAIN);
        natural->improved[i + 1] = natural->improved[i] + (natural->gains[i] >= MUCH_BETTER);
    }
    i32 *const all[] = {natural->odd, natural->pairs, natural->compared, natural->improved};
    for (int k = 0; k < 4; k++)
        extend(all[k], n);
    memset(natural->topics - MARGIN, 0, MARGIN);
    memset(natural->topics + n, 0, MARGIN);
    for (i64 k = 0; k < batch->pages; k++) {
        i64 start = batch->starts[k], end = batch->ends[k];
        bool chinese = false;
        for (i64 i = start; i < end && !chinese; i++)
            chinese = is_han(batch->classes[i]);
        u32 odd = rate(natural->odd[end] - natural->odd[start],
                       (i32)most_of(natural->pairs[end] - natural->pairs[start], 1), 10);
        u32 share = rate(natural->improved[end] - natural->improved[start],
                         (i32)most_of(natural->compared[end] - natural->compared[start], 20), 20);
        i64 reach = reach_of(batch, k);
        for (i64 from = k ? start : 0; from < reach; from += BLOCK) {
            i32 count = (i32)least_of(BLOCK, reach - from);
            natural_block(batch, whole, natural, flats, from, count, chinese, odd, share);
        }
    }
}

/* How often the four characters from each one on occur in the page. */
static int repetition(const Batch *batch, const Natural *natural, const Flats *flats,
                      const u16 *fours) {
    const Group group = group_of(flats, REPETITION);
    const u8 *coarse = natural->coarse, *classes = batch->classes;
    u8 *often = calloc(1 << 16, 1);
    if (!often)
        return -1;
    for (i64 i = 0, k = 0; i < batch->n; k++) {
        i64 start = k < batch->pages ? batch->starts[k] : batch->n;
        i64 end = k < batch->pages ? batch->ends[k] : batch->n;
        for (; i < start; i++)
            put(group, i, coarse[i] << 5 | classes[i]);
        for (i64 j = start; j < end; j++)
            often[fours[j]] += often[fours[j]] < 255;
        for (; i < end; i++) {
            u32 repeated = log2_to_7(often[fours[i]]);
            put(group, i, (repeated << 3 | coarse[i]) << 5 | classes[i]);
        }
        for (i64 j = start; j < end; j++)
            often[fours[j]] = 0;
    }
    free(often);
    return 0;
}

/* Rows of the n-grams of orders 1 to 4 that start at `j` before the first character, or reach beyond
 * the last. */
static void edge_rows(const Batch *batch, u32 bits, u32 *const rows[4], u16 *fours, i64 j) {
    i64 n = batch->n, size = n + 2 * REACH;
    u32 key = 0;
    for (i64 order = 1; order <= 4 && j + order <= size; order++) {
        i64 at = j + order - 1 - REACH;
        u32 code = at >= 0 && at < n ? batch->codes[at] : 0;
        key = order == 1 ? code * M1 : longer_key(key, code);
        rows[order - 1][j] = bucket_of(key, bits, (u32)order);
    }
    if (j >= REACH && j < REACH + n)
        fours[j - REACH] = (u16)(key >> 16);
}

/* Rows and marks of the n-grams of orders 1 to 4, and the upper half of the keys of order 4. */
VECTORIZED static void ngram_rows(const Batch *batch, u32 bits, u32 *const rows[4],
                                  u16 *restrict fours) {
    i64 n = batch->n, whole = most_of(n - REACH, 0);
    for (i64 j = 0; j < REACH; j++)
        edge_rows(batch, bits, rows, fours, j);
    for (i64 j = REACH + whole; j < n + 2 * REACH; j++)
        edge_rows(batch, bits, rows, fours, j);
    const u32 *restrict codes = batch->codes;
    u32 *restrict one = rows[0] + REACH, *restrict two = rows[1] + REACH;
    u32 *restrict three = rows[2] + REACH, *restrict four = rows[3] + REACH;
    for (i64 i = 0; i < whole; i++) {
        u32 key1 = codes[i] * M1, key2 = longer_key(key1, codes[i + 1]);
        u32 key3 = longer_key(key2, codes[i + 2]), key4 = longer_key(key3, codes[i + 3]);
        one[i] = bucket_of(key1, bits, 1);
        two[i] = bucket_of(key2, bits, 2);
        three[i] = bucket_of(key3, bits, 3);
        four[i] = bucket_of(key4, bits, 4);
        fours[i] = (u16)(key4 >> 16);
    }
}

/* Write rows (of orders 1 to 4) and flats (groups x n); return how many words were compared. */
EXPORT i64 character_features(const Batch *batch, const Counts *counts, const Alternatives *known,
                              const Topics *topics, u32 ngram_bits, const u32 *group_offsets,
                              const u32 *group_bits, u32 *rows1, u32 *rows2, u32 *rows3,
                              u32 *rows4, u32 *flats_out, i64 *at, i16 *gain_at, u16 *best_at) {
    i64 n = batch->n;
    size_t room = (size_t)(n + 1 + 2 * MARGIN), size = (size_t)n;
    i32 *memory = malloc(room * (4 * sizeof(i32) + 2 * sizeof(i16) + 8) +
                         size * (sizeof(u32) + sizeof(u16)));
    if (!memory)
        return -1;
    Natural natural;
    i32 **const of_sums[] = {&natural.odd, &natural.pairs, &natural.compared, &natural.improved};
    for (size_t k = 0; k < 4; k++)
        *of_sums[k] = memory + k * room + MARGIN;
    u32 *keys = (u32 *)(memory + 4 * room);
    natural.ties = (i16 *)(keys + size) + MARGIN;
    natural.gains = natural.ties + room;
    u16 *fours = (u16 *)(natural.gains + room - MARGIN);
    u8 **const of_levels[] = {
        &natural.bigrams, &natural.trigrams, &natural.coarse, &natural.topics, &natural.common,
        &natural.paired, &natural.seen, &natural.seen3,
    };
    for (size_t k = 0; k < 8; k++)
        *of_levels[k] = (u8 *)(fours + size) + k * room + MARGIN;
    Flats flats = {.offsets = group_offsets, .bits = group_bits};
    for (int k = 0; k < GROUP_COUNT; k++)
        flats.of[k] = flats_out + (size_t)k * size;
    u32 *const rows[4] = {rows1, rows2, rows3, rows4};

    ngram_rows(batch, ngram_bits, rows, fours);
    shapes(batch, &flats);
    places(batch, &flats);
    scripts(batch, &flats, natural.compared, natural.improved);
    pair_keys(batch, keys);
    naturalness(batch, keys, counts, &natural);
    i64 found = compare(batch, keys, natural.ties, counts, known, natural.gains,
                        &(Comparison){at, gain_at, best_at});
    if (topic_levels(batch, keys, topics, natural.topics))
        found = -1;
    natural_groups(batch, counts->whole, &natural, &flats);
    if (repetition(batch, &natural, &flats, fours) || runs_and_words(batch, &flats))
        found = -1;
    free(memory);
    return found;
}
