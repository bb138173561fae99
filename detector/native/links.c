/* Where the links of a page lead (see detector/links.py).
 *
 * A page's links are mostly to its own host, and differ in a number: a host that was named is left
 * out, and a path that differs from an earlier one of its host in digits only is not read.
 */
#include "scan.h"
#include "told.h"

/* GIVEN of detector/links.py: what Python has read in a value, a text or a link. */
typedef struct {
    i32 value, item, place, points;
    i32 link;
} Given;

typedef struct {
    Slices read, hosts; /* targets and their shapes without digits; hosts named */
    u8 *store;          /* room for what is remembered and stands nowhere else */
    i64 left, longest;  /* links that may still be read, code points of one */
    Told *told;
    i64 count;
    u8 *out;
    i64 size;
    i32 *coded; /* numbers of those told whose hosts are in Punycode, and still are */
    i64 coded_count;
    i64 given;           /* so far */
    i64 cut, cut_behind; /* the item at which there were too many, or -1; what was given before */
    bool starved;
} Links;

static i64 points_of(const u8 *at, const u8 *end) {
    i64 points = 0;
    for (; at < end; at++)
        points += (*at & 0xC0) != 0x80;
    return points;
}

/* Where the first `points` code points end. */
static const u8 *cut_at(const u8 *at, const u8 *end, i64 points) {
    if (end - at <= points)
        return end;
    for (; points > 0 && at < end; points--)
        at += point_size(at, end);
    return at;
}

/* Whether a text counts as words: wordy() of detector/scripts.py. */
static bool wordy(const u8 *start, const u8 *end) {
    for (const u8 *at = start; at < end; at++) {
        u8 next = at + 1 < end ? at[1] : 0;
        if (*at >= 0x80 || (*at == '\\' && next == 'u') || (*at == '%' && (next | 32) == 'e'))
            return true;
    }
    return false;
}

/* Whether a text begins with a word in lower case, whatever its own case. */
static bool is_like(const u8 *at, const u8 *end, const char *word) {
    for (; *word; word++, at++)
        if (at == end || (*at >= 'A' && *at <= 'Z' ? *at | 32 : *at) != (u8)*word)
            return false;
    return true;
}

/* Where the host of an absolute link begins, NULL where it is none: URL of detector/scripts.py. */
static const u8 *host_of(const u8 *at, const u8 *end) {
    for (i64 size; at < end && (size = space_at(at, end));)
        at += size;
    if (is_like(at, end, "http")) {
        at += 4;
        if (is_like(at, end, "s"))
            at++;
        else if (begins(at, end, "\xC5\xBF", 2)) /* a long s, which is one in any case */
            at += 2;
        if (!begins(at++, end, ":", 1))
            return NULL;
    }
    return begins(at, end, "//", 2) ? at + 2 : NULL;
}

static inline bool ends_host(u8 byte) {
    return byte == '/' || byte == '?' || byte == '#' || byte == '\\';
}

static bool is_coded(const u8 *host, const u8 *end) {
    for (; host < end; host++)
        if (is_like(host, end, "xn--"))
            return true;
    return false;
}

static i32 digit_of(u8 byte) {
    u8 letter = byte | 32;
    return byte >= '0' && byte <= '9' ? byte - '0' : letter >= 'a' && letter <= 'f' ? letter - 87 : -1;
}

/* Write an address without its percent-encoding: read_address() of detector/scripts.py. Stretches of
 * ASCII say characters of their own. Return the bytes written, -1 where they are none of UTF-8. */
static i64 decoded(const u8 *at, const u8 *end, u8 *out) {
    u8 *to = out;
    while (at < end) {
        u8 *run = to;
        for (; at < end && *at < 0x80; to++) {
            i32 high = *at == '%' && end - at > 2 ? digit_of(at[1]) : -1;
            i32 low = high >= 0 ? digit_of(at[2]) : -1;
            *to = low >= 0 ? (u8)(16 * high + low) : *at;
            at += low >= 0 ? 3 : 1;
        }
        if (!is_utf8(run, to - run))
            return -1;
        while (at < end && *at >= 0x80)
            *to++ = *at++;
    }
    return found_text(out, to, "\xEF\xBF\xBD", 3) < to ? -1 : to - out;
}

static void tell(Links *links, i32 item, i32 place, const u8 *start, const u8 *end, bool coded) {
    u8 *out = links->out + links->size;
    i64 size = coded || found(start, end, '%') == end ? -1 : decoded(start, end, out);
    if (size < 0) {
        size = end - start;
        memcpy(out, start, (size_t)size);
    }
    if (coded)
        links->coded[links->coded_count++] = (i32)links->count;
    links->told[links->count++] = (Told){item, place, (i32)points_of(out, out + size)};
    links->size += size;
}

/* Count a link; say whether it is not one too many. */
static bool counted(Links *links, i32 item) {
    if (--links->left < 0 && links->cut < 0) {
        links->cut = item;
        links->cut_behind = links->given;
    }
    return links->left >= 0;
}

/* Say whether a text is new to `slices`, which it then is in. */
static bool is_new(Links *links, Slices *slices, const u8 *start, const u8 *end) {
    bool fresh = false;
    links->starved |= !slice_of(slices, start, end - start, &fresh);
    return fresh;
}

/* Likewise, of the shape of an absolute link. */
static bool is_new_shape(Links *links, const u8 *host, const u8 *rest, const u8 *end) {
    u8 *to = links->store;
    for (const u8 *at = host; at < end; at++)
        if (at < rest || *at < '0' || *at > '9')
            *to++ = *at;
    bool fresh = is_new(links, &links->read, links->store, to);
    links->store = fresh ? to : links->store;
    return fresh;
}

/* Tell host and path of an absolute link, and the path of others if it has words in it. */
static void read_link(Links *links, i32 item, i32 place, const u8 *start, const u8 *end) {
    if (found_text(start, end, "//", 2) == end && !wordy(start, end))
        return;
    if (!is_new(links, &links->read, start, end) || !counted(links, item))
        return;
    end = cut_at(start, end, links->longest);
    const u8 *host = host_of(start, end), *rest = host;
    while (rest && rest < end && !ends_host(*rest) && !space_at(rest, end))
        rest += point_size(rest, end);
    if (!rest || rest == host) {
        if (wordy(start, end) && !is_like(start, end, "javascript:") && !is_like(start, end, "data:"))
            tell(links, item, place, start, end, false);
        return;
    }
    const u8 *stop = rest;
    while (stop < end && !space_at(stop, end))
        stop += point_size(stop, end);
    if (is_new(links, &links->hosts, host, rest)) {
        is_new_shape(links, host, rest, stop);
        tell(links, item, place, host, stop, is_coded(host, rest));
    } else if (points_of(rest, stop) > 1 && is_new_shape(links, host, rest, stop))
        tell(links, item, place, rest, stop, false);
}

/* Read where an element leads. */
static void read_lead(Links *links, i32 item, i32 place, const u8 *at, const u8 *end) {
    if (found(at, end, '&') == end) {
        read_link(links, item, place, at, end);
        return;
    }
    u8 *start = links->store, *to = start;
    while (at < end) {
        const Reference *reference = *at == '&' ? reference_at(at, end) : NULL;
        if (!reference) {
            *to++ = *at++;
            continue;
        }
        size_t size = strlen(reference->stands_for);
        memcpy(to, reference->stands_for, size);
        to += size;
        at += reference->size;
    }
    links->store = to;
    read_link(links, item, place, start, to);
}

/* Write what is told of values: texts as they are `given`, one after the other in `extra`, and what is
 * new of links, in order. Those of elements are in places told by state, those of scripts in the
 * place `scripted`. `allowed`: links, code points of one. There is room in `told` and `coded` for all
 * given and all values, in `out` for as many bytes as `source` and `extra` have. Return how many are
 * told; sizes: bytes of them, how many are `coded`, the item at which there were too many, or -1, and
 * how much was given before.
 */
EXPORT i64 read_links(const u8 *source, i64 n, const Element *elements, const Value *values,
                      i64 value_count, const i32 *places, i64 scripted, const Given *given,
                      i64 given_count, const u8 *extra, i64 extra_size, const i64 *allowed,
                      u64 seed, Told *told, u8 *out, i32 *coded, i64 *sizes) {
    u8 *store = malloc((size_t)(2 * n + extra_size + 1));
    Links links = {.read = {NULL, 0, 0, seed}, .hosts = {NULL, 0, 0, seed}, .store = store,
                   .left = allowed[0], .longest = allowed[1], .told = told, .out = out,
                   .coded = coded, .cut = -1, .starved = !store};
    const u8 *end = extra + extra_size;
    for (i64 v = 0; v < value_count && !links.starved; v++) {
        const Value *value = &values[v];
        const u8 *start = source + value->start, *stop = source + value->end;
        if (value->kind == LEAD)
            read_lead(&links, value->item, places[elements[value->element].state], start, stop);
        else if (value->kind == QUOTED)
            read_link(&links, value->item, (i32)scripted, start, stop);
        else if (value->kind == VARIED)
            counted(&links, value->item);
        for (; links.given < given_count && given[links.given].value <= v; links.given++) {
            const Given *own = &given[links.given];
            start = extra;
            for (i64 k = 0; k < own->points && extra < end; k++)
                extra += point_size(extra, end);
            if (own->link) {
                read_link(&links, own->item, own->place, start, extra);
                continue;
            }
            memcpy(links.out + links.size, start, (size_t)(extra - start));
            links.size += extra - start;
            links.told[links.count++] = (Told){own->item, own->place, own->points};
        }
    }
    free(store);
    free(links.read.slots);
    free(links.hosts.slots);
    sizes[0] = links.size;
    sizes[1] = links.coded_count;
    sizes[2] = links.cut;
    sizes[3] = links.cut_behind;
    return links.starved ? -1 : links.count;
}
