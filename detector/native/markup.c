/* One pass over a serialised document (see detector/markup.py).
 *
 * The serialisation is regular: attributes are ` name="value"`, all but void elements are closed, `<`
 * and `>` are escaped in texts. What is regular no more is said to be UNSAFE, and nothing in the
 * source makes the scan leave it or go back.
 */
#include "markup.h"
#include "slices.h"

/* Results of scan_markup(). */
#define UNSAFE 1
#define CUT 2

#define NOWHERE (-1)
#define LONGEST_COMPARED 500 /* bytes of a link's target: no longer than is read of any */

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
    Slices tags, styles, words, leads, shapes;
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

static const u8 *found(const u8 *at, const u8 *end, u8 byte) {
    const u8 *hit = at < end ? memchr(at, byte, (size_t)(end - at)) : NULL;
    return hit ? hit : end;
}

static const u8 *found_text(const u8 *at, const u8 *end, const char *text, i64 size) {
    for (at = found(at, end, (u8)*text); at < end; at = found(at + 1, end, (u8)*text))
        if (begins(at, end, text, size))
            return at;
    return end;
}

static inline i32 traits_of(const Scan *scan, i32 tag) {
    return tag >= 0 && tag < scan->known ? scan->traits[tag] : BLOCK;
}

static inline bool is_read(const Scan *scan) {
    return !scan->inert && !(scan->elements[scan->open[scan->depth].element].flags & IS_UNREAD);
}

/* Count a node; say whether it is one too many. */
static bool counted(Scan *scan) {
    if (scan->inert)
        return true;
    if (scan->nodes >= scan->most) {
        scan->cut = true;
        return false;
    }
    scan->nodes++;
    return true;
}

static void add_item(Scan *scan, i32 kind, i32 element, const u8 *start, const u8 *end) {
    scan->items[scan->item_count++] =
        (Item){kind, element, place(scan, start), place(scan, end)};
}

/* Keep a value of the last item. */
static void add_value(Scan *scan, i32 kind, const u8 *start, const u8 *end) {
    i32 item = (i32)scan->item_count - 1;
    scan->values[scan->value_count++] =
        (Value){kind, item, item < 0 ? 0 : scan->items[item].element, place(scan, start),
                place(scan, end)};
}

/* Whether a text has characters beyond ASCII, plain or as a reference. */
static bool beyond_ascii(const u8 *start, const u8 *end) {
    for (const u8 *at = start; at < end; at++)
        if (*at >= 0x80)
            return true;
    return found_text(start, end, "&nbsp;", 6) < end;
}

/* Whether a text counts as words: wordy() of detector/scripts.py. */
static bool wordy(const u8 *start, const u8 *end) {
    for (const u8 *at = start; at + 1 < end; at++)
        if ((*at == '\\' && at[1] == 'u') || (*at == '%' && (at[1] | 32) == 'e'))
            return true;
    return beyond_ascii(start, end);
}

static inline bool is_space(u8 byte) {
    return byte == ' ' || (byte >= 9 && byte <= 13) || (byte >= 28 && byte <= 31);
}

static inline bool is_any(const u8 *at, const char *letter) {
    return (*at | 32) == (u8)*letter;
}

/* Where the host of an absolute link begins, as URL of detector/scripts.py finds it; `end` where it
 * is none. */
static const u8 *host_of(const u8 *at, const u8 *end) {
    while (at < end && is_space(*at))
        at++;
    if (end - at > 5 && is_any(at, "h") && is_any(at + 1, "t") && is_any(at + 2, "t") &&
        is_any(at + 3, "p")) {
        at += 4;
        at += is_any(at, "s");
        if (at == end || *at++ != ':')
            return end;
    }
    return begins(at, end, "//", 2) ? at + 2 : end;
}

/* Say whether an earlier link has a target of this host that differs from this one in digits only. Of
 * targets that are not plain ASCII, or long, this is not asked. */
static bool is_varied(Scan *scan, const u8 *start, const u8 *end) {
    if (end - start > LONGEST_COMPARED || beyond_ascii(start, end))
        return false;
    const u8 *host = host_of(start, end), *rest = host;
    while (rest < end && *rest != '/' && *rest != '?' && *rest != '#' && *rest != '\\' &&
           !is_space(*rest))
        rest++;
    const u8 *stop = rest;
    while (stop < end && !is_space(*stop))
        stop++;
    if (rest == host || stop - rest < 2) /* a host alone is left out for what it is */
        return false;
    u8 *shape = scan->free_digitless, *last = shape;
    for (const u8 *at = host; at < stop; at++)
        if (at < rest || *at < '0' || *at > '9')
            *last++ = *at;
    bool fresh;
    if (!slice_of(&scan->shapes, shape, last - shape, &fresh)) {
        scan->starved = true;
        return false;
    }
    if (fresh)
        scan->free_digitless = last;
    return !fresh;
}

/* Keep where an element leads: an absolute link, or one that has words in it. */
static void add_lead(Scan *scan, const u8 *start, const u8 *end) {
    bool absolute = found_text(start, end, "//", 2) < end, fresh;
    if (!absolute && !wordy(start, end))
        return;
    if (!slice_of(&scan->leads, start, end - start, &fresh))
        scan->starved = true;
    else if (fresh)
        add_value(scan, absolute && is_varied(scan, start, end) ? VARIED : LEAD, start, end);
}

/* Keep a link of a script. References are none there: only what has none is compared with others. */
static void add_quoted(Scan *scan, const u8 *start, const u8 *end) {
    bool fresh = true;
    if (found(start, end, '&') < end)
        add_value(scan, QUOTED, start, end);
    else if (!slice_of(&scan->leads, start, end - start, &fresh))
        scan->starved = true;
    else if (fresh)
        add_value(scan, is_varied(scan, start, end) ? VARIED : QUOTED, start, end);
}

static bool ends_in_scheme(const u8 *start, const u8 *end, const u8 **scheme) {
    for (i64 size = 5; size <= 6; size++)
        if (end - start > size && end[-1] == ':' && is_any(end - size, "h") &&
            is_any(end - size + 1, "t") && is_any(end - size + 2, "t") &&
            is_any(end - size + 3, "p") && (size == 5 || is_any(end - 2, "s"))) {
            *scheme = end - size;
            return true;
        }
    return false;
}

static inline bool is_quote(u8 byte) { return byte == '"' || byte == '\'' || byte == '`'; }

static inline bool is_of_link(u8 byte) {
    return !is_quote(byte) && !is_space(byte) && byte != '\\' && byte != '<' && byte != '>';
}

/* Keep the links at the beginning of string literals: URL_LITERAL of detector/scripts.py. */
static void add_links(Scan *scan, const u8 *start, const u8 *end) {
    for (const u8 *at = found_text(start, end, "//", 2); at < end;
         at = found_text(at, end, "//", 2)) {
        const u8 *stop = at + 2, *from = at;
        while (stop < end && is_of_link(*stop))
            stop++;
        if (stop == at + 2) {
            at++;
            continue;
        }
        ends_in_scheme(start, at, &from);
        if (from > start && is_quote(from[-1]))
            add_quoted(scan, from, stop);
        at = stop;
    }
}

/* Whether a script has nothing to read but links: it is ASCII, and neither markup nor data nor what
 * stands for other characters is in it. */
static bool is_bare(const u8 *start, const u8 *end) {
    static const char *const CODES[] = {"fromCharCode", "unescape(", "decodeURI", "atob("};
    const u8 *first = start;
    while (first < end && is_space(*first))
        first++;
    if (first < end && (*first == '{' || *first == '['))
        return false;
    for (const u8 *at = start; at < end; at++) {
        u8 next = at + 1 < end ? at[1] : 0;
        if (*at >= 0x80 || (*at == '\\' && next == 'u') || (*at == '%' && (next | 32) == 'e') ||
            (*at == '<' && (next | 32) == 'a'))
            return false;
        if (*at == 'f' || *at == 'u' || *at == 'd' || *at == 'a')
            for (size_t k = 0; k < sizeof CODES / sizeof *CODES; k++)
                if (begins(at, end, CODES[k], (i64)strlen(CODES[k])))
                    return false;
    }
    return true;
}

/* Keep a script: as a whole where there is more to it than links, or it may be too long. */
static void add_program(Scan *scan, const u8 *start, const u8 *end) {
    bool bare = !scan->escaped && end - start <= scan->script && is_bare(start, end);
    scan->script -= end - start;
    add_value(scan, bare ? BARE : PROGRAM, start, end);
    if (bare)
        add_links(scan, start, end);
}

static void add_words(Scan *scan, const u8 *start, const u8 *end) {
    bool fresh;
    if (start == end)
        return;
    if (!slice_of(&scan->words, start, end - start, &fresh))
        scan->starved = true;
    else if (fresh)
        add_value(scan, WORDS, start, end);
}

/* Attributes that are asked for, shortest name first. Values are kept of those before LOOKS. */
enum {
    ALT, TITLED, PLACEHOLDER, LABEL, HREF, SRC, CONTENT, VALUE, LOOKS, BY_STYLE = LOOKS, HIDDEN, COLOR,
    BGCOLOR, BACKGROUND, UNASKED
};

typedef struct {
    const u8 *start[LOOKS], *end[LOOKS];
} Attributes;

static i32 attribute_of(const u8 *name, i64 size) {
    static const struct {
        const char *name;
        i32 attribute;
    } KNOWN[] = {
        {"alt", ALT}, {"src", SRC}, {"href", HREF}, {"title", TITLED}, {"style", BY_STYLE},
        {"value", VALUE}, {"color", COLOR}, {"hidden", HIDDEN}, {"content", CONTENT},
        {"bgcolor", BGCOLOR}, {"aria-label", LABEL}, {"background", BACKGROUND},
        {"placeholder", PLACEHOLDER},
    };
    static const u8 FIRST_OF_SIZE[] = {0, 0, 0, 0, 2, 3, 7, 8, 10, 10, 10, 12, 13};
    if (size + 1 >= (i64)sizeof FIRST_OF_SIZE)
        return UNASKED;
    for (i32 k = FIRST_OF_SIZE[size]; k < FIRST_OF_SIZE[size + 1]; k++)
        if (!memcmp(name, KNOWN[k].name, (size_t)size))
            return KNOWN[k].attribute;
    return UNASKED;
}

/* Number an inline style. */
static i32 style_of(Scan *scan, const u8 *start, const u8 *end) {
    bool fresh;
    if (start == end)
        return NO_STYLE;
    const Slice *style = slice_of(&scan->styles, start, end - start, &fresh);
    if (!style) {
        scan->starved = true;
        return NO_STYLE;
    }
    if (fresh)
        add_value(scan, STYLE, start, end);
    return style->number;
}

/* Read an attribute of `element`. */
static void read_attribute(Scan *scan, Element *element, i32 traits, Attributes *attributes,
                           i32 attribute, const u8 *value, const u8 *end) {
    if (attribute < LOOKS) {
        attributes->start[attribute] = value;
        attributes->end[attribute] = end;
    } else if (attribute == BY_STYLE)
        element->style = style_of(scan, value, end);
    else if (attribute == HIDDEN)
        element->flags |= IS_HIDDEN;
    else if (traits & (attribute == COLOR ? IS_FONT : IS_STYLED))
        element->flags |= IS_COLORED;
}

/* Read what stands between a tag's name and its end; return where that is. */
static const u8 *read_attributes(Scan *scan, const u8 *at, Element *element, i32 traits,
                                 Attributes *attributes) {
    const u8 *end = scan->end;
    while (at < end && *at != '>') {
        if (*at++ != ' ')
            continue;
        const u8 *name = at;
        if (at < end && *at != '>') /* a name may begin with the sign of equality */
            at++;
        while (at < end && *at != '=' && *at != '>')
            at++;
        if (!begins(at, end, "=\"", 2))
            continue;
        const u8 *value = at + 2, *stop = found(value, end, '"');
        i32 attribute = element ? attribute_of(name, at - name) : UNASKED;
        if (attribute != UNASKED)
            read_attribute(scan, element, traits, attributes, attribute, value, stop);
        at = stop < end ? stop + 1 : end;
    }
    return at;
}

/* Keep what the attributes of the last element say that is read. */
static void add_attributes(Scan *scan, i32 traits, const Attributes *attributes) {
    const u8 *const *start = attributes->start, *const *end = attributes->end;
    if (traits & IS_META) {
        if (start[CONTENT] < end[CONTENT])
            add_value(scan, NAMED, start[CONTENT], end[CONTENT]);
        return;
    }
    bool telling = false;
    for (i32 k = ALT; k <= LABEL; k++)
        if (start[k]) {
            telling = true;
            add_words(scan, start[k], end[k]);
        }
    const Element *element = &scan->elements[scan->element_count - 1];
    telling |= element->style != NO_STYLE || element->flags & (IS_HIDDEN | IS_COLORED);
    telling |= (traits & LEADS_BY_HREF && start[HREF]) || (traits & LEADS_BY_SRC && start[SRC]);
    if (traits & IS_LINK && telling) {
        i32 by = start[HREF] < end[HREF] ? HREF : SRC;
        if (start[by] < end[by])
            add_lead(scan, start[by], end[by]);
    } else if (traits & IS_INPUT && start[VALUE] && beyond_ascii(start[VALUE], end[VALUE]))
        add_value(scan, INPUT, start[VALUE], end[VALUE]);
}

/* Where the end tag of a script begins, `end` where there is none. Between `<!--` and `-->`, a script
 * inside has an end tag of its own ("script data double escaped state"). */
static const u8 *script_end(const u8 *at, const u8 *end) {
    enum { PLAIN, ESCAPED, DOUBLE } state = PLAIN;
    while (at < end) {
        if (state == PLAIN)
            at = found(at, end, '<');
        if (begins(at, end, "-->", 3)) {
            state = PLAIN;
            at += 3;
            continue;
        }
        if (state == PLAIN && begins(at, end, "<!--", 4)) {
            state = ESCAPED;
            at += 2; /* `<!-->` ends it at once */
            continue;
        }
        bool closing = begins(at, end, "</", 2);
        const u8 *name = at + 1 + closing;
        if (at < end && *at == '<' && end - name > 6 && is_any(name, "s") && is_any(name + 1, "c") &&
            is_any(name + 2, "r") && is_any(name + 3, "i") && is_any(name + 4, "p") &&
            is_any(name + 5, "t") &&
            (name[6] == '>' || name[6] == '/' || name[6] == ' ' || (name[6] >= 9 && name[6] <= 13))) {
            if (closing && state != DOUBLE)
                return at;
            if (state != PLAIN)
                state = closing ? ESCAPED : DOUBLE;
        }
        at++;
    }
    return end;
}

/* Where the end tag of the raw text that begins at `at` begins. `name` is that of its element. */
static const u8 *raw_end(Scan *scan, const u8 *at, const u8 *name, i64 size, i32 traits) {
    const u8 *end = scan->end, *stop = at;
    if ((traits & ACTION) == SCRIPT)
        stop = script_end(at, end);
    else
        for (stop = found(at, end, '<'); stop < end; stop = found(stop + 1, end, '<'))
            if (begins(stop, end, "</", 2) && end - stop > size + 2 &&
                !memcmp(stop + 2, name, (size_t)size) && stop[size + 2] == '>')
                break;
    /* What is escaped in SVG elsewhere is not in these, and may look like an end tag there. */
    if (stop == end || traits & IS_PLAINTEXT || (scan->foreign && found(at, stop, '<') < stop))
        scan->unsafe = true;
    return stop;
}

static bool has_markup(i32 kind, const u8 *start, const u8 *end) {
    return kind == RAW_TEXT ? found(start, end, '<') < end
                            : found_text(start, end, "&lt;", 4) < end;
}

/* Keep a text of the innermost open element. */
static void add_text(Scan *scan, i32 kind, const u8 *start, const u8 *end) {
    const Open *around = &scan->open[scan->depth];
    if (start == end || scan->inert)
        return;
    i32 traits = traits_of(scan, around->tag); /* of an element that this is part of */
    if ((traits & ACTION) == SCRIPT && around->read)
        add_program(scan, start, end);
    else if (traits & IS_SHEET)
        scan->values[scan->value_count++] =
            (Value){SHEET, (i32)scan->item_count - 1, around->element, place(scan, start),
                    place(scan, end)};
    if (counted(scan) && is_read(scan)) {
        add_item(scan, kind, around->element, start, end);
        if (scan->hushed && has_markup(kind, start, end))
            add_value(scan, HUSHED, start, end);
    }
}

/* Keep what a comment says, without the white space around it. */
static void add_comment(Scan *scan, const u8 *start, const u8 *end) {
    i64 size;
    add_item(scan, COMMENT, scan->open[scan->depth].element, start, end);
    while (start < end && (size = space_at(start, end)))
        start += size;
    while (start < end && (size = space_before(start, end)))
        end -= size;
    if (end - start > 1) {
        bool markup = begins(start, end, "[if ", 4) || found(start, end, '<') < end;
        add_value(scan, markup ? REMARK : ASIDE, start, end);
    }
}

static const u8 *scan_comment(Scan *scan, const u8 *at) {
    const u8 *start = at + 4, *stop = found_text(start, scan->end, "-->", 3);
    if (counted(scan) && is_read(scan))
        add_comment(scan, start, stop);
    return stop < scan->end ? stop + 3 : stop;
}

/* Pass over a doctype or a processing instruction. */
static const u8 *scan_instruction(Scan *scan, const u8 *at) {
    const u8 *stop = found(at, scan->end, '>');
    if (counted(scan) && is_read(scan))
        add_item(scan, INSTRUCTION, scan->open[scan->depth].element, at, stop);
    return stop < scan->end ? stop + 1 : stop;
}

/* Close the innermost element, if `name` is its own. */
static const u8 *scan_end_tag(Scan *scan, const u8 *at) {
    const u8 *name = at + 2, *stop = found(name, scan->end, '>');
    const Open *last = &scan->open[scan->depth];
    if (scan->depth && stop - name == last->size && !memcmp(name, last->name, (size_t)last->size)) {
        i32 traits = traits_of(scan, last->tag);
        scan->foreign -= (traits & IS_FOREIGN) != 0;
        scan->hushed -= (traits & ACTION) == NOSCRIPT;
        if (scan->inert == scan->depth && scan->fragment != NOWHERE)
            scan->values[scan->value_count++] =
                (Value){FRAGMENT, scan->fragment, scan->items[scan->fragment].element,
                        place(scan, scan->content), place(scan, at)};
        if (scan->inert == scan->depth)
            scan->inert = 0;
        scan->depth--;
    } else {
        const Slice *tag = known_slice(&scan->tags, name, stop - name);
        if (!tag || !(traits_of(scan, (i32)tag->number) & IS_VOID))
            scan->unsafe = true; /* void elements of SVG are closed */
    }
    return stop < scan->end ? stop + 1 : stop;
}

/* Add an element to the last one open. */
static Element *add_element(Scan *scan, i32 tag, i32 traits, const u8 *attributes) {
    const Element *around = &scan->elements[scan->open[scan->depth].element];
    bool unread = around->flags & IS_UNREAD;
    if (!unread)
        add_item(scan, ELEMENT, (i32)scan->element_count, attributes, attributes);
    Element *element = &scan->elements[scan->element_count++];
    *element = (Element){.tag = tag,
                         .parent = scan->open[scan->depth].element,
                         .attributes = place(scan, attributes),
                         .flags = unread || (traits & ACTION) >= SKIP ? IS_UNREAD : 0,
                         .style = NO_STYLE};
    if (traits & IS_MARQUEE)
        element->flags |= IS_COLORED;
    return element;
}

/* Whether the children of the innermost open element are of SVG or MathML. */
static inline bool in_foreign(const Scan *scan) {
    const Open *last = &scan->open[scan->depth];
    return last->foreign && !(traits_of(scan, last->tag) & IS_PASSAGE);
}

/* Begin an element whose start tag ends before `at`; return where to go on. */
static const u8 *open_element(Scan *scan, const u8 *at, Open opened) {
    i32 traits = traits_of(scan, opened.tag);
    scan->open[++scan->depth] = opened;
    scan->foreign += (traits & IS_FOREIGN) != 0;
    scan->hushed += (traits & ACTION) == NOSCRIPT;
    if ((traits & ACTION) == TEMPLATE && !opened.foreign && !scan->inert) {
        scan->inert = scan->depth;
        scan->content = at;
        scan->fragment = opened.read ? (i32)scan->item_count - 1 : NOWHERE;
    }
    if (!(traits & IS_RAW) || scan->escaped)
        return at;
    const u8 *stop = raw_end(scan, at, opened.name, opened.size, traits);
    add_text(scan, RAW_TEXT, at, stop);
    return stop;
}

static const u8 *scan_start_tag(Scan *scan, const u8 *at) {
    const u8 *name = at + 1, *end = scan->end, *stop = name;
    while (stop < end && *stop != ' ' && *stop != '>')
        stop++;
    if (!counted(scan))
        return end;
    bool fresh;
    const Slice *slice = slice_of(&scan->tags, name, stop - name, &fresh);
    if (!slice) {
        scan->starved = true;
        return end;
    }
    if (fresh)
        add_value(scan, NAME, name, stop);
    i32 tag = (i32)slice->number, traits = traits_of(scan, tag);
    Open opened = {.name = name, .size = stop - name, .tag = tag,
                   .element = scan->open[scan->depth].element,
                   .foreign = traits & IS_FOREIGN || in_foreign(scan), .read = is_read(scan)};
    Element *element = NULL;
    Attributes attributes = {0};
    if (!scan->inert) {
        opened.element = (i32)scan->element_count;
        element = add_element(scan, tag, traits, stop);
    }
    if (opened.read && (traits & ACTION) < SKIP) {
        stop = read_attributes(scan, stop, element, traits, &attributes);
        add_attributes(scan, traits, &attributes);
    } else
        stop = read_attributes(scan, stop, NULL, traits, NULL);
    if (element)
        element->end = place(scan, stop);
    stop += stop < end;
    return traits & IS_VOID ? stop : open_element(scan, stop, opened);
}

static const u8 *scan_node(Scan *scan, const u8 *at) {
    const u8 *end = scan->end;
    if (*at != '<') {
        const u8 *stop = found(at, end, '<');
        add_text(scan, TEXT, at, stop);
        return stop;
    }
    if (begins(at, end, "<!--", 4))
        return scan_comment(scan, at);
    if (begins(at, end, "</", 2))
        return scan_end_tag(scan, at);
    return begins(at, end, "<!", 2) || begins(at, end, "<?", 2) ? scan_instruction(scan, at)
                                                                : scan_start_tag(scan, at);
}

/* Number the tags known, whose names stand one a line. */
static void know_tags(Scan *scan, const u8 *names, i64 size) {
    const u8 *end = names + size;
    bool fresh;
    while (names < end && !scan->starved) {
        const u8 *stop = found(names, end, '\n');
        scan->starved = !slice_of(&scan->tags, names, stop - names, &fresh);
        names = stop + 1;
    }
    scan->known = scan->tags.count;
}

/* Count what a source has, or what looks like it: counts[0] tags, counts[1] end tags among them,
 * counts[2] double slashes. */
EXPORT i64 count_marks(const u8 *source, i64 n, i64 *counts) {
    i64 tags = n && source[n - 1] == '<', ends = 0, slashes = 0;
    for (i64 i = 0; i + 1 < n;) {
        u8 some = 0, some_ends = 0, some_slashes = 0; /* so that many are counted at a time */
        for (i64 stop = least_of(n - 1, i + 255); i < stop; i++) {
            some += source[i] == '<';
            some_ends += (source[i] == '<') & (source[i + 1] == '/');
            some_slashes += (source[i] == '/') & (source[i + 1] == '/');
        }
        tags += some;
        ends += some_ends;
        slashes += some_slashes;
    }
    counts[0] = tags;
    counts[1] = ends;
    counts[2] = slashes;
    return 0;
}

/* Scan the `n` bytes of a serialisation. There is room for k + 1 elements, 2k + 2 items and
 * 8k + t + s + 16 values where it has t tags and s double slashes, and k is the least of t and
 * `most`. `counts` is told how many there are of each. Return 0, or UNSAFE where the structure
 * cannot be relied upon, plus CUT where there are more nodes than `most`.
 */
EXPORT i64 scan_markup(const u8 *source, i64 n, i64 tags, const u8 *names, i64 names_size,
                       const i32 *traits, i64 escaped, i64 most, i64 script, u64 seed,
                       Element *elements, Item *items, Value *values, i64 *counts) {
    Slices empty = {NULL, 0, 0, seed};
    Scan scan = {.source = source, .end = source + n, .traits = traits, .escaped = escaped,
                 .most = most, .script = script, .tags = empty, .styles = empty, .words = empty, .leads = empty,
                 .shapes = empty, .elements = elements, .items = items, .values = values,
                 .element_count = 1, .nodes = 1};
    elements[0] = (Element){.tag = -1, .parent = -1, .style = NO_STYLE};
    u8 *digitless = scan.free_digitless = malloc((size_t)n + 1);
    scan.open = malloc((size_t)(tags + 2) * sizeof(Open));
    scan.starved = !digitless || !scan.open;
    if (!scan.starved) {
        scan.open[0] = (Open){.tag = -1, .read = true};
        know_tags(&scan, names, names_size);
    }
    for (const u8 *at = source; at < scan.end && !scan.cut && !scan.starved;)
        at = scan_node(&scan, at);
    scan.unsafe |= scan.depth && !scan.cut;
    Slices *all[] = {&scan.tags, &scan.styles, &scan.words, &scan.leads, &scan.shapes};
    for (size_t k = 0; k < sizeof all / sizeof *all; k++)
        free(all[k]->slots);
    free(scan.open);
    free(digitless);
    counts[0] = scan.element_count;
    counts[1] = scan.item_count;
    counts[2] = scan.value_count;
    return scan.starved ? -1 : (scan.unsafe ? UNSAFE : 0) + (scan.cut ? CUT : 0);
}
