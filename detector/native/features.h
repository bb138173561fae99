/* Features of every character, block by block (see detector/ngrams.py for what they mean). */
#ifndef DETECTOR_FEATURES_H
#define DETECTOR_FEATURES_H

#include "contrast.h"
#include "natural.h"
#include "runs.h"
#include "topics.h"

enum {
    SHAPE_WIDE, SHAPE_NEAR, RUNS, NATURAL_BIGRAMS, NATURAL_TRIGRAMS, NATURAL_CHAR,
    NATURAL_DENSITY, CONTRAST, TOPIC, PLACE, SCRIPT_GROUP, REPETITION, WORD, WORD_BEFORE, WORD_AFTER,
    GROUP_COUNT
};

/* Buckets in the table of flats, by group, of a block of characters. */
typedef u32 Flats[GROUP_COUNT][BLOCK];

/* What a model knows, and where the groups have their shares of its table. */
typedef struct {
    const Counts *counts;
    const Alternatives *alternatives;
    const Topics *topics;
    const u32 *offsets, *bits;
} Known;

/* What is the same for all characters of a page. */
typedef struct {
    u32 script, odd, share;
    bool chinese;
} PageTraits;

/* What is known of all characters, before their features are told block by block. */
typedef struct {
    const Batch *batch;
    const Known *known;
    Natural natural;
    u8 *extents;  /* how long the block of text is that each is in */
    u8 *repeated; /* how often the four characters from each one on occur in the page */
    u8 *begins;   /* whether a run does with each; those beyond both ends can be read */
    Run *runs;
    PageTraits traits;
    i64 next, page, run; /* of the next block */
    void *memory;
    i64 words; /* compared with others */
} Survey;

/* Look at all characters; write which words were compared. Say whether there is memory for it. */
bool begin_survey(Survey *survey, const Batch *batch, const Known *known, const Comparison *found);

/* Tell the features of the next characters; return how many, 0 at the end. */
i32 next_block(Survey *survey, Flats flats);

void end_survey(Survey *survey);

#endif
