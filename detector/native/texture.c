/* What pages look like as a whole (see detector/texture.py). */
#include "kernel.h"

#define OUTSTANDING 40
#define RUNNING_OUTSTANDING 20
#define BINS 64 /* of a quarter each, from -LOWEST on */
#define LANES 4 /* characters counted at a time, so that none waits for the one before */
#define LOWEST 10.0f
#define QUIET (-8.0f) /* evidence taken for that of no text */
#define ODD (-2.0f)
#define BOLD 0.0f
#define LEAST_RUNNING 40
#define DISTINCT 65536
#define BODY 3 /* of WHERES in detector/page.py */

/* Characters, as folded, that are the commonest function words of modern Chinese, and none of the
 * classical language's: 个了他们会和在很我把是没的着被说还这那都 */
static const u32 PARTICLES[] = {
    0x4E2A, 0x4E86, 0x4ED6, 0x4EEC, 0x4F1A, 0x548C, 0x5728, 0x5F88, 0x6211, 0x628A,
    0x662F, 0x6CA1, 0x7684, 0x7740, 0x88AB, 0x8BF4, 0x8FD8, 0x8FD9, 0x90A3, 0x90FD,
};
#define PARTICLE_COUNT 20
_Static_assert(sizeof PARTICLES == PARTICLE_COUNT * sizeof *PARTICLES, "all of them");

/* How often evidence has each level. Breaks are of a level beyond. */
typedef struct {
    i64 bins[BINS + 1], size;
} Levels;

VECTORIZED static void grade(const Batch *batch, const float *evidence, u8 *restrict levels) {
    const u8 *classes = batch->classes;
    i64 n = batch->n;
    for (i64 i = 0; i < n; i++) {
        float bin = (evidence[i] + LOWEST) * 4;
        bin = bin > 0 ? bin : 0;
        i32 level = (i32)(bin < BINS - 1 ? bin : BINS - 1);
        levels[i] = (u8)(classes[i] == BREAK ? BINS : level);
    }
}

/* Grade Han characters only. */
VECTORIZED static void grade_han(const Batch *batch, const float *evidence, u8 *restrict levels) {
    grade(batch, evidence, levels);
    for (i64 i = 0; i < batch->n; i++)
        levels[i] = is_han(batch->classes[i]) ? levels[i] : BINS;
}

static Levels levels_of(const u8 *levels, i64 n) {
    u32 bins[LANES][BINS + 1] = {{0}};
    Levels found = {{0}, 0};
    i64 whole = n - n % LANES;
    for (i64 i = 0; i < whole; i += LANES)
        for (int lane = 0; lane < LANES; lane++)
            bins[lane][levels[i + lane]]++;
    for (i64 i = whole; i < n; i++)
        bins[0][levels[i]]++;
    for (int bin = 0; bin < BINS; bin++) {
        for (int lane = 0; lane < LANES; lane++)
            found.bins[bin] += bins[lane][bin];
        found.size += found.bins[bin];
    }
    return found;
}

/* The average of the highest, as many as `most` if there are, in quarters. */
static float top_of(const Levels *levels, i64 most) {
    i64 left = most = least_of(most, levels->size), sum = 0;
    for (i64 bin = BINS - 1; bin >= 0 && left > 0; bin--) {
        i64 taken = least_of(levels->bins[bin], left);
        sum += taken * bin;
        left -= taken;
    }
    return most ? (float)sum / (float)(4 * most) - LOWEST : QUIET;
}

/* The level that one in ten have or exceed. */
static float highest_tenth(const Levels *levels) {
    i64 bin = BINS - 1, met = 0;
    while (bin > 0 && 10 * (met += levels->bins[bin]) < levels->size)
        bin--;
    return levels->size ? (float)bin / 4 - LOWEST : QUIET;
}

/* How many characters are odd, bold, Han, and of these particles. */
typedef struct {
    i32 odd, bold, han, particles;
} Counted;

VECTORIZED static Counted count_up(const u32 *codes, const u8 *classes, const float *evidence,
                                   i64 n) {
    i32 odd = 0, bold = 0, han = 0, particles = 0;
    for (i64 i = 0; i < n; i++) {
        odd += (classes[i] != BREAK) & (evidence[i] > ODD);
        bold += (classes[i] != BREAK) & (evidence[i] > BOLD);
    }
    for (i64 i = 0; i < n; i++) {
        i32 known = 0;
#pragma GCC unroll 20
        for (int k = 0; k < PARTICLE_COUNT; k++)
            known |= codes[i] == PARTICLES[k];
        han += is_han(classes[i]);
        particles += is_han(classes[i]) & known;
    }
    return (Counted){odd, bold, han, particles};
}

/* The highest level of each character, and which characters there are. */
typedef struct {
    u8 highest[DISTINCT]; /* plus one; 0 for those that are not there */
    u16 seen[DISTINCT + 1];
    i64 count;
} Distinct;

/* Without a branch, which could not be foreseen. */
static inline void meet(Distinct *distinct, u32 code, u8 level) {
    u32 place = code % DISTINCT; /* rare characters share that of others */
    u8 highest = distinct->highest[place];
    distinct->seen[distinct->count] = (u16)place;
    distinct->count += !highest;
    distinct->highest[place] = highest > level ? highest : (u8)(level + 1);
}

/* Their levels; leaves nothing behind. */
static Levels highest_levels(Distinct *distinct) {
    Levels levels = {{0}, distinct->count};
    for (i64 i = 0; i < distinct->count; i++) {
        u8 *highest = distinct->highest + distinct->seen[i];
        levels.bins[*highest - 1]++;
        *highest = 0;
    }
    distinct->count = 0;
    return levels;
}

/* Meet the running text of [start, end): return how many characters it has. */
static i64 meet_running(const Batch *batch, const u8 *levels, i64 start, i64 end,
                        Distinct *distinct) {
    i64 size = 0;
    for (i64 i = start, last; i < end; i = last + 1) {
        const u8 *next = memchr(batch->classes + i, BREAK, (size_t)(end - i));
        last = next ? next - batch->classes : end;
        for (i64 j = i; j < last && last - i >= LEAST_RUNNING; j++)
            if (batch->places[j] >> 1 == BODY) {
                meet(distinct, batch->codes[j], levels[j]);
                size++;
            }
    }
    return size;
}

/* Write of each page the average evidence of the characters that stand out and how many are odd and
 * bold; how many are Han and how many of these particles; of its running text (characters of the
 * body, in blocks of at least LEAST_RUNNING) how many there are, and the average of the oddest, each
 * character counted once; and by the first pass the average of its Han characters, and the level that
 * one in ten of them reach. */
EXPORT i64 survey_textures(const Batch *batch, const float *first, const float *evidence,
                           float *tops, i64 *odd, i64 *bold, i64 *han, i64 *particles,
                           i64 *running_sizes, float *running_tops, float *usual, float *tenths) {
    Distinct *distinct = calloc(1, sizeof *distinct);
    u8 *levels = malloc((size_t)batch->n + 1), *of_han = malloc((size_t)batch->n + 1);
    bool begun = distinct && levels && of_han;
    if (begun) {
        grade(batch, evidence, levels);
        grade_han(batch, first, of_han);
    }
    for (i64 k = 0; begun && k < batch->pages; k++) {
        i64 start = batch->starts[k], end = batch->ends[k];
        Counted counted = count_up(batch->codes + start, batch->classes + start, evidence + start,
                                   end - start);
        odd[k] = counted.odd;
        bold[k] = counted.bold;
        han[k] = counted.han;
        particles[k] = counted.particles;
        Levels whole = levels_of(levels + start, end - start);
        tops[k] = top_of(&whole, OUTSTANDING);
        running_sizes[k] = meet_running(batch, levels, start, end, distinct);
        Levels running = highest_levels(distinct);
        running_tops[k] = top_of(&running, RUNNING_OUTSTANDING);
        Levels characters = levels_of(of_han + start, end - start);
        usual[k] = top_of(&characters, characters.size);
        tenths[k] = highest_tenth(&characters);
    }
    free(distinct);
    free(levels);
    free(of_han);
    return begun ? 0 : -1;
}
