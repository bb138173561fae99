/* The text of a page from its items and values (see detector/writing.py). */
#include "markup.h"
#include "segment.h"
#include "slices.h"
#include "told.h"
#include "wide.h"

/* What may cut something. */
enum { CHARACTERS, SEGMENTS, VALUES, LIMITS };

typedef struct {
    const u8 *text;
    i64 size, points;
    i32 place, element;
} Waiting;

typedef struct {
    const u8 *alts; /* by place: whether a value repeats what is read as text */
    i64 characters, most, longest;
    u8 *out;
    i64 size, length; /* bytes and code points written */
    Segment *segments;
    i64 count;
    bool open;   /* a block has text and is not yet ended */
    bool spaced; /* white space has been read since its last text */
    bool full, starved;
    i32 block; /* the one last written to */
    u8 *store; /* room for the next value */
    Waiting *waiting;
    i64 waiting_count;
    Slices seen, runs;
    i64 item;
    i64 *cuts; /* limits that cut something, in order, each with the item where it first did */
    i64 cut_count;
    bool cut[LIMITS];
} Writer;

typedef struct {
    i64 size, points;
    bool trailing; /* white space at the end */
    bool cut;
} Run;

/* Whether a byte is a character that is neither white space nor the begin of a reference. */
static inline bool is_plain(u8 byte) { return byte > ' ' && byte < 0x80 && byte != '&'; }

/* Whether a byte begins a character of three, and no white space. */
static inline bool is_common(u8 byte) { return byte > 0xE3 && byte < 0xF0; }

/* Copy characters up to the first that may be white space or a reference, or until less than WIDTH of
 * `end` or of `most` characters are left. Return where that is, and move *to; *points: characters. */
static inline const u8 *copy_run(const u8 *at, const u8 *end, i64 most, u8 **to, i64 *points) {
    const u8 *start = at;
    for (*points = 0; end - at > WIDTH && most - *points >= WIDTH;) {
        Bytes bytes = bytes_at(at);
        i64 size = first_true(truth_of((Bytes)((bytes <= ' ') | (bytes == '&') | (bytes == 0xC2) |
                                               ((bytes >= 0xE1) & (bytes <= 0xE3)))));
        memcpy(*to, &bytes, sizeof bytes);
        *points += size - count_true(truth_of((Bytes)((bytes & 0xC0) == 0x80)), size);
        at += size;
        *to += size;
        if (size < WIDTH)
            return at;
    }
    bool within = at > start && (*at & 0xC0) == 0x80; /* a character, which is left as a whole */
    *points -= within;
    for (; within && at > start && (*at & 0xC0) == 0x80; at--)
        --*to;
    return at;
}

/* Write the first `longest` code points of a text to `to`, its white space collapsed. There is room for
 * all of it. */
static Run collapsed(const u8 *at, const u8 *end, bool references, i64 longest, u8 *to) {
    u8 *first = to;
    Run run = {0};
    i64 read = 0, points;
    while (at < end) {
        if (read == longest) {
            run.cut = true;
            break;
        }
        if (run.trailing)
            while (at < end && read < longest && is_space(*at))
                at++, read++;
        else {
            at = copy_run(at, end, longest - read, &to, &points);
            read += points;
            run.points += points;
        }
        if (at == end || read == longest)
            continue;
        read++;
        if (!run.trailing && is_plain(*at)) {
            *to++ = *at++;
            run.points++;
            continue;
        }
        if (!run.trailing && is_common(*at) && end - at >= 3) {
            memcpy(to, at, 3);
            at += 3;
            to += 3;
            run.points++;
            continue;
        }
        const u8 *from = at;
        i64 size = point_size(at, end);
        const Reference *reference = references && *at == '&' ? reference_at(at, end) : NULL;
        if (reference) {
            from = (const u8 *)reference->stands_for;
            size = (i64)strlen(reference->stands_for);
            at += reference->size;
        } else
            at += size;
        if (space_at(from, from + size)) {
            run.trailing = true;
            continue;
        }
        if (run.trailing && to > first) {
            *to++ = ' ';
            run.points++;
        }
        run.trailing = false;
        run.points++;
        for (i64 k = 0; k < size; k++)
            *to++ = from[k];
    }
    run.size = to - first;
    return run;
}

static void note(Writer *writer, i32 limit) {
    if (writer->cut[limit])
        return;
    writer->cut[limit] = true;
    writer->cuts[2 * writer->cut_count] = limit;
    writer->cuts[2 * writer->cut_count++ + 1] = writer->item;
}

/* Make a segment of the `size` bytes that stand behind what is written. */
static void put(Writer *writer, i64 size, i64 points, i32 place, i32 element) {
    i64 room = most_of(0, writer->characters - writer->length);
    bool crowded = writer->count >= writer->most;
    if (points > room || crowded) {
        note(writer, points > room ? CHARACTERS : SEGMENTS);
        writer->full = true;
        if (!room || crowded)
            return;
        const u8 *text = writer->out + writer->size;
        i64 kept = 0;
        points = least_of(points, room);
        for (i64 k = 0; k < points; k++)
            kept += point_size(text + kept, text + size);
        size = kept;
    }
    i32 start = (i32)writer->length;
    writer->size += size;
    writer->length += points;
    writer->segments[writer->count++] = (Segment){start, (i32)writer->length, place, element};
    writer->open = true;
}

static void end_line(Writer *writer) {
    writer->out[writer->size++] = '\n';
    writer->length++;
}

/* End the current block, then write what waited for that. */
static void flush(Writer *writer) {
    writer->spaced = false;
    if (writer->open)
        end_line(writer);
    for (i64 k = 0; k < writer->waiting_count && !writer->full; k++) {
        const Waiting *value = &writer->waiting[k];
        /* A title attribute mostly repeats the text of its link. */
        if (writer->alts[value->place] && known_slice(&writer->runs, value->text, value->size))
            continue;
        memcpy(writer->out + writer->size, value->text, (size_t)value->size);
        put(writer, value->size, value->points, value->place, value->element);
        end_line(writer);
    }
    writer->waiting_count = 0;
    writer->open = false;
}

static void enter(Writer *writer, i32 block) {
    if (writer->block != block)
        flush(writer);
    writer->block = block;
}

/* Append a text to the current block. */
static void write_text(Writer *writer, const u8 *start, const u8 *end, bool references, i32 place,
                       i32 element) {
    bool leading = space_at(start, end) || (references && end - start >= 6 &&
                                            !memcmp(start, "&nbsp;", 6));
    i64 space = writer->open && (writer->spaced || leading);
    u8 *to = writer->out + writer->size + space;
    Run run = collapsed(start, end, references, INT64_MAX, to);
    if (!run.size) {
        writer->spaced = true;
        return;
    }
    bool fresh;
    writer->starved |= !slice_of(&writer->runs, to, run.size, &fresh);
    writer->spaced = run.trailing;
    if (space)
        to[-1] = ' ';
    put(writer, run.size + space, run.points + space, place, element);
}

/* Keep a value, as a block after the current one. */
static void add_waiting(Writer *writer, const u8 *start, const u8 *end, bool references, i32 place,
                        i32 element) {
    Run run = collapsed(start, end, references, writer->longest, writer->store);
    if (run.cut)
        note(writer, VALUES);
    if (run.points < 2)
        return;
    bool fresh;
    if (!slice_of(&writer->seen, writer->store, run.size, &fresh))
        writer->starved = true;
    else if (fresh) {
        writer->waiting[writer->waiting_count++] =
            (Waiting){writer->store, run.size, run.points, place, element};
        writer->store += run.size;
    }
}

/* Whether a text node says nothing at all, not even where a block begins. */
static bool is_blank(const u8 *at, const u8 *end) {
    for (; end - at >= WIDTH; at += WIDTH) {
        Bytes bytes = bytes_at(at);
        if (!all_true(truth_of((Bytes)((bytes == ' ') | (bytes == '\t') | (bytes == '\n') |
                                       (bytes == '\f') | (bytes == '\r')))))
            return false;
    }
    while (at < end && (*at == ' ' || *at == '\t' || *at == '\n' || *at == '\f' || *at == '\r'))
        at++;
    return at == end;
}

/* Write the text of an item, if it has any; say whether to go on. */
static bool write_item(Writer *writer, const u8 *source, const Item *item, const Element *elements,
                       const i32 *places) {
    const Element *element = &elements[item->element];
    const u8 *start = source + item->start, *end = source + item->end;
    if (item->kind == INSTRUCTION)
        enter(writer, -1);
    else if (item->kind == ELEMENT && element->block == item->element)
        enter(writer, element->block);
    else if (item->kind == NOTHING)
        enter(writer, element->block);
    else if (item->kind == TEXT || item->kind == RAW_TEXT) {
        if (is_blank(start, end)) {
            writer->spaced = true;
            return true;
        }
        enter(writer, element->block);
        write_text(writer, start, end, item->kind == TEXT, places[element->state], item->element);
        return !writer->full;
    }
    return true;
}

/* Write the text of a page and its segments. Values of the kind WORDS are in places told by state,
 * those of the kind ASIDE in the place `aside`; `told` are the others, one after the other in `extra`.
 * There is room for as many bytes as `source` and `extra` have and one for each item, value and told,
 * and for as many segments as these are. `allowed`: characters, segments, characters of a value. `cuts`
 * is told which of these limits cut something, and at which items. Return how many segments there
 * are; sizes: bytes, cuts, and the item at which writing stopped.
 */
EXPORT i64 write_page(const u8 *source, i64 n, const Element *elements, const Item *items,
                      i64 item_count, const Value *values, i64 value_count, const u8 *extra,
                      i64 extra_size, const Told *told, i64 told_count, const i32 *places,
                      const i32 *alt_places, i64 aside, const u8 *alts, const i64 *allowed, u64 seed, u8 *out,
                      Segment *segments, i64 *cuts, i64 *sizes) {
    Writer writer = {.alts = alts, .characters = allowed[0], .most = allowed[1],
                     .longest = allowed[2], .out = out, .segments = segments, .cuts = cuts,
                     .seen = {NULL, 0, 0, seed}, .runs = {NULL, 0, 0, seed}};
    u8 *store = writer.store = malloc((size_t)(n + extra_size + 1));
    writer.waiting = malloc((size_t)(value_count + told_count + 1) * sizeof(Waiting));
    writer.starved = !store || !writer.waiting;
    const u8 *extra_end = extra + extra_size;
    i64 v = 0, t = 0, i = 0;
    for (; i < item_count && !writer.starved; i++) {
        const Item *item = &items[i];
        i32 element = item->element;
        writer.item = i;
        if (!write_item(&writer, source, item, elements, places))
            break;
        for (; v < value_count && values[v].item <= i; v++) {
            const Value *value = &values[v];
            const u8 *start = source + value->start, *end = source + value->end;
            if (value->kind == WORDS)
                add_waiting(&writer, start, end, true, alt_places[elements[element].state], element);
            else if (value->kind == ASIDE)
                add_waiting(&writer, start, end, false, (i32)aside, element);
        }
        for (; t < told_count && told[t].item <= i; t++) {
            const u8 *start = extra;
            for (i64 k = 0; k < told[t].points && extra < extra_end; k++)
                extra += point_size(extra, extra_end);
            add_waiting(&writer, start, extra, false, told[t].place, element);
        }
    }
    writer.item = i;
    if (!writer.starved)
        flush(&writer);
    free(store);
    free(writer.waiting);
    free(writer.seen.slots);
    free(writer.runs.slots);
    sizes[0] = writer.size;
    sizes[1] = writer.cut_count;
    sizes[2] = i;
    return writer.starved ? -1 : writer.count;
}
