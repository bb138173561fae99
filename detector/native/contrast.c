/* What words gain by others in their place (see detector/contrast.py). */
#include "contrast.h"

#define SLOT_BITS 17
#define MOST_ALTERNATIVES 4
#define ROW_OF_WORDS (1 + MOST_ALTERNATIVES)
#define WELL_PLACED (-120)
#define MOST_GAIN 120
#define WELL 16 /* ties with both neighbours, from which a word is well placed */
#define AT_ONCE 16 /* words, whose counts are looked up while the memory is still asked for others */
#define BLOCK 256 /* characters, whose words are looked up likewise */
#define QUESTIONS (AT_ONCE * 2 * MOST_ALTERNATIVES)

/* Pairs of characters that alternatives would make with their neighbours, and then by how much more
 * often than by chance they stand together, at most CLIP. There is room for one that does not count. */
typedef struct {
    i32 size;
    u32 left[QUESTIONS + 1], right[QUESTIONS + 1];
    i32 ties[QUESTIONS + 1];
} Questions;

/* Where alternatives are compared: the ties of a word to its neighbours, whether these are Han. */
typedef struct {
    const u32 *codes;
    i32 own;
    bool before, after;
} Setting;

static inline Setting setting_of(const Batch *batch, const i16 *ties, i64 i) {
    i32 own = clipped(ties[i - 1], -CLIP, CLIP) + clipped(ties[i + 1], -CLIP, CLIP);
    Setting in = {batch->codes + i, own, is_han(batch->classes[i - 1]),
                  is_han(batch->classes[i + 2])};
    return in;
}

/* No branch here or below depends on what cannot be foreseen. */
static inline void ask(Questions *questions, const Setting *in, const u16 *words) {
    i32 size = questions->size;
    for (int k = 1; k <= MOST_ALTERNATIVES; k++) {
        u16 one = words[2 * k], two = words[2 * k + 1];
        questions->left[size] = in->codes[-1];
        questions->right[size] = one;
        size += (one > 0) & in->before;
        questions->left[size] = two;
        questions->right[size] = in->codes[2];
        size += (one > 0) & in->after;
    }
    questions->size = size;
}

VECTORIZED static void answer(Questions *questions, const Counts *counts) {
    const u32 *left = questions->left, *right = questions->right;
    i32 *ties = questions->ties, size = questions->size, whole = counts->whole;
    u32 slots[QUESTIONS], room = counts->size;
    i32 found[QUESTIONS], logs[QUESTIONS], both[QUESTIONS];
    u8 marks[QUESTIONS];
    for (i32 j = 0; j < size; j++)
        slots[j] = count_slot(longer_key(left[j] * M1, right[j]), room, marks + j);
    for (i32 j = 0; j < size; j++)
        ask_for(slots[j], counts);
    for (i32 j = 0; j < size; j++) {
        found[j] = count_at(slots[j], marks[j], counts);
        logs[j] = counts->eighths[found[j]];
        both[j] = counts->unigrams[left[j]] + counts->unigrams[right[j]];
    }
    for (i32 j = 0; j < size; j++)
        ties[j] = clipped(tie(found[j], logs[j], both[j] - whole), -CLIP, CLIP);
    ties[size] = 0;
}

/* What a word gains by the best of its alternatives. `ties` are those that were asked for, up to
 * `*next`. */
static inline i32 gain_of(const Setting *in, const u16 *words, const u8 *common, const i32 *ties,
                          i32 *next) {
    i32 gain = -32768, at = *next;
    for (int k = 1; k <= MOST_ALTERNATIVES; k++) {
        i32 there = words[2 * k] > 0, before = there & in->before, after = there & in->after;
        i32 value = common[k] - (common[0] + in->own);
        value += ties[at] & -before;
        at += before;
        value += ties[at] & -after;
        at += after;
        value = there ? value : NO_GAIN;
        gain = value > gain ? value : gain;
    }
    *next = at;
    return clipped(gain, WELL_PLACED, MOST_GAIN);
}

/* Write which words there are that have alternatives, and their rows; return how many. The memory is
 * asked for all slots of a block before any is waited for, and likewise for keys. */
static i64 find_words(const Batch *batch, const u32 *keys, const u8 *paired,
                      const Alternatives *known, i64 *at, u16 *rows) {
    i64 last = batch->n - 2, words = 0, starts[BLOCK];
    u32 places[BLOCK];
    for (i64 from = 1; from < last; from += BLOCK) {
        i32 count = 0;
        for (i64 i = from; i < least_of(from + BLOCK, last); i++) {
            starts[count] = i;
            places[count] = (keys[i] * M3) >> (32 - SLOT_BITS);
            count += paired[i];
        }
        for (i32 k = 0; k < count; k++)
            __builtin_prefetch(known->slots + places[k]);
        for (i32 k = 0; k < count; k++) {
            places[k] = known->slots[places[k]];
            __builtin_prefetch(known->keys + places[k]);
        }
        for (i32 k = 0; k < count; k++) {
            u32 row = places[k];
            at[words] = starts[k];
            rows[words] = (u16)row;
            words += (row > 0) & (known->keys[row] == keys[starts[k]]);
        }
    }
    return words;
}

i64 compare(const Batch *batch, const u32 *keys, const u8 *paired, const i16 *ties,
            const Counts *counts, const Alternatives *known, i16 *gains, const Comparison *found) {
    u16 *rows = (u16 *)found->gains; /* wait where the gains will be */
    i64 n = batch->n, *at = found->at, words = find_words(batch, keys, paired, known, at, rows);
    for (i64 j = 0; j < words;) {
        Setting asked[AT_ONCE];
        i64 numbers[AT_ONCE];
        size_t own[AT_ONCE];
        Questions questions;
        i32 count = 0, next = 0;
        questions.size = 0;
        for (; j < words && count < AT_ONCE; j++) {
            size_t later = rows[least_of(j + AT_ONCE, words - 1)] * (size_t)ROW_OF_WORDS;
            __builtin_prefetch(known->words + 2 * later);
            __builtin_prefetch(known->commonness + later);
            asked[count] = setting_of(batch, ties, at[j]);
            numbers[count] = j;
            own[count] = rows[j] * (size_t)ROW_OF_WORDS;
            found->gains[j] = WELL_PLACED;
            count += asked[count].own < WELL;
        }
        for (i32 k = 0; k < count; k++)
            ask(&questions, &asked[k], known->words + 2 * own[k]);
        answer(&questions, counts);
        for (i32 k = 0; k < count; k++)
            found->gains[numbers[k]] =
                (i16)gain_of(&asked[k], known->words + 2 * own[k], known->commonness + own[k],
                             questions.ties, &next);
    }
    for (i64 i = 0; i < n; i++)
        gains[i] = NO_GAIN;
    for (i64 j = 0; j < words; j++) {
        i16 gain = found->gains[j];
        gains[at[j]] = (i16)most_of(gains[at[j]], gain);
        gains[at[j] + 1] = gain;
    }
    return words;
}
