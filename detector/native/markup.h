/* What a scan finds in a document (see detector/markup.py, which has the same columns). */
#ifndef DETECTOR_MARKUP_H
#define DETECTOR_MARKUP_H

#include "kernel.h"

/* What an element is to reading: ACTIONS of detector/markup.py. The children of those from SKIP on
 * are not read. */
enum { SPAN, BLOCK, LINK, TITLE, HEADING, NOSCRIPT, SKIP, SCRIPT, TEMPLATE };

#define ACTION 15 /* the bits of a tag's traits that are its action */
/* The other bits: TRAITS of detector/markup.py. */
enum {
    IS_VOID = 1 << 4,
    IS_RAW = 1 << 5,       /* its text is serialised without character references */
    IS_PLAINTEXT = 1 << 6, /* and may say what looks like its end tag */
    IS_FOREIGN = 1 << 7,   /* begins SVG or MathML */
    IS_PASSAGE = 1 << 8,   /* HTML begins again inside, where it is an element of these */
    IS_STYLED = 1 << 9,    /* has attributes of its own that say how it looks */
    IS_LINK = 1 << 10,     /* leads somewhere by `href` or `src` */
    LEADS_BY_HREF = 1 << 11,
    LEADS_BY_SRC = 1 << 12,
    IS_META = 1 << 13,
    IS_INPUT = 1 << 14,
    IS_FONT = 1 << 15,
    MAY_HIDE = 1 << 16, /* its text may be hidden without a style */
    IS_ROOT = 1 << 17, /* what would hide the whole page */
    IS_SHEET = 1 << 18,
    IS_SHOWN = 1 << 19, /* has text that is shown, as few elements of SVG and MathML have */
    IS_TOLD = 1 << 20   /* what it says there is shown at the pointer, as a `title` */
};

/* Flags of an element. */
enum {
    IS_HIDDEN = 1,  /* has the attribute `hidden`, or `popover` */
    IS_COLORED = 2, /* has other attributes that bear on whether it can be read */
    IS_UNREAD = 4   /* neither is what it says read nor what is in it */
};

#define NO_STYLE (-1)

/* ELEMENTS of detector/markup.py. The first is the document. */
typedef struct {
    i32 tag, parent;
    i32 attributes, end; /* from behind its name up to the end of its start tag */
    i32 flags;
    i32 style; /* the number of its inline style, in order of appearance */
    i32 state; /* how it is read: set by read_states() */
    i32 block; /* the element that begins its block: set by read_states() */
} Element;

enum { ELEMENT, TEXT, RAW_TEXT, COMMENT, INSTRUCTION, NOTHING };

/* ITEMS of detector/markup.py: the nodes, in order. */
typedef struct {
    i32 kind;
    i32 element;    /* the element, or the one around it */
    i32 start, end; /* what it says */
} Item;

enum {
    WORDS, ASIDE, LEAD, VARIED, NAMED, INPUT, REMARK, PROGRAM, BARE, QUOTED, FRAGMENT, HUSHED, SHEET,
    STYLE, NAME, STATED, FRAMED
};

/* VALUES of detector/markup.py: what is read besides texts, in order. */
typedef struct {
    i32 kind, item;
    i32 element; /* that of the item */
    i32 start, end;
} Value;

/* Whether a byte is white space by itself. */
static inline bool is_space(u8 byte) {
    return byte == ' ' || (byte >= 9 && byte <= 13) || (byte >= 28 && byte <= 31);
}

/* Bytes of white space, in the sense of Python's str.split, at `at`; 0 where there is none. */
static inline i64 space_at(const u8 *at, const u8 *end) {
    u8 first = *at;
    if (first < 0x80)
        return is_space(first);
    if (first == 0xC2)
        return end - at > 1 && (at[1] == 0x85 || at[1] == 0xA0) ? 2 : 0;
    if (first < 0xE1 || first > 0xE3 || end - at < 3)
        return 0;
    u32 point = (u32)(first & 15) << 12 | (u32)(at[1] & 63) << 6 | (at[2] & 63);
    bool space = point == 0x1680 || (point >= 0x2000 && point <= 0x200A) || point == 0x2028 ||
                 point == 0x2029 || point == 0x202F || point == 0x205F || point == 0x3000;
    return space ? 3 : 0;
}

/* Likewise, of white space that ends before `end`. */
static inline i64 space_before(const u8 *start, const u8 *end) {
    for (i64 size = 1; size <= 3 && size <= end - start; size++)
        if (space_at(end - size, end) == size)
            return size;
    return 0;
}

/* The character references of a serialisation. */
typedef struct {
    const char *written;
    i64 size;
    const char *stands_for;
} Reference;

static const Reference REFERENCES[] = {
    {"&amp;", 5, "&"}, {"&nbsp;", 6, "\xC2\xA0"}, {"&lt;", 4, "<"},
    {"&gt;", 4, ">"},  {"&quot;", 6, "\""},
};

static inline const Reference *reference_at(const u8 *at, const u8 *end) {
    for (size_t k = 0; k < sizeof REFERENCES / sizeof *REFERENCES; k++) {
        const Reference *known = &REFERENCES[k];
        if (end - at >= known->size && !memcmp(at, known->written, (size_t)known->size))
            return known;
    }
    return NULL;
}

#endif
