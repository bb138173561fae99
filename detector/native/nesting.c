/* What of a document would cost a parser too much, tag by tag (see detector/nesting.py). */
#include "scan.h"

/* What a name of an element means here: KINDS of detector/nesting.py, in its order. */
enum {
    ENDED = 1,        /* has no end tag, or is ended by the next of its kind: not counted */
    RAW = 2,          /* its content is text up to its end tag */
    FOREIGN = 4,      /* begins SVG or MathML */
    BOUNDARY = 8,     /* end tags inside do not reach what is around */
    SPECIAL = 16,     /* end tags of unknown elements do not reach beyond */
    FORMATTING = 32,  /* is taken out from between others by its end tag */
    BREAKOUT = 64,    /* ends SVG and MathML */
    PASSAGE = 128,    /* has HTML in it where it is of SVG */
    REPLACED = 256,   /* is ended by the next of its kind in a HOLDER */
    HOLDER = 512,
    MUFFLED = 1024,    /* as RAW, mostly */
    DOUBTFUL = 2048,  /* its content is not parsed as it is elsewhere */
    TABLE = 4096,
    TEMPLATED = 8192,
    CHOICE = 16384,
    OPTION = 32768,
    ALONE = 65536,    /* a parser closes one that is open, mostly, before it opens another */
    LEVELED = 131072, /* likewise, one of any level */
    CELL = 262144,    /* a table may stand in it */
    ROW = 524288,     /* and its end tag ends that */
    MARKED = 1048576, /* formatting elements inside stay inside, as in a cell */
    LEAVING = 2097152, /* its end tag ends SVG and MathML */
    FORMULA = 4194304, /* begins MathML */
    LETTERED = 8388608 /* has HTML in it where it is of MathML */
};
#define NONE (-1)
#define LEAST_NAME 4 /* bytes of a name, mostly, and of what parts it from the next */

/* Results of survey_tags(). */
enum { DEEP = 1, WIDE = 2, LONG = 4, SLOW = 8, NAMES = 16 };

#define MOST_WORK 12500000 /* of options, each as much as there are before it in its select */

typedef struct {
    i32 kind, open, dropped, epoch;
    i32 leaked;         /* so many of these */
    const u8 *text_end; /* of raw texts: where the last was seen to end, mostly in front of here */
} Named;

typedef struct {
    i32 number; /* of its name */
    bool celled, closable;
    bool loose; /* of formatting elements: in a table, but in no cell of it */
} Opened;

typedef struct {
    const u8 *end;
    Slices names, attribute_names;
    Shortcuts shortcuts; /* of names as they are written */
    Named *named; /* by number */
    i64 room;
    Opened *open;
    i64 depth, most_depth, most_attributes, most_tags;
    i64 foreign, doubtful; /* open elements */
    bool adrift;           /* an end tag that is not believed may have ended those foreign, or what is
                              not in them */
    i64 formatting;        /* start tags, so far */
    i64 leaked, most_leaked; /* formatting elements left open by what is around: now, ever */
    i64 tables;            /* open */
    i64 tags, attributes;
    i64 most_names; /* of elements, and of attributes, if these are asked for */
    i64 roots_left; /* attributes that html and body may still get, which are merged into one tag */
    bool named_attributes;
    i64 options, work;     /* in the last select, and of all */
    i32 epoch;    /* of counts of elements dropped */
    i32 hushed;   /* the only element whose end tags are believed, or NONE */
    bool spans;   /* write all formatting elements as span */
    bool several; /* write all selects as such of several options, which a parser does not count */
    u8 *lower;    /* room for the next name in lower case */
    u8 *out;      /* what is written instead, or NULL */
    i64 found;
    bool starved;
} Nesting;

typedef struct {
    const u8 *name, *name_end;
    const u8 *cut;  /* where attributes begin that are too many, or NULL */
    const u8 *stop; /* behind the tag, or the end of the document */
    bool closing, whole, closed_itself;
} Tag;

static inline u8 lowered(u8 byte) { return byte >= 'A' && byte <= 'Z' ? byte | 32 : byte; }

static inline bool is_letter(u8 byte) { return (byte | 32) >= 'a' && (byte | 32) <= 'z'; }

/* White space of tags, NULs too, which are made that before the parser sees them; and what else ends
 * names of tags and attributes. */
enum { BLANK = 1, ENDS_TAG_NAME = 2, ENDS_NAME = 4 };
static const u8 MARKS[256] = {
    [0] = 7, ['\t'] = 7, ['\n'] = 7, ['\f'] = 7, ['\r'] = 7, [' '] = 7,
    ['/'] = ENDS_TAG_NAME | ENDS_NAME, ['>'] = ENDS_TAG_NAME | ENDS_NAME, ['='] = ENDS_NAME,
};

static inline bool is_blank(u8 byte) { return MARKS[byte] & BLANK; }

static bool is_name(const u8 *at, const char *name) {
    for (; *name; name++, at++)
        if (lowered(*at) != (u8)*name)
            return false;
    return true;
}

/* Whether there have been so many other names of attributes that this one is too many. */
static bool is_new_name(Nesting *nesting, const u8 *start, const u8 *end) {
    bool fresh = false;
    if (nesting->attribute_names.count >= nesting->most_names)
        return !known_slice(&nesting->attribute_names, start, end - start);
    nesting->starved |= !slice_of(&nesting->attribute_names, start, end - start, &fresh);
    return false;
}

/* Read the tag whose name begins at `at`: the states of the HTML standard's tokenizer. */
static Tag read_tag(Nesting *nesting, const u8 *at, bool closing) {
    const u8 *end = nesting->end, *from;
    Tag tag = {.name = at, .stop = end, .closing = closing};
    i64 count = 0, most = nesting->most_attributes;
    while (at < end && !(MARKS[*at] & ENDS_TAG_NAME))
        at++;
    tag.name_end = at;
    bool root = at - tag.name == 4 && (is_name(tag.name, "html") || is_name(tag.name, "body"));
    most = root ? nesting->roots_left : most;
    for (;;) {
        for (from = at; at < end && (is_blank(*at) || *at == '/');)
            at++;
        if (at == end)
            return tag;
        if (*at == '>')
            break;
        nesting->attributes++;
        if (root && nesting->roots_left)
            nesting->roots_left--;
        from = at;
        if (++count > most && !tag.cut)
            tag.cut = at;
        for (at++; at < end && !(MARKS[*at] & ENDS_NAME);)
            at++;
        if (nesting->named_attributes && !tag.cut && is_new_name(nesting, from, at))
            tag.cut = from;
        while (at < end && is_blank(*at))
            at++;
        if (at == end || *at != '=')
            continue;
        for (at++; at < end && is_blank(*at);)
            at++;
        if (at < end && (*at == '"' || *at == '\'')) {
            at = found(at + 1, end, *at);
            at += at < end;
        } else
            while (at < end && !is_blank(*at) && *at != '>')
                at++;
    }
    tag.whole = true;
    tag.closed_itself = at > from && at[-1] == '/'; /* not of a value */
    tag.stop = at + 1;
    return tag;
}

/* Where a comment ends whose text begins at `at`. */
static const u8 *comment_end(const u8 *at, const u8 *end) {
    if (begins(at, end, ">", 1) || begins(at, end, "->", 2))
        return found(at, end, '>') + 1;
    for (at = found_text(at, end, "--", 2); at < end; at = found_text(at + 1, end, "--", 2))
        if (begins(at + 2, end, ">", 1) || begins(at + 2, end, "!>", 2))
            return found(at, end, '>') + 1;
    return end;
}

/* The number of a name that has to be looked up; NONE where there is no memory. */
static i32 looked_up(Nesting *nesting, const u8 *name, i64 size) {
    bool fresh;
    for (i64 k = 0; k < size; k++)
        nesting->lower[k] = lowered(name[k]);
    const Slice *slice = slice_of(&nesting->names, nesting->lower, size, &fresh);
    if (!slice)
        return NONE;
    nesting->lower += fresh ? size : 0;
    if (slice->number >= nesting->room) {
        i64 room = 2 * nesting->room + 256;
        Named *named = realloc(nesting->named, (size_t)room * sizeof *named);
        if (!named)
            return NONE;
        memset(named + nesting->room, 0, (size_t)(room - nesting->room) * sizeof *named);
        nesting->named = named;
        nesting->room = room;
    }
    return slice->number;
}

/* The number of a name; NONE where there is no memory. */
static inline i32 number_of(Nesting *nesting, const u8 *name, i64 size) {
    i32 number = short_number(&nesting->shortcuts, name, size);
    if (number < 0) {
        number = looked_up(nesting, name, size);
        keep_number(&nesting->shortcuts, name, size, number);
    }
    return number;
}

static inline i32 kind_at(const Nesting *nesting, i64 at) {
    return nesting->named[nesting->open[at].number].kind;
}

static void pop(Nesting *nesting, i64 depth) {
    while (nesting->depth > depth) {
        Opened *top = &nesting->open[--nesting->depth];
        Named *last = &nesting->named[top->number];
        last->open -= top->closable;
        nesting->foreign -= (last->kind & FOREIGN) != 0;
        nesting->adrift &= nesting->foreign > 0;
        nesting->doubtful -= (last->kind & DOUBTFUL) != 0;
        nesting->tables -= (last->kind & TABLE) != 0;
        nesting->epoch++;
    }
}

/* Whether the innermost open element is of SVG or MathML, but for those with HTML in them. */
static bool in_foreign(const Nesting *nesting) {
    i32 inside = 0; /* what there is inside of that which is looked at */
    for (i64 at = nesting->foreign ? nesting->depth : 0; at--;) {
        i32 kind = kind_at(nesting, at);
        if (kind & FOREIGN)
            return !(inside & (kind & FORMULA ? LETTERED : PASSAGE));
        if (kind & BREAKOUT)
            return false;
        inside |= kind;
    }
    return false;
}

/* Note that a parser may have closed an element by the start tag of another: from then on, no end tag
 * is believed to close it, but those of what is around. */
static void distrust(Nesting *nesting, i32 number, i32 kind) {
    for (i64 at = nesting->depth; at--;) {
        Opened *open = &nesting->open[at];
        Named *named = &nesting->named[open->number];
        if (open->number != number && !(kind & named->kind & LEVELED))
            continue;
        if (open->closable && !(open->celled && kind & TABLE)) {
            open->closable = false;
            named->open--;
        }
        return;
    }
}

/* Note whether a table may stand inside the innermost one. */
static void set_celled(Nesting *nesting, bool celled) {
    for (i64 at = nesting->depth; at--;)
        if (kind_at(nesting, at) & TABLE) {
            nesting->open[at].celled = celled;
            return;
        }
}

/* Whether the innermost table has no cell open. */
static bool is_loose(const Nesting *nesting) {
    for (i64 at = nesting->depth; at--;)
        if (kind_at(nesting, at) & (TABLE | MARKED))
            return kind_at(nesting, at) & TABLE && !nesting->open[at].celled;
    return false;
}

/* Count the formatting elements that the end tag of another leaves open: a parser opens them again in
 * what follows, one inside the other. */
static void count_leaks(Nesting *nesting, i64 closed, i32 kind) {
    for (i64 at = nesting->depth; --at > closed && !(kind & MARKED);)
        if (kind_at(nesting, at) & FORMATTING && (!(kind & TABLE) || nesting->open[at].loose)) {
            nesting->named[nesting->open[at].number].leaked++;
            nesting->leaked++;
        }
    if (nesting->leaked > nesting->most_leaked)
        nesting->most_leaked = nesting->leaked;
}

/* Close the elements of SVG or MathML that HTML does not begin again in. */
static void leave_foreign(Nesting *nesting) {
    while (nesting->foreign && in_foreign(nesting))
        pop(nesting, nesting->depth - 1);
}

/* Open an element; say whether it is one too many. */
static bool opens_deep(Nesting *nesting, i32 number, const Tag *tag) {
    Named *own = &nesting->named[number];
    i32 kind = own->kind;
    nesting->formatting += (kind & FORMATTING) != 0;
    nesting->options = kind & CHOICE ? 0 : nesting->options + ((kind & OPTION) != 0);
    nesting->work += kind & OPTION ? nesting->options : 0;
    bool foreign = nesting->foreign && in_foreign(nesting);
    if (((foreign && !nesting->adrift) || kind & FOREIGN) && tag->closed_itself && !(kind & BREAKOUT))
        return false;
    if (foreign && kind & BREAKOUT) {
        leave_foreign(nesting);
        foreign = false;
    }
    if (kind & CELL)
        set_celled(nesting, true);
    if (kind & (ALONE | LEVELED) && (own->open || kind & LEVELED))
        distrust(nesting, number, kind);
    bool doubtful = nesting->foreign || nesting->doubtful;
    if (kind & MUFFLED || (kind & RAW && doubtful))
        nesting->hushed = number;
    else if (kind & ENDED && !foreign && (!nesting->adrift || kind & BREAKOUT))
        return false;
    i64 last = nesting->depth - 1;
    if (kind & REPLACED && last > 0 && kind_at(nesting, last) & REPLACED &&
        kind_at(nesting, last - 1) & HOLDER)
        pop(nesting, last);
    if (nesting->depth >= nesting->most_depth) {
        if (own->epoch != nesting->epoch)
            own->dropped = 0;
        own->epoch = nesting->epoch;
        own->dropped++;
        return true;
    }
    bool loose = kind & FORMATTING && nesting->tables && is_loose(nesting);
    nesting->open[nesting->depth++] = (Opened){number, false, true, loose};
    own->open++;
    nesting->tables += (kind & TABLE) != 0;
    nesting->foreign += (kind & FOREIGN) != 0;
    nesting->doubtful += (kind & DOUBTFUL) != 0;
    return false;
}

/* Close an element as far as its end tag reaches; say whether it is one that was dropped. */
static bool closes_dropped(Nesting *nesting, i32 number) {
    Named *own = &nesting->named[number];
    i32 kind = own->kind;
    if (nesting->hushed != NONE && nesting->hushed != number) {
        nesting->adrift |= nesting->foreign > 0;
        return false;
    }
    nesting->hushed = NONE;
    if (own->dropped && own->epoch == nesting->epoch) {
        own->dropped--;
        return true;
    }
    if (kind & DOUBTFUL && !(kind & CHOICE)) /* of a frameset, whose start may have been ignored */
        return false;
    if (kind & LEAVING)
        leave_foreign(nesting);
    if (kind & ROW)
        set_celled(nesting, false);
    if (!own->open) {
        if (own->leaked) { /* the end of one that a parser opened again */
            own->leaked--;
            nesting->leaked--;
        }
        return false;
    }
    /* No end tag of a passage is known to HTML, in which it stands. */
    i32 walls = kind & TEMPLATED ? 0
                : kind & TABLE   ? TEMPLATED
                : kind & (SPECIAL | FORMATTING) && !(kind & PASSAGE) ? BOUNDARY
                                                                     : BOUNDARY | SPECIAL;
    bool between = false;
    for (i64 at = nesting->depth; at--;) {
        if (nesting->open[at].number == number && nesting->open[at].closable) {
            if (kind & FORMATTING && between) {
                own->open--;
                nesting->depth--;
                memmove(nesting->open + at, nesting->open + at + 1,
                        (size_t)(nesting->depth - at) * sizeof *nesting->open);
            } else {
                count_leaks(nesting, at, kind);
                pop(nesting, at);
            }
            return false;
        }
        i32 above = kind_at(nesting, at);
        between |= (above & SPECIAL) != 0;
        if (above & walls)
            return false;
    }
    return false;
}

static void write_bytes(Nesting *nesting, const u8 *start, const u8 *end) {
    memcpy(nesting->out, start, (size_t)(end - start));
    nesting->out += end - start;
}

static void write_text(Nesting *nesting, const char *text) {
    write_bytes(nesting, (const u8 *)text, (const u8 *)text + strlen(text));
}

/* Write a tag that begins at `start`, with `name` instead of its own if that is given. */
static void write_tag(Nesting *nesting, const u8 *start, const Tag *tag, const char *name,
                      bool dropped) {
    const u8 *stop = tag->cut ? tag->cut : tag->stop - tag->whole;
    if (name) {
        write_text(nesting, tag->closing ? "</" : "<");
        write_text(nesting, name);
        start = tag->name_end;
    }
    write_bytes(nesting, start, stop);
    /* SVG has no elements that are void by their names. */
    bool closed = dropped || (tag->cut && tag->closed_itself);
    if (tag->whole)
        write_text(nesting, closed ? " />" : ">");
}

/* Where the text of a raw element ends that begins at `at`. */
static const u8 *raw_text_end(const u8 *at, const u8 *end, const u8 *name, i64 size) {
    if (size == 9) /* plaintext */
        return end;
    if (size == 6 && lowered(*name) == 's' && lowered(name[1]) == 'c')
        return script_end(at, end);
    for (at = found_text(at, end, "</", 2); at < end; at = found_text(at + 2, end, "</", 2)) {
        const u8 *stop = at + 2;
        i64 k = 0;
        while (k < size && stop < end && lowered(*stop) == lowered(name[k]))
            k++, stop++;
        if (k == size && (stop == end || is_blank(*stop) || *stop == '/' || *stop == '>'))
            return at;
    }
    return end;
}

/* Note that an element of SVG or MathML is empty which elsewhere is a raw text. In case that a parser
 * sees it elsewhere, end tags are not believed in what would be its text. */
static void distrust_text(Nesting *nesting, i32 number, const Tag *tag) {
    Named *own = &nesting->named[number];
    if (!own->text_end || own->text_end < tag->stop)
        own->text_end =
            raw_text_end(tag->stop, nesting->end, tag->name, tag->name_end - tag->name);
    if (own->text_end < nesting->end)
        nesting->hushed = number;
}

/* Pass over what begins with the `<` at `start`; return where to go on. */
static const u8 *pass(Nesting *nesting, const u8 *start) {
    const u8 *end = nesting->end, *at = start + 1, *stop;
    bool closing = at < end && *at == '/';
    at += closing;
    if (at == end || !is_letter(*at)) {
        if (begins(start, end, "<!--", 4))
            stop = comment_end(start + 4, end);
        else if (begins(start, end, "<![CDATA[", 9) && nesting->foreign)
            stop = start + 9; /* text, or a comment up to the next `>` */
        else if (at < end && (closing || *at == '!' || *at == '?'))
            stop = found(at, end, '>') + 1;
        else
            stop = at;
        stop = stop < end ? stop : end;
        if (nesting->out)
            write_bytes(nesting, start, stop);
        return stop;
    }
    Tag tag = read_tag(nesting, at, closing);
    const char *name = NULL;
    nesting->tags++;
    nesting->found |= tag.cut ? WIDE : 0;
    i32 number = number_of(nesting, tag.name, tag.name_end - tag.name);
    if (number != NONE && nesting->spans && nesting->named[number].kind & FORMATTING) {
        name = "span"; /* and is one to the parser, whose end tags end others */
        number = number_of(nesting, (const u8 *)name, 4);
    }
    if (number == NONE) {
        nesting->starved = true;
        return end;
    }
    i32 kind = nesting->named[number].kind;
    if (kind & CHOICE && nesting->several && !closing)
        name = "select multiple";
    if (number >= nesting->most_names) {
        nesting->found |= NAMES;
        name = "x-x";
    }
    bool empty = kind & RAW && tag.closed_itself && !closing && in_foreign(nesting);
    bool dropped = tag.whole && (closing ? closes_dropped(nesting, number)
                                         : opens_deep(nesting, number, &tag));
    if (dropped) {
        nesting->found |= DEEP;
        name = "wbr";
    }
    stop = tag.stop;
    if (nesting->out)
        write_tag(nesting, start, &tag, name, dropped);
    if (empty)
        distrust_text(nesting, number, &tag);
    else if (kind & RAW && !closing && !dropped && nesting->hushed != number) {
        const u8 *text = stop;
        stop = raw_text_end(stop, end, tag.name, tag.name_end - tag.name);
        if (nesting->out)
            write_bytes(nesting, text, stop);
    }
    return stop;
}

/* Look at the tags of `n` bytes of a document; say which limits they exceed: DEEP, WIDE, LONG, SLOW,
 * NAMES. `kinds` are those of `names`, which stand one a line. `limits` are of elements open, attributes
 * of a tag, tags, and different names, and what is asked for besides, by bits: names of attributes;
 * formatting elements as span; selects as such of several options. counts[0] is told how many start
 * tags of formatting elements there are, counts[1] how many tags, counts[3] how many attributes,
 * counts[4] how many formatting elements are at once left open by the end tags of others. What lies
 * within the limits is written to `out` if that is given, which has room for 4n bytes, and counts[2]
 * told how many these are.
 */
EXPORT i64 survey_tags(const u8 *source, i64 n, const u8 *names, i64 names_size, const i32 *kinds,
                       const i64 *limits, u64 seed, u8 *out, i64 *counts) {
    Nesting nesting = {.end = source + n,
                       .names = {NULL, 0, 0, seed},
                       .attribute_names = {NULL, 0, 0, seed},
                       .most_depth = limits[0],
                       .most_attributes = limits[1],
                       .roots_left = 2 * limits[1],
                       .most_tags = limits[2],
                       .most_names = limits[3],
                       .named_attributes = limits[4] & 1,
                       .spans = limits[4] & 2,
                       .several = limits[4] & 4,
                       .out = out,
                       .hushed = NONE,
                       .epoch = 1};
    u8 *lower = nesting.lower = malloc((size_t)(n + names_size + 1));
    nesting.open = malloc((size_t)(limits[0] + 1) * sizeof *nesting.open);
    nesting.starved = !lower || !nesting.open || !make_room(&nesting.names, names_size / LEAST_NAME);
    for (const u8 *at = names, *stop; at < names + names_size && !nesting.starved; at = stop + 1) {
        stop = found(at, names + names_size, '\n');
        i32 number = number_of(&nesting, at, stop - at);
        nesting.starved = number == NONE;
        if (!nesting.starved)
            nesting.named[number].kind = kinds[number];
    }
    for (const u8 *at = source; at < nesting.end && !nesting.starved;) {
        const u8 *stop = found(at, nesting.end, '<');
        if (out)
            write_bytes(&nesting, at, stop);
        if (stop == nesting.end)
            break;
        if (nesting.tags >= nesting.most_tags) {
            nesting.found |= LONG;
            break;
        }
        at = pass(&nesting, stop);
    }
    free(lower);
    free(nesting.open);
    free(nesting.named);
    free(nesting.names.slots);
    free(nesting.attribute_names.slots);
    nesting.found |= nesting.work > MOST_WORK ? SLOW : 0;
    counts[0] = nesting.formatting;
    counts[1] = nesting.tags;
    counts[3] = nesting.attributes;
    counts[4] = nesting.most_leaked;
    counts[2] = out ? nesting.out - out : 0;
    return nesting.starved ? -1 : nesting.found;
}
