/* One pass over a serialised document (see detector/markup.py).
 *
 * The serialisation is regular: attributes are ` name="value"`, all but void elements are closed, `<`
 * and `>` are escaped in texts. What is regular no more is said to be UNSAFE, and nothing in the
 * source makes the scan leave it or go back.
 */
#include "scan.h"

/* Results of scan_markup(). */
#define UNSAFE 1
#define CUT 2

#define NOWHERE (-1)
#define LEAST_NAME 4 /* bytes of the name of a tag, mostly, and of what parts it from the next */

static inline bool is_read(const Scan *scan) {
    return !scan->inert && !(scan->elements[scan->open[scan->depth].element].flags & IS_UNREAD);
}

/* Whether texts and comments of the innermost open element are read: drawings have theirs in elements
 * of their own. */
static inline bool is_text_read(const Scan *scan) {
    return is_read(scan) && !(traits_of(scan, scan->open[scan->depth].tag) & IS_FOREIGN);
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
    else if (traits & IS_TOLD && around->foreign)
        add_words(scan, start, end);
    if (counted(scan) && is_text_read(scan)) {
        add_item(scan, kind, around->element, start, end);
        if (traits & LEADS_BY_SRC || (scan->hushed && has_markup(kind, start, end)))
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
    if (counted(scan) && is_text_read(scan))
        add_comment(scan, start, stop);
    return stop < scan->end ? stop + 3 : stop;
}

/* Pass over a doctype or a processing instruction. */
static const u8 *scan_instruction(Scan *scan, const u8 *at) {
    const u8 *stop = found(at, scan->end, '>');
    if (counted(scan) && is_text_read(scan))
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
static Element *add_element(Scan *scan, const Open *opened, i32 traits, const u8 *attributes) {
    bool said = opened->read && (traits & ACTION) < SKIP && !(opened->foreign && traits & IS_TOLD);
    if (opened->read)
        add_item(scan, ELEMENT, (i32)scan->element_count, attributes, attributes);
    Element *element = &scan->elements[scan->element_count++];
    *element = (Element){.tag = opened->tag,
                         .parent = scan->open[scan->depth].element,
                         .attributes = place(scan, attributes),
                         .flags = said ? 0 : IS_UNREAD,
                         .style = NO_STYLE};
    if (traits & MAY_HIDE)
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

/* The number of a tag, -1 where there is no memory. */
static i32 tag_of(Scan *scan, const u8 *name, const u8 *stop) {
    bool fresh;
    i32 tag = short_number(&scan->shortcuts, name, stop - name);
    if (tag >= 0)
        return tag;
    tag = numbered(scan, &scan->tags, name, stop, &fresh);
    if (fresh)
        add_value(scan, NAME, name, stop);
    keep_number(&scan->shortcuts, name, stop - name, tag);
    return tag;
}

static const u8 *scan_start_tag(Scan *scan, const u8 *at) {
    const u8 *name = at + 1, *end = scan->end, *stop = name;
    while (stop < end && *stop != ' ' && *stop != '>')
        stop++;
    if (!counted(scan))
        return end;
    i32 tag = tag_of(scan, name, stop);
    if (tag < 0)
        return end;
    i32 traits = traits_of(scan, tag);
    bool within = in_foreign(scan);
    Open opened = {.name = name, .size = stop - name, .tag = tag,
                   .element = scan->open[scan->depth].element,
                   .foreign = within || traits & IS_FOREIGN,
                   .read = within ? !scan->inert && traits & IS_SHOWN : is_read(scan)};
    Element *element = NULL;
    Attributes attributes;
    attributes.given = 0;
    if (!scan->inert) {
        opened.element = (i32)scan->element_count;
        element = add_element(scan, &opened, traits, stop);
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
    scan->starved = !make_room(&scan->tags, size / LEAST_NAME);
    while (names < end && !scan->starved) {
        const u8 *stop = found(names, end, '\n');
        numbered(scan, &scan->tags, names, stop, &fresh);
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
 * `most`. `counts` is told how many there are of each, and by bits which kinds of values. Return 0, or
 * UNSAFE where the structure cannot be relied upon, plus CUT where there are more nodes than `most`.
 */
EXPORT i64 scan_markup(const u8 *source, i64 n, i64 tags, const u8 *names, i64 names_size,
                       const i32 *traits, i64 escaped, i64 most, i64 script, i64 longest, u64 seed,
                       Element *elements, Item *items, Value *values, i64 *counts) {
    Slices empty = {NULL, 0, 0, seed};
    Scan scan = {.source = source, .end = source + n, .traits = traits, .escaped = escaped,
                 .most = most, .script = script, .longest = longest, .tags = empty, .styles = empty, .words = empty, .leads = empty,
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
    counts[3] = 0;
    for (i64 v = 0; v < scan.value_count; v++)
        counts[3] |= (i64)1 << values[v].kind;
    return scan.starved ? -1 : (scan.unsafe ? UNSAFE : 0) + (scan.cut ? CUT : 0);
}
