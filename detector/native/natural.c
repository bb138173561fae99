/* Counts of the n-grams of a text, and the levels of how natural they are. */
#include "natural.h"

/* Levels of bigrams. Unseen: the likelier chance was to bring the two together, the odder.
 * Seen: by how much more often than by chance. Bounds in eighths of a doubling. */
static const i16 UNSEEN[] = {-16, 8, 24, 40, 56};
static const i16 SEEN[] = {-32, -16, -4, 8, 20, 32, 48, 72};
static const u8 COARSE[] = {0, 0, 1, 1, 2, 2, 3, 4, 4, 5, 5, 6, 6, 7, 7, 7};
static const i32 ODD_BIGRAM[] = {3, 3, 2, 2, 1, 1, 0, 2, 1, 0, 0, 0, 0, 0, 0, 0};
/* Levels of trigrams. 0: not Chinese. Unseen 1-4: the likelier its bigrams make it, the odder.
 * Seen 5-7: by how much more often than they make it. */
static const i16 UNSEEN_TRIGRAM[] = {12, 32, 56};
static const i16 SEEN_TRIGRAM[] = {-24, 0};
static const i32 ODD_TRIGRAM[] = {0, 2, 2, 1, 0, 1, 0, 0};

/* Where n-grams that do not lie within Chinese text are looked up: what is there does not count,
 * and is at hand. */
#define NOWHERE 0

VECTORIZED void pair_keys(const Batch *batch, u32 *restrict keys) {
    const u32 *codes = batch->codes;
    i64 last = batch->n - 1;
    for (i64 i = 0; i < last; i++)
        keys[i] = longer_key(codes[i] * M1, codes[i + 1]);
    if (last >= 0)
        keys[last] = 0;
}

VECTORIZED static void find_pairs(const Batch *batch, u8 *restrict paired) {
    i64 n = batch->n;
    const u8 *classes = batch->classes;
    for (i64 i = 0; i + 1 < n; i++)
        paired[i] = is_han(classes[i]) & is_han(classes[i + 1]);
    memset(paired + n - (n > 0), 0, MARGIN);
    memset(paired - MARGIN, 0, MARGIN);
}

/* Write what is counted of `count` characters from `from` on, and the bigrams and trigrams that
 * start with them. The memory is asked for all before any is waited for. */
VECTORIZED static void look_up(const Batch *batch, const u32 *keys, const Counts *counts,
                               const Natural *natural, i64 from, i32 count) {
    u32 slots[BLOCK], slots3[BLOCK], room = counts->size;
    u8 marks[BLOCK], marks3[BLOCK];
    const u32 *codes = batch->codes + from;
    const u8 *paired = natural->paired + from, *unigrams = counts->unigrams;
    u8 *restrict common = natural->common + from, *restrict seen = natural->seen + from;
    u8 *restrict seen3 = natural->seen3 + from;
    keys += from;
    i32 within = (i32)most_of(least_of(count, batch->n - 2 - from), 0);
    for (i32 j = 0; j < count; j++) {
        u32 slot = count_slot(keys[j], room, marks + j);
        slots[j] = paired[j] ? slot : NOWHERE;
    }
    for (i32 j = 0; j < within; j++) {
        u32 slot = count_slot(longer_key(keys[j], codes[j + 2]), room, marks3 + j);
        slots3[j] = paired[j] & paired[j + 1] ? slot : NOWHERE;
    }
    for (i32 j = within; j < count; j++)
        slots3[j] = marks3[j] = 0;
    for (i32 j = 0; j < count; j++) {
        ask_for(slots[j], counts);
        ask_for(slots3[j], counts);
    }
    for (i32 j = 0; j < count; j++) {
        common[j] = unigrams[codes[j]];
        seen[j] = (u8)count_at(slots[j], marks[j], counts);
        seen3[j] = (u8)count_at(slots3[j], marks3[j], counts);
    }
    for (i32 j = 0; j < count; j++) {
        seen[j] = paired[j] ? seen[j] : 0;
        seen3[j] = paired[j] & paired[j + 1] ? seen3[j] : 0;
    }
}

/* Levels of `count` bigrams from `from` on, and of the trigrams that start one before each. */
VECTORIZED static void grade(const Counts *counts, const Natural *natural, i64 from, i32 count) {
    i32 expected[BLOCK], tied[BLOCK], hope[BLOCK], logs[BLOCK + 2], logs3[BLOCK];
    const u8 *common = natural->common + from, *paired = natural->paired + from;
    const u8 *seen = natural->seen + from, *seen3 = natural->seen3 + from;
    u8 *restrict bigrams = natural->bigrams + from, *restrict trigrams = natural->trigrams + from;
    i16 *restrict ties = natural->ties + from;
    for (i32 j = 0; j <= count; j++)
        logs[j] = counts->eighths[seen[j - 1]];
    for (i32 j = 0; j < count; j++)
        logs3[j] = counts->eighths[seen3[j - 1]];
    i32 whole = counts->whole;
    for (i32 j = 0; j < count; j++)
        expected[j] = common[j] + common[j + 1] - whole;
    for (i32 j = 0; j < count; j++) {
        tied[j] = tie(seen[j], logs[j + 1], expected[j]);
        ties[j] = (i16)(paired[j] ? tied[j] : 0);
    }
    for (i32 j = 0; j < count; j++) {
        u32 well = 7 + bounds_passed(tied[j], SEEN, 8);
        u32 ill = 5 - bounds_passed(expected[j], UNSEEN, 5);
        u32 level = seen[j] ? well : ill;
        bigrams[j] = (u8)(paired[j] ? level : NOT_CHINESE);
    }
    for (i32 j = 0; j < count; j++)
        hope[j] = logs[j] + logs[j + 1] - common[j];
    for (i32 j = 0; j < count; j++) {
        u32 well = 5 + bounds_passed(logs3[j] - hope[j], SEEN_TRIGRAM, 2);
        u32 ill = 4 - bounds_passed(hope[j], UNSEEN_TRIGRAM, 3);
        ill = (seen[j - 1] > 0) & (seen[j] > 0) ? ill : 4;
        u32 level = seen3[j - 1] ? well : ill;
        trigrams[j - 1] = (u8)(paired[j - 1] & paired[j] ? level : 0);
    }
}

void naturalness(const Batch *batch, const u32 *keys, const Counts *counts,
                 const Natural *natural) {
    i64 n = batch->n;
    find_pairs(batch, natural->paired);
    natural->seen[-1] = natural->seen3[-1] = 0;
    for (i64 from = 0; from < n; from += BLOCK)
        look_up(batch, keys, counts, natural, from, (i32)least_of(BLOCK, n - from));
    natural->common[n] = 0;
    for (i64 from = 0; from < n; from += BLOCK)
        grade(counts, natural, from, (i32)least_of(BLOCK, n - from));
    memset(natural->bigrams - MARGIN, NOT_CHINESE, MARGIN);
    memset(natural->bigrams + n, NOT_CHINESE, MARGIN);
    memset(natural->trigrams - MARGIN, 0, MARGIN);
    memset(natural->trigrams + n - 1, 0, MARGIN + 1);
    natural->odd[0] = natural->pairs[0] = 0;
    for (i64 i = 0; i < n; i++) {
        /* Of the bigram that starts here, and of the trigram around: none at the last character. */
        natural->odd[i + 1] = natural->odd[i] + ODD_BIGRAM[natural->bigrams[i]] +
                              ODD_TRIGRAM[natural->trigrams[i - 1]];
        natural->pairs[i + 1] = natural->pairs[i] + natural->paired[i];
    }
    for (i64 i = -MARGIN; i < n + MARGIN; i++)
        natural->coarse[i] = COARSE[natural->bigrams[i]];
}

/* Write of each line of `n` code points how many pairs of Chinese characters it has, and the sum of their
 * quantised counts. `codes`, `classes` and `offsets` are its folded characters. Lines end at line
 * feeds; both are filled with 0. */
EXPORT i64 line_ties(const u32 *points, i64 n, const u32 *codes, const u8 *classes,
                     const i32 *offsets, i64 kept, const Counts *counts, i64 *pairs, i64 *levels) {
    i64 line = 0, at = 0;
    for (i64 i = 0; i + 1 < kept; i++) {
        if (!is_han(classes[i]) || !is_han(classes[i + 1]))
            continue;
        for (; at < least_of(offsets[i], n); at++)
            line += points[at] == '\n';
        pairs[line]++;
        levels[line] += seen(longer_key(codes[i] * M1, codes[i + 1]), counts);
    }
    return 0;
}
