/* What pages look like as a whole (see detector/texture.py). */
#include "kernel.h"

#define OUTSTANDING 40
#define RUNNING_OUTSTANDING 20
#define BINS 64 /* of a quarter each, from -LOWEST on */
#define LOWEST 10.0f
#define QUIET (-8.0f) /* evidence taken for that of no text */
#define ODD (-2.0f)
#define BOLD 0.0f
#define LEAST_RUNNING 40
#define DISTINCT 65536
#define BODY 3 /* of WHERES in detector/page.py */

/* Whether a character, as folded, is one of the commonest function words of modern Chinese, and
 * none of the classical language's. */
static inline bool is_particle(u32 code) {
    switch (code) {
    case 0x4E2A: /* 个 */ case 0x4E86: /* 了 */ case 0x4ED6: /* 他 */ case 0x4EEC: /* 们 */
    case 0x4F1A: /* 会 */ case 0x548C: /* 和 */ case 0x5728: /* 在 */ case 0x5F88: /* 很 */
    case 0x6211: /* 我 */ case 0x628A: /* 把 */ case 0x662F: /* 是 */ case 0x6CA1: /* 没 */
    case 0x7684: /* 的 */ case 0x7740: /* 着 */ case 0x88AB: /* 被 */ case 0x8BF4: /* 说 */
    case 0x8FD8: /* 还 */ case 0x8FD9: /* 这 */ case 0x90A3: /* 那 */ case 0x90FD: /* 都 */
        return true;
    default:
        return false;
    }
}

/* How often evidence has each level. */
typedef struct {
    i64 bins[BINS], size;
} Levels;

static inline i32 level_of(float evidence) {
    float bin = (evidence + LOWEST) * 4;
    return bin <= 0 ? 0 : bin >= BINS - 1 ? BINS - 1 : (i32)bin;
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

/* The highest level of each character, and which characters there are. */
typedef struct {
    u8 highest[DISTINCT]; /* plus one; 0 for those that are not there */
    u16 seen[DISTINCT];
    i64 count;
} Distinct;

static inline void meet(Distinct *distinct, u32 code, i32 level) {
    u32 place = code % DISTINCT; /* rare characters share that of others */
    u8 *highest = distinct->highest + place;
    if (!*highest)
        distinct->seen[distinct->count++] = (u16)place;
    if (*highest <= level)
        *highest = (u8)(level + 1);
}

/* Their levels; leaves nothing behind. */
static Levels levels_of(Distinct *distinct) {
    Levels levels = {{0}, distinct->count};
    for (i64 i = 0; i < distinct->count; i++) {
        u8 *highest = distinct->highest + distinct->seen[i];
        levels.bins[*highest - 1]++;
        *highest = 0;
    }
    distinct->count = 0;
    return levels;
}

/* Write of each page the average evidence of the characters that stand out and how many are odd and
 * bold; how many are Han and how many of these particles; and of its running text (characters of the body, in blocks of at least LEAST_RUNNING) how
 * many there are, and the average of the oddest, each character counted once. */
EXPORT i64 survey_textures(const Batch *batch, const float *evidence, float *tops, i64 *odd,
                           i64 *bold, i64 *han, i64 *particles, i64 *running_sizes,
                           float *running_tops) {
    Distinct *distinct = calloc(1, sizeof *distinct);
    if (!distinct)
        return -1;
    for (i64 k = 0; k < batch->pages; k++) {
        Levels whole = {{0}, 0};
        odd[k] = bold[k] = han[k] = particles[k] = running_sizes[k] = 0;
        for (i64 i = batch->starts[k], end; i < batch->ends[k]; i = end + 1) {
            for (end = i; end < batch->ends[k] && batch->classes[end] != BREAK;)
                end++;
            for (i64 j = i; j < end; j++) {
                i32 level = level_of(evidence[j]);
                whole.bins[level]++;
                odd[k] += evidence[j] > ODD;
                bold[k] += evidence[j] > BOLD;
                if (is_han(batch->classes[j])) {
                    han[k]++;
                    particles[k] += is_particle(batch->codes[j]);
                }
                if (end - i >= LEAST_RUNNING && batch->places[j] >> 1 == BODY) {
                    meet(distinct, batch->codes[j], level);
                    running_sizes[k]++;
                }
            }
            whole.size += end - i;
        }
        tops[k] = top_of(&whole, OUTSTANDING);
        Levels running = levels_of(distinct);
        running_tops[k] = top_of(&running, RUNNING_OUTSTANDING);
    }
    free(distinct);
    return 0;
}
