/* Attributes of a scan: how elements look, what they say and where they lead. */
#include "scan.h"

/* Whether a text counts as words: wordy() of detector/scripts.py. */
static bool wordy(const u8 *start, const u8 *end) {
    for (const u8 *at = start; at + 1 < end; at++)
        if ((*at == '\\' && at[1] == 'u') || (*at == '%' && (at[1] | 32) == 'e'))
            return true;
    return beyond_ascii(start, end);
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

bool is_varied(Scan *scan, const u8 *start, const u8 *end) {
    if (end - start > scan->longest || beyond_ascii(start, end))
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
    if (numbered(scan, &scan->shapes, shape, last, &fresh) < 0)
        return false;
    if (fresh)
        scan->free_digitless = last;
    return !fresh;
}

/* Keep where an element leads: an absolute link, or one that has words in it. */
static void add_lead(Scan *scan, const u8 *start, const u8 *end) {
    bool absolute = found_text(start, end, "//", 2) < end, fresh;
    if (!absolute && !wordy(start, end))
        return;
    numbered(scan, &scan->leads, start, end, &fresh);
    if (fresh)
        add_value(scan, absolute && is_varied(scan, start, end) ? VARIED : LEAD, start, end);
}

void add_words(Scan *scan, const u8 *start, const u8 *end) {
    bool fresh;
    if (start == end)
        return;
    numbered(scan, &scan->words, start, end, &fresh);
    if (fresh)
        add_value(scan, WORDS, start, end);
}

i32 attribute_of(const u8 *name, i64 size) {
    static const struct {
        const char *name;
        i32 attribute;
    } KNOWN[] = {
        {"alt", ALT}, {"src", SRC}, {"href", HREF}, {"name", NAMED_BY}, {"type", ASKED_LATER},
        {"open", ASKED_LATER}, {"title", TITLED}, {"style", BY_STYLE}, {"value", VALUE},
        {"color", COLOR}, {"media", ASKED_LATER}, {"width", ASKED_LATER}, {"hidden", HIDDEN},
        {"height", ASKED_LATER}, {"srcdoc", SRCDOC}, {"content", CONTENT}, {"bgcolor", BGCOLOR},
        {"popover", HIDDEN}, {"property", PROPERTY}, {"itemprop", ITEM_PROPERTY},
        {"aria-label", LABEL}, {"background", BACKGROUND}, {"http-equiv", HEADER},
        {"xlink:href", HREF},
        {"placeholder", PLACEHOLDER}, {"scrollamount", ASKED_LATER},
    };
    static const u8 FIRST_OF_SIZE[] = {0, 0, 0, 0, 2, 6, 12, 15, 18, 20, 20, 24, 25, 26};
    if (size + 1 >= (i64)sizeof FIRST_OF_SIZE)
        return UNASKED;
    for (i32 k = FIRST_OF_SIZE[size]; k < FIRST_OF_SIZE[size + 1]; k++)
        if (*name == (u8)*KNOWN[k].name && !memcmp(name, KNOWN[k].name, (size_t)size))
            return KNOWN[k].attribute;
    return UNASKED;
}

/* Where a word ends that a text begins with in any case, as Python compares; NULL if it does not. */
static const u8 *behind_word(const u8 *at, const u8 *end, const char *word) {
    for (; *word; word++)
        if (at < end && (*at >= 'A' && *at <= 'Z' ? *at | 32 : *at) == (u8)*word)
            at++;
        else if (*word == 's' && begins(at, end, "\xC5\xBF", 2)) /* a long s */
            at += 2;
        else if (*word == 'k' && begins(at, end, "\xE2\x84\xAA", 3)) /* the sign of Kelvin */
            at += 3;
        else
            return NULL;
    return at;
}

/* Whether a text is one of some words. It may end in a line feed. */
static bool is_one_of(const u8 *at, const u8 *end, const char *const *words, size_t count) {
    for (size_t k = 0; k < count; k++) {
        const u8 *stop = behind_word(at, end, words[k]);
        if (stop && (stop == end || (stop + 1 == end && *stop == '\n')))
            return true;
    }
    return false;
}

/* Whether a `meta` element of this name is read: META_NAMES of detector/values.py. */
static bool is_read_name(const u8 *at, const u8 *end) {
    static const char *const WHOLE[] = {"description", "keywords", "abstract", "subject",
                                        "application-name", "apple-mobile-web-app-title",
                                        "title", "news_keywords"};
    static const char *const FIRST[] = {"og", "twitter", "article", "dc"};
    static const char *const LAST[] = {"title", "description", "site_name",
                                       "tag",   "section",     "subject"};
    for (size_t k = 0; k < sizeof FIRST / sizeof *FIRST; k++) {
        const u8 *stop = behind_word(at, end, FIRST[k]);
        if (stop && stop < end && (*stop == ':' || *stop == '.') &&
            is_one_of(stop + 1, end, LAST, sizeof LAST / sizeof *LAST))
            return true;
    }
    return is_one_of(at, end, WHOLE, sizeof WHOLE / sizeof *WHOLE);
}

/* Likewise, of one that is a property of an item. */
static bool is_read_property(const u8 *at, const u8 *end) {
    static const char *const WHOLE[] = {"name", "headline", "description"};
    return is_one_of(at, end, WHOLE, sizeof WHOLE / sizeof *WHOLE);
}

/* Where a page goes on to by itself, as a `meta` element says: `end` if nowhere. */
static const u8 *next_page(const u8 *at, const u8 *end) {
    for (; at < end; at++)
        if (is_any(at, "u") && end - at > 4 && is_any(at + 1, "r") && is_any(at + 2, "l")) {
            for (at += 3; at < end && is_space(*at);)
                at++;
            if (at == end || *at++ != '=')
                continue;
            while (at < end && (is_space(*at) || *at == '\''))
                at++;
            return at;
        }
    return end;
}

/* Number an inline style. */
static i32 style_of(Scan *scan, const u8 *start, const u8 *end) {
    bool fresh;
    if (start == end)
        return NO_STYLE;
    i32 number = numbered(scan, &scan->styles, start, end, &fresh);
    if (fresh)
        add_value(scan, STYLE, start, end);
    return number < 0 ? NO_STYLE : number; /* without memory nothing is read at all */
}

/* Read an attribute of `element`. */
static void read_attribute(Scan *scan, Element *element, i32 traits, Attributes *attributes,
                           i32 attribute, const u8 *value, const u8 *end) {
    if (attribute < LOOKS) {
        attributes->given |= 1u << attribute;
        attributes->start[attribute] = value;
        attributes->end[attribute] = end;
    } else if (attribute == BY_STYLE)
        element->style = style_of(scan, value, end);
    else if (attribute == HIDDEN)
        element->flags |= IS_HIDDEN;
    else if (traits & (attribute == COLOR ? IS_FONT : IS_STYLED))
        element->flags |= IS_COLORED;
}

const u8 *read_attributes(Scan *scan, const u8 *at, Element *element, i32 traits,
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
        if (attribute < ASKED_LATER)
            read_attribute(scan, element, traits, attributes, attribute, value, stop);
        at = stop < end ? stop + 1 : end;
    }
    return at;
}

void add_attributes(Scan *scan, i32 traits, const Attributes *attributes) {
    const u8 *const *start = attributes->start, *const *end = attributes->end;
    if (traits & IS_META) {
        i32 by = is_given(attributes, NAMED_BY) && start[NAMED_BY] < end[NAMED_BY] ? NAMED_BY
                                                                                   : PROPERTY;
        if (!is_given(attributes, CONTENT) || start[CONTENT] == end[CONTENT])
            return;
        if (is_given(attributes, by) ? is_read_name(start[by], end[by])
                                     : is_given(attributes, ITEM_PROPERTY) &&
                                           is_read_property(start[ITEM_PROPERTY],
                                                            end[ITEM_PROPERTY]))
            add_value(scan, NAMED, start[CONTENT], end[CONTENT]);
        else if (is_given(attributes, HEADER) &&
                 behind_word(start[HEADER], end[HEADER], "refresh") == end[HEADER]) {
            const u8 *next = next_page(start[CONTENT], end[CONTENT]);
            if (next < end[CONTENT])
                add_lead(scan, next, found(next, end[CONTENT], '\''));
        }
        return;
    }
    bool telling = false;
    for (i32 k = ALT; k <= LABEL; k++)
        if (is_given(attributes, k)) {
            telling = true;
            add_words(scan, start[k], end[k]);
        }
    const Element *element = &scan->elements[scan->element_count - 1];
    telling |= element->style != NO_STYLE || element->flags & (IS_HIDDEN | IS_COLORED);
    telling |= (traits & LEADS_BY_HREF && is_given(attributes, HREF)) ||
               (traits & LEADS_BY_SRC && is_given(attributes, SRC));
    if (traits & IS_LINK && telling) {
        i32 by = is_given(attributes, HREF) && start[HREF] < end[HREF] ? HREF : SRC;
        if (is_given(attributes, by) && start[by] < end[by])
            add_lead(scan, start[by], end[by]);
    }
    if (traits & LEADS_BY_SRC && is_given(attributes, SRCDOC) && start[SRCDOC] < end[SRCDOC])
        add_value(scan, FRAMED, start[SRCDOC], end[SRCDOC]);
    else if (traits & IS_INPUT && is_given(attributes, VALUE) &&
               beyond_ascii(start[VALUE], end[VALUE]))
        add_value(scan, INPUT, start[VALUE], end[VALUE]);
}
