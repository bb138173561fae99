/* A scan under way (see markup.c). */
#ifndef DETECTOR_SCAN_H
#define DETECTOR_SCAN_H

#include "markup.h"
#include "slices.h"

typedef struct {
    const u8 *name;
    i64 size;
    i32 tag, element;
    bool foreign; /* of SVG or MathML */
    bool read;    /* where it stands; what it says may be not */
} Open;

typedef struct {
    const u8 *source, *end;
    const i32 *traits; /* of the tags known */
    i64 known;
    bool escaped; /* no text is raw */
    i64 most;     /* nodes, the document among them */
    i64 script;   /* bytes of scripts that are no more than may be read */
    i64 longest;  /* bytes of a value that are no more than are read */
    Slices tags, styles, words, leads, shapes;
    Shortcuts shortcuts; /* of tags */
    u8 *free_digitless; /* room for the next shape of a link */
    Open *open;
    i64 depth;
    i64 foreign; /* open elements that began SVG or MathML */
    i64 hushed;  /* open noscript elements */
    i64 inert;   /* depth of the template whose content is passed over, 0 outside of any */
    Element *elements;
    Item *items;
    Value *values;
    i64 element_count, item_count, value_count, nodes;
    i32 fragment; /* the item of that template */
    const u8 *content;
    bool unsafe, cut, starved;
} Scan;

static inline i32 place(const Scan *scan, const u8 *at) { return (i32)(at - scan->source); }

static inline bool begins(const u8 *at, const u8 *end, const char *with, i64 size) {
    return end - at >= size && !memcmp(at, with, (size_t)size);
}

static inline const u8 *found(const u8 *at, const u8 *end, u8 byte) {
    const u8 *hit = at < end ? memchr(at, byte, (size_t)(end - at)) : NULL;
    return hit ? hit : end;
}

static inline const u8 *found_text(const u8 *at, const u8 *end, const char *text, i64 size) {
    for (at = found(at, end, (u8)*text); at < end; at = found(at + 1, end, (u8)*text))
        if (begins(at, end, text, size))
            return at;
    return end;
}

static inline i32 traits_of(const Scan *scan, i32 tag) {
    return tag >= 0 && tag < scan->known ? scan->traits[tag] : BLOCK;
}

/* Keep a value of the last item. */
static inline void add_value(Scan *scan, i32 kind, const u8 *start, const u8 *end) {
    i32 item = (i32)scan->item_count - 1;
    scan->values[scan->value_count++] =
        (Value){kind, item, item < 0 ? 0 : scan->items[item].element, place(scan, start),
                place(scan, end)};
}

/* The number of what stands at `start` among `slices`, -1 where there is no memory; *fresh tells
 * whether it is new. */
static inline i32 numbered(Scan *scan, Slices *slices, const u8 *start, const u8 *end,
                           bool *fresh) {
    const Slice *slice = slice_of(slices, start, end - start, fresh);
    if (slice)
        return slice->number;
    scan->starved = true;
    *fresh = false;
    return -1;
}

/* Whether a text has characters beyond ASCII, plain or as a reference. */
static inline bool beyond_ascii(const u8 *start, const u8 *end) {
    for (const u8 *at = start; at < end; at++)
        if (*at >= 0x80)
            return true;
    return found_text(start, end, "&nbsp;", 6) < end;
}

static inline bool is_any(const u8 *at, const char *letter) {
    return (*at | 32) == (u8)*letter;
}

/* Attributes that are asked for. Of those before LOOKS, their values are. */
enum {
    ALT, TITLED, PLACEHOLDER, LABEL, HREF, SRC, SRCDOC, CONTENT, VALUE, NAMED_BY, PROPERTY,
    ITEM_PROPERTY, HEADER, LOOKS,
    BY_STYLE = LOOKS, HIDDEN, COLOR, BGCOLOR, BACKGROUND,
    ASKED_LATER, /* in Python, where the others say that an element is to be looked at */
    UNASKED
};

/* Which of these an attribute is. */
i32 attribute_of(const u8 *name, i64 size);

typedef struct {
    u32 given; /* by bits; only of these is the rest set */
    const u8 *start[LOOKS], *end[LOOKS];
} Attributes;

static inline bool is_given(const Attributes *attributes, i32 attribute) {
    return attributes->given >> attribute & 1;
}

/* Say whether an earlier link has a target of this host that differs from this one in digits only. Of
 * targets that are not plain ASCII, or long, this is not asked. */
bool is_varied(Scan *scan, const u8 *start, const u8 *end);

/* Read what stands between a tag's name and its end; return where that is. `element` and `attributes`
 * are told what is asked for, if they are given. */
const u8 *read_attributes(Scan *scan, const u8 *at, Element *element, i32 traits,
                          Attributes *attributes);

/* Keep what the attributes of the last element say that is read. */
void add_attributes(Scan *scan, i32 traits, const Attributes *attributes);

/* Keep a text that is read where it repeats no other one. */
void add_words(Scan *scan, const u8 *start, const u8 *end);

/* Keep a script: as a whole where there is more to it than links, or it may be too long. */
void add_program(Scan *scan, const u8 *start, const u8 *end);

/* Where the end tag of a script begins, `end` where there is none. */
const u8 *script_end(const u8 *at, const u8 *end);

#endif
