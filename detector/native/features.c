/* Features of every character of a batch (see detector/ngrams.py for what they mean). */
#include "features.h"
#include "grams.h"

#define NARROW 8
#define SCRIPT 6
#define BESIDE 8 /* characters on either side of a block that are at hand */

/* One group, at hand: what is written to it cannot change where it lies, as far as a compiler sees. */
typedef struct {
    u32 *out;
    u32 offset, bits;
} Group;

static inline Group group_of(const Known *known, Flats flats, int group) {
    return (Group){flats[group], known->offsets[group], known->bits[group]};
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

/* Base-37 digits of the seven classes around a character. */
static inline u32 wide_shape(const u8 *classes) {
    u32 shape = 0;
    for (i64 k = -REACH; k <= REACH; k++)
        shape = shape * 37 + classes[k];
    return shape;
}

VECTORIZED static void put_shapes(Group wide, Group near, const u8 *classes, i32 count) {
    for (i32 j = 0; j < count; j++)
        put_hashed(wide, j, wide_shape(classes + j), 11);
    for (i32 j = 0; j < count; j++)
        put(near, j, (u32)classes[j - 1] << 10 | (u32)classes[j] << 5 | classes[j + 1]);
}

/* Whether Chinese is Traditional or Simplified: here, near, and in the page. */
VECTORIZED static void put_scripts(Group group, const u8 *classes, i32 count, u32 page) {
    u8 near[BLOCK], old[BLOCK], local[BLOCK];
    for (i32 j = 0; j < count; j++) {
        near[j] = old[j] = 0;
        for (i32 k = -SCRIPT; k <= SCRIPT; k++) {
            u8 traditional = classes[j + k] == HAN_TRADITIONAL;
            old[j] = (u8)(old[j] + traditional);
            near[j] = (u8)(near[j] + (traditional | (classes[j + k] == HAN_SIMPLIFIED)));
        }
    }
    for (i32 j = 0; j < count; j++) { /* halves of those near that are old, 3 of none */
        u8 halves = (u8)((2 * old[j] >= near[j]) + (old[j] == near[j]));
        local[j] = near[j] ? halves : 3;
    }
    for (i32 j = 0; j < count; j++)
        put(group, j, ((u32)local[j] << 3 | page) << 5 | classes[j]);
}

VECTORIZED static void put_places(Group place, Group repetition, const Survey *survey,
                                  const u8 *classes, i64 from, i32 count) {
    const u8 *places = survey->batch->places + from, *extents = survey->extents + from;
    const u8 *repeated = survey->repeated + from, *coarse = survey->natural.coarse + from;
    for (i32 j = 0; j < count; j++)
        put_hashed(place, j, (places[j] * 8u + extents[j]) * 32 + classes[j], 23);
    for (i32 j = 0; j < count; j++)
        put(repetition, j, ((u32)repeated[j] << 3 | coarse[j]) << 5 | classes[j]);
}

/* Groups that are told of runs. What is the same for all characters of a run is hashed once; which
 * run a character is in is counted, so that nothing depends on how long runs are. */
VECTORIZED static void put_runs(Survey *survey, Flats flats, i64 from, i32 count) {
    const Known *known = survey->known;
    const Group of_runs = group_of(known, flats, RUNS), here = group_of(known, flats, WORD);
    const Group before = group_of(known, flats, WORD_BEFORE);
    const Group after = group_of(known, flats, WORD_AFTER);
    const u8 *begins = survey->begins + from;
    const Run *runs = survey->runs + survey->run + begins[0];
    u32 numbers[BLOCK], codes[BLOCK], words[BLOCK], precede[BLOCK], follow[BLOCK];
    numbers[0] = 0;
    for (i32 j = 1; j < count; j++)
        numbers[j] = numbers[j - 1] + begins[j];
    i32 found = (i32)numbers[count - 1] + 1;
    for (i32 k = 0; k < found; k++) {
        codes[k] = runs[k].code * SPOTS;
        words[k] = bucket_of(runs[k].hash, here.bits, 29);
        precede[k] = bucket_of(runs[k].precedes, before.bits, 31);
        follow[k] = bucket_of(runs[k].follows, after.bits, 37);
    }
    for (i32 j = 0; j < count; j++) { /* by how far it is from either end, two at most */
        u32 spot = begins[j] ? 0 : begins[j - 1] ? 1 : 2;
        spot += begins[j + 1] ? 0 : begins[j + 2] ? 3 : 6;
        put_hashed(of_runs, j, codes[numbers[j]] + spot, 13);
    }
    for (i32 j = 0; j < count; j++)
        put(here, j, words[numbers[j]]);
    for (i32 j = 0; j < count; j++)
        put(before, j, precede[numbers[j]]);
    for (i32 j = 0; j < count; j++)
        put(after, j, follow[numbers[j]]);
    survey->run = runs + found - 1 - survey->runs;
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

/* Natural groups of `count` characters from `from` on, in loops that a compiler can make wide. */
VECTORIZED static void put_natural(const Survey *survey, Flats flats, i64 from, i32 count) {
    const Known *known = survey->known;
    const Natural *natural = &survey->natural;
    const PageTraits traits = survey->traits;
    const Group of_bigrams = group_of(known, flats, NATURAL_BIGRAMS);
    const Group of_trigrams = group_of(known, flats, NATURAL_TRIGRAMS);
    const Group of_chars = group_of(known, flats, NATURAL_CHAR);
    const Group of_topics = group_of(known, flats, TOPIC);
    const Group of_density = group_of(known, flats, NATURAL_DENSITY);
    const Group of_contrast = group_of(known, flats, CONTRAST);
    u32 ranks[BLOCK], both[BLOCK], narrow[BLOCK], broad[BLOCK], better[BLOCK];
    const u32 *codes = survey->batch->codes + from;
    const u8 *bigrams = natural->bigrams + from, *trigrams = natural->trigrams + from;
    const u8 *coarse = natural->coarse + from, *topics = natural->topics + from;
    const u8 *common = natural->common + from;
    const i16 *gains = natural->gains + from;
    const i32 *odds = natural->odd + from, *pairs = natural->pairs + from;
    const i32 *compared = natural->compared + from, *improved = natural->improved + from;
    i32 whole = known->counts->whole;
    for (i32 j = 0; j < count; j++)
        ranks[j] = traits.chinese ? bounds_passed(whole - common[j], RANK, 3) : 0;
    for (i32 j = 0; j < count; j++)
        both[j] = (u32)coarse[j - 1] << 3 | coarse[j];
    for (i32 j = 0; j < count; j++)
        narrow[j] = near_rate(odds, pairs, j, NARROW, 5);
    for (i32 j = 0; j < count; j++)
        broad[j] = near_rate(odds, pairs, j, BROAD, 8);
    for (i32 j = 0; j < count; j++)
        better[j] = near_rate(improved, compared, j, BROAD, 14);
    for (i32 j = 0; j < count; j++)
        put(of_bigrams, j,
            (((u32)bigrams[j - 1] << 4 | bigrams[j]) << 3 | coarse[j - 2]) << 5 |
                (u32)coarse[j + 1] << 2 | ranks[j]);
    for (i32 j = 0; j < count; j++)
        put(of_trigrams, j,
            ((u32)trigrams[j - 2] << 6 | (u32)trigrams[j - 1] << 3 | trigrams[j]) << 6 | both[j]);
    for (i32 j = 0; j < count; j++)
        put_hashed(of_chars, j, codes[j] * 512 + (both[j] << 3 | trigrams[j - 1]), 19);
    for (i32 j = 0; j < count; j++)
        put(of_topics, j, ((u32)topics[j] << 4 | topics[j - 1]) << 6 | both[j]);
    for (i32 j = 0; j < count; j++)
        put(of_density, j, narrow[j] << 12 | broad[j] << 9 | traits.odd << 6 | both[j]);
    for (i32 j = 0; j < count; j++) {
        u32 own = gains[j] > NO_GAIN ? bounds_passed(gains[j], GAIN, 6) + 1 : 0;
        put(of_contrast, j, ((own << 3 | better[j]) << 3 | traits.share) << 6 | both[j]);
    }
}

/* Count characters of some classes. */
VECTORIZED static void count_classes(const u8 *classes, i64 size, i32 *chinese, i32 *traditional,
                                     i32 *simplified) {
    i32 han = 0, old = 0, new = 0;
    for (i64 i = 0; i < size; i++) {
        han += is_han(classes[i]);
        old += classes[i] == HAN_TRADITIONAL;
        new += classes[i] == HAN_SIMPLIFIED;
    }
    *chinese = han;
    *traditional = old;
    *simplified = new;
}

static PageTraits traits_of(const Survey *survey, i64 page) {
    const Batch *batch = survey->batch;
    const Natural *natural = &survey->natural;
    i64 start = batch->starts[page], end = batch->ends[page];
    i32 chinese, traditional, simplified;
    count_classes(batch->classes + start, end - start, &chinese, &traditional, &simplified);
    i32 total = traditional + simplified;
    u32 script = total < 4 ? 3 : (u32)least_of(traditional * 3 / total, 2);
    return (PageTraits){
        .script = script << 1 | (3 * (i64)chinese < end - start),
        .odd = rate(natural->odd[end] - natural->odd[start],
                    (i32)most_of(natural->pairs[end] - natural->pairs[start], 1), 10),
        .share = rate(natural->improved[end] - natural->improved[start],
                      (i32)most_of(natural->compared[end] - natural->compared[start], 20), 20),
        .chinese = chinese > 0,
    };
}

/* Say of each character how long the block of text is that it is in, a break of that which it ends. */
static void measure_blocks(const Batch *batch, u8 *extents) {
    for (i64 i = 0, end; i < batch->n; i = end + 1) {
        const u8 *next = memchr(batch->classes + i, BREAK, (size_t)(batch->n - i));
        end = next ? next - batch->classes : batch->n;
        memset(extents + i, (int)log2_to_7(end - i), (size_t)(least_of(end + 1, batch->n) - i));
    }
}

/* Half of the hash of the four characters from each one on. */
VECTORIZED static void hash_fours(const Batch *batch, u16 *restrict fours) {
    const u32 *codes = batch->codes;
    i64 n = batch->n, whole = most_of(n - REACH, 0);
    for (i64 i = 0; i < whole; i++) {
        u32 three = longer_key(longer_key(codes[i] * M1, codes[i + 1]), codes[i + 2]);
        fours[i] = (u16)(longer_key(three, codes[i + 3]) >> 16);
    }
    for (i64 i = whole; i < n; i++) {
        u32 key = codes[i] * M1;
        for (i64 k = i + 1; k <= i + REACH; k++)
            key = longer_key(key, k < n ? codes[k] : 0);
        fours[i] = (u16)(key >> 16);
    }
}

/* Say how often the four characters from each one on occur in the page. `often` is cleared. */
static void count_repetition(const Batch *batch, const u16 *fours, u8 *often, u8 *repeated) {
    u8 levels[256];
    for (int k = 0; k < 256; k++)
        levels[k] = (u8)log2_to_7(k);
    memset(repeated, 0, (size_t)batch->n);
    for (i64 k = 0; k < batch->pages; k++) {
        i64 start = batch->starts[k], end = batch->ends[k];
        for (i64 i = start; i < end; i++)
            often[fours[i]] += often[fours[i]] < 255;
        for (i64 i = start; i < end; i++)
            repeated[i] = levels[often[fours[i]]];
        for (i64 i = start; i < end; i++)
            often[fours[i]] = 0;
    }
}

/* Make sums readable beyond both ends of n characters: windows are cut there. */
static void extend(i32 *sums, i64 n) {
    for (i64 beyond = 1; beyond <= MARGIN; beyond++) {
        sums[-beyond] = 0;
        sums[n + beyond] = sums[n];
    }
}

static void sum_up(const Natural *natural, i64 n) {
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
}

bool begin_survey(Survey *survey, const Batch *batch, const Known *known,
                  const Comparison *found) {
    i64 n = batch->n;
    size_t size = (size_t)n, room = size + 1 + 2 * MARGIN, often = 1 << 16;
    size_t bytes = room * (4 * sizeof(i32) + 2 * sizeof(i16) + 8) + size * (sizeof(u32) + 5) + 3 + often;
    *survey = (Survey){.batch = batch, .known = known};
    i32 *memory = survey->memory = malloc(bytes);
    Run *runs = survey->runs = malloc((size + 2) * sizeof(Run));
    if (!memory || !runs)
        return false;
    Natural *natural = &survey->natural;
    i32 **const of_sums[] = {
        &natural->odd, &natural->pairs, &natural->compared, &natural->improved,
    };
    for (size_t k = 0; k < 4; k++)
        *of_sums[k] = memory + k * room + MARGIN;
    u32 *keys = (u32 *)(memory + 4 * room);
    natural->ties = (i16 *)(keys + size) + MARGIN;
    natural->gains = natural->ties + room;
    u16 *fours = (u16 *)(natural->gains + room - MARGIN);
    u8 **const of_levels[] = {
        &natural->bigrams, &natural->trigrams, &natural->coarse, &natural->topics,
        &natural->common, &natural->paired, &natural->seen, &natural->seen3,
    };
    u8 *levels = (u8 *)(fours + size);
    for (size_t k = 0; k < 8; k++)
        *of_levels[k] = levels + k * room + MARGIN;
    survey->extents = levels + 8 * room;
    survey->repeated = survey->extents + size;
    survey->begins = survey->repeated + size + 1;
    u8 *cleared = survey->begins + size + 2;
    memset(cleared, 0, often);

    pair_keys(batch, keys);
    naturalness(batch, keys, known->counts, natural);
    survey->words = compare(batch, keys, natural->paired, natural->ties, known->counts,
                            known->alternatives, natural->gains, found);
    if (topic_levels(batch, keys, known->topics, natural->topics))
        return false;
    sum_up(natural, n);
    hash_fours(batch, fours);
    count_repetition(batch, fours, cleared, survey->repeated);
    measure_blocks(batch, survey->extents);
    survey->run = -1;
    find_runs(batch, runs, survey->begins);
    return true;
}

/* Blocks end where the next page starts: the breaks after a page are its own. */
i32 next_block(Survey *survey, Flats flats) {
    const Batch *batch = survey->batch;
    const Known *known = survey->known;
    i64 n = batch->n, from = survey->next, low = most_of(from - BESIDE, 0);
    if (from >= n)
        return 0;
    while (survey->page + 1 < batch->pages && from >= reach_of(batch, survey->page))
        survey->page++;
    if (!from || from == batch->starts[survey->page])
        survey->traits = traits_of(survey, survey->page);
    i32 count = (i32)least_of(BLOCK, reach_of(batch, survey->page) - from);
    i64 high = least_of(from + count + BESIDE, n);
    u8 around[BLOCK + 2 * BESIDE] = {BREAK}, *classes = around + BESIDE;
    memcpy(classes + (low - from), batch->classes + low, (size_t)(high - low));
    put_shapes(group_of(known, flats, SHAPE_WIDE), group_of(known, flats, SHAPE_NEAR), classes,
               count);
    put_scripts(group_of(known, flats, SCRIPT_GROUP), classes, count, survey->traits.script);
    put_places(group_of(known, flats, PLACE), group_of(known, flats, REPETITION), survey, classes,
               from, count);
    put_natural(survey, flats, from, count);
    put_runs(survey, flats, from, count);
    survey->next = from + count;
    return count;
}

void end_survey(Survey *survey) {
    free(survey->memory);
    free(survey->runs);
}

/* Write the rows of n-grams that start at `count` characters from `from` on, as far as they are at
 * least in part in the text. */
static void write_rows(const Batch *batch, i64 from, i32 count, u32 *const rows[ORDERS]) {
    Grams grams;
    find_grams(batch, from, count, grams);
    for (i64 order = 1; order <= ORDERS; order++) {
        i64 kept = least_of(count, batch->n + REACH + 1 - order - from);
        for (i64 j = 0; j < kept; j++)
            rows[order - 1][from + REACH + j] = grams[order - 1][j];
    }
}

/* Write rows (of orders 1 to 4) and flats (groups x n); return how many words were compared. */
EXPORT i64 character_features(const Batch *batch, const Known *known, u32 *rows1, u32 *rows2,
                              u32 *rows3, u32 *rows4, u32 *flats_out, const Comparison *compared) {
    u32 *const rows[ORDERS] = {rows1, rows2, rows3, rows4};
    Survey survey;
    bool begun = begin_survey(&survey, batch, known, compared);
    Flats flats;
    write_rows(batch, -REACH, REACH, rows);
    write_rows(batch, batch->n, REACH, rows);
    for (i64 from = 0; begun && from < batch->n; from = survey.next) {
        i32 count = next_block(&survey, flats);
        write_rows(batch, from, count, rows);
        for (i64 group = 0; group < GROUP_COUNT; group++)
            memcpy(flats_out + group * batch->n + from, flats[group],
                   (size_t)count * sizeof **flats);
    }
    end_survey(&survey);
    return begun ? survey.words : -1;
}
