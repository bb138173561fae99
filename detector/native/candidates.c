/* What tells good candidate findings from bad ones (see detector/candidates.py). */
#include "contrast.h"
#include "edges.h"

#define MOST_SUM 60.0 /* log-odds, above which more do not count in proportion */
#define PLACES 10     /* of WHERES in detector/page.py */
#define PADDING 20    /* characters, by which pages are taken to be longer than they are */

/* Columns in the order of SPAN_FEATURES in detector/candidates.py; the places follow. Of those that
 * are logarithms this is what they are of. */
enum {
    SUM, SUM_LINEAR, MEAN, PEAK, RUNS, SIZE, REST, CROWD, SHARE, PAGE, BELOW_BEST, HIDDEN, WORDING,
    PARTED, SPLICE, BETTER, BETTER_SHARE, PAGE_TOP, PAGE_ODD, PAGE_BOLD, WHERE,
    PART = WHERE + PLACES, PART_SHARE, COLUMNS
};

/* Candidates of one kind: disjoint ranges of a batch in order, and the logarithms of the sums of their
 * log-odds. `evidence` is what each character says for the kind, from which `offset` is taken. */
typedef struct {
    const i64 *starts, *ends;
    const double *logs;
    const float *evidence;
    float offset;
} Candidates;

/* Where the next break stands, n for nowhere. */
static i64 break_from(const Batch *batch, i64 i) {
    const u8 *classes = batch->classes;
    const u8 *found = i < batch->n ? memchr(classes + i, BREAK, (size_t)(batch->n - i)) : NULL;
    return found ? found - classes : batch->n;
}

/* In how many runs the evidence of a candidate gains, and the most that a character gains. */
static void add_gains(const Candidates *found, i64 k, double *row) {
    const float *evidence = found->evidence;
    bool gaining = false;
    i64 runs = 0;
    float peak = evidence[found->starts[k]] - found->offset;
    for (i64 i = found->starts[k]; i < found->ends[k]; i++) {
        float gain = evidence[i] - found->offset;
        runs += gain > 0 && !gaining;
        gaining = gain > 0;
        peak = gain > peak ? gain : peak;
    }
    row[PEAK] = peak;
    row[RUNS] = (double)most_of(runs, 1);
}

/* What the candidates from `first` on, up to `last`, have in common: those of one page. */
static void add_page(const Candidates *found, i64 first, i64 last, i64 length, double *features) {
    i64 covered = 0;
    double best = found->logs[first];
    for (i64 k = first; k < last; k++) {
        covered += found->ends[k] - found->starts[k];
        best = found->logs[k] > best ? found->logs[k] : best;
    }
    for (i64 k = first; k < last; k++) {
        double *row = features + k * COLUMNS;
        row[CROWD] = (double)(last - first);
        row[SHARE] = (double)(covered + 1) / (double)length;
        row[PAGE] = (double)length;
        row[BELOW_BEST] = best - found->logs[k];
    }
}

/* Write of each candidate its page, and its features but for the wording and parts: rows of COLUMNS, which are
 * filled with 0. */
EXPORT i64 candidate_features(const Batch *batch, const Counts *counts, i64 count,
                              const i64 *starts, const i64 *ends, const double *sums,
                              const double *logs, const float *evidence, float offset,
                              i64 garbled, i64 words, const i64 *at, const i16 *gains,
                              const float *tops, const i64 *odd, const i64 *bold, i64 *pages,
                              double *features) {
    const Candidates found = {starts, ends, logs, evidence, offset};
    i64 before = -1, after = break_from(batch, 0), page = 0, first = 0, word = 0, length = 0;
    for (i64 k = 0; k < count; k++) {
        double *row = features + k * COLUMNS;
        i64 size = ends[k] - starts[k];
        u8 place = batch->places[starts[k]];
        while (page + 1 < batch->pages && batch->starts[page + 1] <= starts[k])
            page++;
        pages[k] = page;
        if (page != pages[first]) {
            add_page(&found, first, k, length, features);
            first = k;
        }
        length = batch->ends[page] - batch->starts[page] + PADDING;
        while (after < starts[k]) {
            before = after;
            after = break_from(batch, after + 1);
        }
        row[SUM] = logs[k];
        row[SUM_LINEAR] = (sums[k] < MOST_SUM ? sums[k] : MOST_SUM) / 10;
        row[MEAN] = sums[k] / (double)size;
        row[SIZE] = (double)size;
        row[REST] = (double)most_of(after - before - 1 - size, 0);
        row[HIDDEN] = !(place & 1);
        row[WHERE + (place >> 1)] = 1;
        row[PAGE_ODD] = row[PAGE_BOLD] = 1;
        add_gains(&found, k, row);
        if (garbled) {
            i64 compared = 0, better = 0;
            while (word < words && at[word] < starts[k])
                word++;
            for (; word < words && at[word] < ends[k]; word++, compared++)
                better += gains[word] >= MUCH_BETTER;
            row[BETTER] = (double)better;
            row[BETTER_SHARE] = (double)better / (double)most_of(compared, 1);
            row[PAGE_TOP] = tops[page];
            row[PAGE_ODD] = (double)(odd[page] + 1) / (double)length;
            row[PAGE_BOLD] = (double)(bold[page] + 1) / (double)length;
        } else {
            i32 splice = splice_around(batch, counts, starts[k], ends[k]);
            row[PARTED] = splice > NOT_SPLICED;
            row[SPLICE] = splice > NOT_SPLICED ? (double)splice / 16 : 0;
        }
    }
    if (count)
        add_page(&found, first, count, length, features);
    return 0;
}
