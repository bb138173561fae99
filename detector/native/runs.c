/* Runs of characters of one group of classes, and words (see detector/ngrams.py). */
#include "runs.h"

#define WORD_BASE 0x01000193u

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

/* Write where runs start: without a branch, which could not be foreseen. */
static i64 find_starts(const Batch *batch, Run *runs, u8 *begins) {
    i64 count = 0;
    u8 before = UINT8_MAX;
    for (i64 i = 0; i < batch->n; i++) {
        u8 group = RUN_GROUP[batch->classes[i]];
        runs[count].start = i;
        runs[count].group = group;
        begins[i] = group != before;
        count += group != before;
        before = group;
    }
    runs[count].start = batch->n;
    begins[-1] = 0;
    begins[batch->n] = begins[batch->n + 1] = 1;
    return count;
}

static u32 hash_of(const u32 *codes, i64 length) {
    u32 hash = 0, power = 1;
    for (i64 k = 0; k < length; k++, power *= WORD_BASE)
        hash += (codes[k] + 1) * power;
    return hash | 1;
}

void find_runs(const Batch *batch, Run *runs, u8 *begins) {
    i64 count = find_starts(batch, runs, begins), page = 0;
    u32 code = 0; /* groups of this run and of the one before */
    for (i64 k = 0; k < count; k++) {
        Run *run = &runs[k];
        i64 end = run[1].start, length = end - run->start;
        run->word = is_word(run->group);
        run->hash = run->word ? hash_of(batch->codes + run->start, length) : 0;
        /* The breaks between two pages stand for the word that is not there. */
        for (; page < batch->pages && batch->starts[page] <= end; page++)
            run->word |= batch->starts[page] > run->start;
        code = (code % 32) * 32 + run->group;
        run->code = (code * 32 + (k + 1 < count ? run[1].group : 0u)) * 8 +
                    RUN_LENGTH[least_of(length, 16)];
    }
    u32 next = 0;
    for (i64 k = count - 1; k >= 0; k--) {
        runs[k].follows = runs[k].word ? runs[k].hash * M2 + next : 0;
        next = runs[k].word ? runs[k].hash : next;
    }
    u32 last = 0;
    for (i64 k = 0; k < count; k++) {
        runs[k].precedes = runs[k].word ? last * M2 + runs[k].hash : 0;
        last = runs[k].word ? runs[k].hash : last;
    }
}
