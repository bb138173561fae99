/* Features of every character of a batch (see detector/ngrams.py for what they mean). */
#include "counts.h"
#include "topics.h"

#define SLOT_BITS 17
#define MOST_ALTERNATIVES 4
#define ROW_OF_WORDS (1 + MOST_ALTERNATIVES)
#define AHEAD 4 /* words by which the memory is asked for counts */
#define SOON 12 /* characters by which it is */
#define NO_GAIN (-121)
#define WELL_PLACED (-120)
#define MOST_GAIN 120
#define WELL 16 /* ties with both neighbours, from which a word is well placed */
#define MUCH_BETTER 32
#define NARROW 8
#define BROAD 40
#define SCRIPT 6
#define MARGIN BROAD
#define BLOCK 256 /* characters, whose groups fit into the nearest cache */
#define NOT_CHINESE 6
#define LIMIT 80
#define WORD_BASE 0x01000193u

/* Words and what may have stood there instead (see detector/contrast.py). */
typedef struct {
    const u16 *slots;
    const u32 *keys;
    const u16 *words;
    const u8 *commonness;
} Alternatives;

enum {
    SHAPE_WIDE, SHAPE_NEAR, RUNS, NATURAL_BIGRAMS, NATURAL_TRIGRAMS, NATURAL_CHAR,
    NATURAL_DENSITY, CONTRAST, TOPIC, PLACE, SCRIPT_GROUP, REPETITION, WORD, WORD_BEFORE, WORD_AFTER,
    GROUP_COUNT
};

typedef struct {
    u32 *of[GROUP_COUNT];
    const u32 *offsets, *bits;
} Flats;

static inline void put(const Flats *flats, int group, i64 at, u32 value) {
    flats->of[group][at] = value + flats->offsets[group];
}

static inline void put_hashed(const Flats *flats, int group, i64 at, u32 key, u32 salt) {
    put(flats, group, at, bucket_of(key, flats->bits[group], salt));
}

/* How many of the ascending bounds are at most `value`. */
static inline u32 bounds_passed(i32 value, const i16 *bounds, int count) {
    u32 passed = 0;
    for (int k = 0; k < count; k++)
        passed += value >= bounds[k];
    return passed;
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

/* Levels of bigrams. Unseen: the likelier chance was to bring the two together, the odder.
 * Seen: by how much more often than by chance. Bounds in eighths of a doubling. */
static const i16 UNSEEN[] = {-16, 8, 24, 40, 56};
static const i16 SEEN[] = {-32, -16, -4, 8, 20, 32, 48, 72};
static const u32 COARSE[] = {0, 0, 1, 1, 2, 2, 3, 4, 4, 5, 5, 6, 6, 7, 7, 7};
static const i32 ODD_BIGRAM[] = {3, 3, 2, 2, 1, 1, 0, 2, 1, 0, 0, 0, 0, 0, 0, 0};
/* Levels of trigrams. 0: not Chinese. Unseen 1-4: the likelier its bigrams make it, the odder.
 * Seen 5-7: by how much more often than they make it. */
static const i16 UNSEEN_TRIGRAM[] = {12, 32, 56};
static const i16 SEEN_TRIGRAM[] = {-24, 0};
static const i32 ODD_TRIGRAM[] = {0, 2, 2, 1, 0, 1, 0, 0};
/* What a better word would gain, in eighths of log2; level 0: nothing to compare with. */
static const i16 GAIN[] = {-40, -8, 16, 32, 56, 80};
/* How common a character is, by eighths of a doubling below the total. */
static const i16 RANK[] = {73, 105, 137};
static const u32 RUN_LENGTH[] = {0, 1, 2, 3, 3, 4, 4, 5, 5, 5, 5, 6, 6, 6, 6, 6, 7};

static u8 run_group(u8 class) {
    switch (class) {
    case HAN_TRADITIONAL: case HAN_SIMPLIFIED: case HAN_RARE:
        return HAN;
    case LATIN_UPPER: case LATIN_MARKED: case STYLED: case FULLWIDTH: case DIGIT:
        return LATIN;
    default:
        return class;
    }
}

/* Scripts that are written with spaces, or in words that a run of one script shows. */
static bool is_word(u8 group) {
    return (group >= KANA && group <= LETTER) || group == ARABIC;
}

static void shapes(const Batch *batch, const Flats *flats) {
    const u32 sixth = 37u * 37 * 37 * 37 * 37 * 37;
    u32 wide = 0, near = 0; /* base-37 digits of seven classes; five bits of each of the last six */
    for (i64 i = -REACH; i < batch->n; i++) {
        i64 last = i + REACH, gone = i - REACH - 1;
        u32 class = last < batch->n ? batch->classes[last] : BREAK;
        wide -= gone >= 0 ? batch->classes[gone] * sixth : 0;
        wide = wide * 37 + class;
        near = near << 5 | class;
        if (i >= 0) {
            put_hashed(flats, SHAPE_WIDE, i, wide, 11);
            put(flats, SHAPE_NEAR, i, near >> 10 & 0x7FFF);
        }
    }
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
        u8 group = run_group(batch->classes[i]);
        Run run = {i, 0, group, is_word(group)};
        u32 power = 1;
        for (; i < n && run_group(batch->classes[i]) == group; i++) {
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
        u32 word = bucket_of(run.hash, flats->bits[WORD], 29);
        precedes = bucket_of(precedes, flats->bits[WORD_BEFORE], 31);
        follows = bucket_of(follows, flats->bits[WORD_AFTER], 37);
        i64 length = end - run.start;
        u32 code = (k > 0 ? runs[k - 1].group : 0u) * 32 + run.group;
        code = code * 32 + (k + 1 < count ? runs[k + 1].group : 0u);
        code = code * 8 + RUN_LENGTH[least_of(length, 16)];
        for (i64 i = run.start; i < end; i++) {
            u32 spot = (u32)(least_of(i - run.start, 2) + 3 * least_of(end - 1 - i, 2));
            put_hashed(flats, RUNS, i, code * 9 + spot, 13);
            put(flats, WORD, i, word);
            put(flats, WORD_BEFORE, i, precedes);
            put(flats, WORD_AFTER, i, follows);
        }
    }
    free(runs);
    return 0;
}

/* Where each character sits, and how long its block is. */
static void places(const Batch *batch, const Flats *flats) {
    for (i64 i = 0; i < batch->n;) {
        i64 end = i;
        while (end < batch->n && batch->classes[end] != BREAK)
            end++;
        u32 extent = log2_to_7(end - i);
        for (; i < batch->n && i <= end; i++) { /* a break belongs to the block that it ends */
            u32 place = batch->places[i] * 8u + extent;
            put_hashed(flats, PLACE, i, place * 32 + batch->classes[i], 23);
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
            put(flats, SCRIPT_GROUP, first + j,
                ((u32)(near ? local : 3) << 3 | page) << 5 | batch->classes[first + j]);
        }
    }
}

/* Where alternatives are compared: the ties of a word to its neighbours, whether these are Han. */
typedef struct {
    const u32 *codes;
    i32 own;
    bool before, after;
} Setting;

/* Ask the memory for the counts that gain_of() will look up. */
static void ask_for_gain(const Setting *in, const u16 *words, const Counts *counts) {
    for (int k = 1; k <= MOST_ALTERNATIVES; k++) {
        if (in->before && words[2 * k])
            ask_for(longer_key(in->codes[-1] * M1, words[2 * k]), counts);
        if (in->after && words[2 * k])
            ask_for(longer_key(words[2 * k + 1] * M1, in->codes[2]), counts);
    }
}

/* What a word gains by the best of its alternatives, which `best` is set to. */
static i32 gain_of(const Setting *in, const u16 *words, const u8 *common, const Counts *counts,
                   u16 *best) {
    i32 gain = -32768;
    for (int k = 1; k <= MOST_ALTERNATIVES; k++) {
        u16 one = words[2 * k], two = words[2 * k + 1];
        i32 value = NO_GAIN;
        if (one) {
            value = common[k] - (common[0] + in->own);
            if (in->before)
                value += clipped(association(in->codes[-1], one, counts), -CLIP, CLIP);
            if (in->after)
                value += clipped(association(two, in->codes[2], counts), -CLIP, CLIP);
        }
        if (value > gain) {
            gain = value;
            best[0] = one;
            best[1] = two;
        }
    }
    return clipped(gain, WELL_PLACED, MOST_GAIN);
}

static inline Setting setting_of(const Batch *batch, const i16 *ties, i64 i) {
    i32 own = clipped(ties[i - 1], -CLIP, CLIP) + clipped(ties[i + 1], -CLIP, CLIP);
    Setting in = {batch->codes + i, own, is_han(batch->classes[i - 1]),
                  is_han(batch->classes[i + 2])};
    return in;
}

/* What the words of a text gain by the best of their alternatives; return how many words. */
static i64 compare(const Batch *batch, const i16 *ties, const Counts *counts,
                   const Alternatives *known, i16 *gains, i64 *at, i16 *gain_at, u16 *best_at) {
    i64 n = batch->n, found = 0;
    const u32 *codes = batch->codes;
    const u8 *classes = batch->classes;
    for (i64 i = 0; i < n; i++)
        gains[i] = NO_GAIN;
    /* First which words there are: their rows wait where their gains will be. */
    u16 *rows = (u16 *)gain_at;
    for (i64 i = 1; i + 3 <= n; i++) {
        if (!is_han(classes[i]) || !is_han(classes[i + 1]))
            continue;
        u32 key = longer_key(codes[i] * M1, codes[i + 1]);
        u32 row = known->slots[(key * M3) >> (32 - SLOT_BITS)];
        at[found] = i;
        rows[found] = (u16)row;
        found += row && known->keys[row] == key;
    }
    for (i64 j = 0; j < found + AHEAD; j++) {
        if (j < found) {
            Setting in = setting_of(batch, ties, at[j]);
            if (in.own < WELL)
                ask_for_gain(&in, known->words + rows[j] * (size_t)ROW_OF_WORDS * 2, counts);
        }
        i64 k = j - AHEAD;
        if (k < 0)
            continue;
        i64 i = at[k];
        Setting in = setting_of(batch, ties, i);
        u16 best[2] = {0, 0};
        i32 gain = WELL_PLACED;
        if (in.own < WELL)
            gain = gain_of(&in, known->words + rows[k] * (size_t)ROW_OF_WORDS * 2,
                           known->commonness + rows[k] * (size_t)ROW_OF_WORDS, counts, best);
        gain_at[k] = (i16)gain;
        memcpy(best_at + 2 * k, best, sizeof best);
        gains[i] = (i16)most_of(gains[i], gain);
        gains[i + 1] = (i16)gain;
    }
    return found;
}

/* Arrays of one entry for each character (those of sums have one more), all readable MARGIN beyond
 * both ends. */
typedef struct {
    u8 *bigrams, *trigrams, *coarse; /* levels of those that start here; coarse ones of bigrams */
    u8 *topics; /* levels of words that start here */
    i16 *ties, *gains;
    i32 *odd, *pairs, *compared, *improved; /* sums of what comes before */
} Natural;

/* How natural neighbours are: look up bigrams and trigrams that lie within Chinese text. */
static void naturalness(const Batch *batch, const Counts *counts, const Natural *natural) {
    i64 n = batch->n;
    const u32 *codes = batch->codes;
    i32 seen_before = 0;
    natural->odd[0] = natural->pairs[0] = 0;
    for (i64 i = 0; i < n; i++) {
        bool pair = i + 1 < n && is_han(batch->classes[i]) && is_han(batch->classes[i + 1]);
        u8 level = NOT_CHINESE, level3 = 0;
        i32 tied = 0, found = 0;
        if (i + SOON + 2 < n) {
            u32 key = longer_key(codes[i + SOON] * M1, codes[i + SOON + 1]);
            ask_for(key, counts);
            ask_for(longer_key(key, codes[i + SOON + 2]), counts);
        }
        if (pair) {
            u32 key = longer_key(codes[i] * M1, codes[i + 1]);
            i32 expected = counts->unigrams[codes[i]] + counts->unigrams[codes[i + 1]];
            expected -= counts->whole;
            found = seen(key, counts);
            tied = tie(found, expected, counts);
            if (found)
                level = (u8)(7 + bounds_passed(clipped(tied, -LIMIT, LIMIT), SEEN, 8));
            else
                level = (u8)(5 - bounds_passed(clipped(expected, -LIMIT, LIMIT), UNSEEN, 5));
        }
        natural->ties[i] = (i16)tied;
        natural->bigrams[i] = level;
        natural->trigrams[i] = 0;
        /* The trigram that starts at the character before. */
        if (i > 0 && pair && natural->bigrams[i - 1] != NOT_CHINESE) {
            u32 key = longer_key(longer_key(codes[i - 1] * M1, codes[i]), codes[i + 1]);
            i32 found3 = seen(key, counts);
            i32 hope = counts->eighths[seen_before] + counts->eighths[found];
            hope -= counts->unigrams[codes[i]];
            i32 more = clipped(counts->eighths[found3] - hope, -LIMIT, LIMIT);
            if (found3)
                level3 = (u8)(5 + bounds_passed(more, SEEN_TRIGRAM, 2));
            else if (seen_before && found)
                level3 =
                    (u8)(4 - bounds_passed(clipped(hope, -LIMIT, LIMIT), UNSEEN_TRIGRAM, 3));
            else
                level3 = 4;
            natural->trigrams[i - 1] = level3;
        }
        seen_before = found;
        /* Of the bigram that starts here, and of the trigram around: none at the last character. */
        natural->odd[i + 1] = natural->odd[i] + ODD_BIGRAM[level] + ODD_TRIGRAM[level3];
        natural->pairs[i + 1] = natural->pairs[i] + pair;
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
VECTORIZED static void natural_block(const Batch *batch, const Counts *counts, const Natural *natural,
                          const Flats *flats, i64 from, i32 count, bool chinese, u32 odd,
                          u32 share) {
    u32 ranks[BLOCK], both[BLOCK], narrow[BLOCK], broad[BLOCK], better[BLOCK];
    const u32 *codes = batch->codes + from;
    const u8 *bigrams = natural->bigrams + from, *trigrams = natural->trigrams + from;
    const u8 *coarse = natural->coarse + from, *topics = natural->topics + from;
    const i16 *gains = natural->gains + from;
    const i32 *odds = natural->odd + from, *pairs = natural->pairs + from;
    const i32 *compared = natural->compared + from, *improved = natural->improved + from;
    for (i32 j = 0; j < count; j++)
        ranks[j] = chinese ? bounds_passed(counts->whole - counts->unigrams[codes[j]], RANK, 3) : 0;
    for (i32 j = 0; j < count; j++)
        both[j] = (u32)coarse[j - 1] << 3 | coarse[j];
    for (i32 j = 0; j < count; j++)
        narrow[j] = near_rate(odds, pairs, j, NARROW, 5);
    for (i32 j = 0; j < count; j++)
        broad[j] = near_rate(odds, pairs, j, BROAD, 8);
    for (i32 j = 0; j < count; j++)
        better[j] = near_rate(improved, compared, j, BROAD, 14);
    for (i32 j = 0; j < count; j++)
        put(flats, NATURAL_BIGRAMS, from + j,
            (((u32)bigrams[j - 1] << 4 | bigrams[j]) << 3 | coarse[j - 2]) << 5 |
                (u32)coarse[j + 1] << 2 | ranks[j]);
    for (i32 j = 0; j < count; j++)
        put(flats, NATURAL_TRIGRAMS, from + j,
            ((u32)trigrams[j - 2] << 6 | (u32)trigrams[j - 1] << 3 | trigrams[j]) << 6 | both[j]);
    for (i32 j = 0; j < count; j++)
        put_hashed(flats, NATURAL_CHAR, from + j,
                   codes[j] * 512 + (both[j] << 3 | trigrams[j - 1]), 19);
    for (i32 j = 0; j < count; j++)
        put(flats, TOPIC, from + j, ((u32)topics[j] << 4 | topics[j - 1]) << 6 | both[j]);
    for (i32 j = 0; j < count; j++)
        put(flats, NATURAL_DENSITY, from + j, narrow[j] << 12 | broad[j] << 9 | odd << 6 | both[j]);
    for (i32 j = 0; j < count; j++) {
        u32 own = gains[j] > NO_GAIN ? bounds_passed(gains[j], GAIN, 6) + 1 : 0;
        put(flats, CONTRAST, from + j, ((own << 3 | better[j]) << 3 | share) << 6 | both[j]);
    }
}

static void natural_groups(const Batch *batch, const Counts *counts, const Natural *natural,
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
    for (i64 i = -MARGIN; i < n + MARGIN; i++) {
        if (i < 0 || i >= n) {
            natural->bigrams[i] = NOT_CHINESE;
            natural->trigrams[i] = 0;
            natural->topics[i] = 0;
        }
        natural->coarse[i] = COARSE[natural->bigrams[i]];
    }
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
            natural_block(batch, counts, natural, flats, from, count, chinese, odd, share);
        }
    }
}

/* How often the four characters from each one on occur in the page. */
static int repetition(const Batch *batch, const Natural *natural, const Flats *flats,
                      const u16 *fours) {
    u8 *often = calloc(1 << 16, 1);
    if (!often)
        return -1;
    for (i64 i = 0, k = 0; i < batch->n; k++) {
        i64 start = k < batch->pages ? batch->starts[k] : batch->n;
        i64 end = k < batch->pages ? batch->ends[k] : batch->n;
        for (; i < start; i++)
            put(flats, REPETITION, i, COARSE[natural->bigrams[i]] << 5 | batch->classes[i]);
        for (i64 j = start; j < end; j++)
            often[fours[j]] += often[fours[j]] < 255;
        for (; i < end; i++) {
            u32 repeated = log2_to_7(often[fours[i]]);
            put(flats, REPETITION, i,
                (repeated << 3 | COARSE[natural->bigrams[i]]) << 5 | batch->classes[i]);
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
    size_t room = (size_t)(n + 1 + 2 * MARGIN);
    i32 *memory = malloc(room * (4 * sizeof(i32) + 2 * sizeof(i16) + 4) + (size_t)n * sizeof(u16));
    if (!memory)
        return -1;
    Natural natural;
    i32 **const of_sums[] = {&natural.odd, &natural.pairs, &natural.compared, &natural.improved};
    for (size_t k = 0; k < 4; k++)
        *of_sums[k] = memory + k * room + MARGIN;
    natural.ties = (i16 *)(memory + 4 * room) + MARGIN;
    natural.gains = natural.ties + room;
    u16 *fours = (u16 *)(natural.gains + room - MARGIN);
    natural.bigrams = (u8 *)(fours + n) + MARGIN;
    natural.trigrams = natural.bigrams + room;
    natural.coarse = natural.trigrams + room;
    natural.topics = natural.coarse + room;
    Flats flats = {.offsets = group_offsets, .bits = group_bits};
    for (int k = 0; k < GROUP_COUNT; k++)
        flats.of[k] = flats_out + (size_t)k * (size_t)n;
    u32 *const rows[4] = {rows1, rows2, rows3, rows4};

    ngram_rows(batch, ngram_bits, rows, fours);
    shapes(batch, &flats);
    places(batch, &flats);
    scripts(batch, &flats, natural.compared, natural.improved);
    naturalness(batch, counts, &natural);
    i64 found = compare(batch, natural.ties, counts, known, natural.gains, at, gain_at, best_at);
    if (topic_levels(batch, topics, natural.topics))
        found = -1;
    natural_groups(batch, counts, &natural, &flats);
    if (repetition(batch, &natural, &flats, fours) || runs_and_words(batch, &flats))
        found = -1;
    free(memory);
    return found;
}
