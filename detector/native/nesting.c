/* How deep a document nests, tag by tag (see detector/nesting.py). */
#include "slices.h"

typedef struct {
    Slices names; /* the elements that are not counted first */
    i64 ended;    /* how many these are */
    i64 *opened;  /* by name */
    i64 room, depth;
    u8 *lower; /* room for the next name in lower case */
} Nesting;

enum { SHALLOW, DEEP, UNSURE, STARVED };

static inline u8 lowered(u8 byte) { return byte >= 'A' && byte <= 'Z' ? byte | 32 : byte; }

static inline bool ends_name(u8 byte) {
    return byte == ' ' || byte == '/' || byte == '>' || (byte >= 9 && byte <= 13) ||
           (byte >= 28 && byte <= 31);
}

/* The count of the open elements of a name; NULL where there is no memory. */
static i64 *count_of(Nesting *nesting, const u8 *name, i64 size, bool *is_ended) {
    bool fresh;
    for (i64 k = 0; k < size; k++)
        nesting->lower[k] = lowered(name[k]);
    const Slice *slice = slice_of(&nesting->names, nesting->lower, size, &fresh);
    if (!slice)
        return NULL;
    nesting->lower += fresh ? size : 0;
    if (slice->number >= nesting->room) {
        i64 room = 2 * nesting->room + 64;
        i64 *opened = realloc(nesting->opened, (size_t)room * sizeof *opened);
        if (!opened)
            return NULL;
        memset(opened + nesting->room, 0, (size_t)(room - nesting->room) * sizeof *opened);
        nesting->opened = opened;
        nesting->room = room;
    }
    *is_ended = slice->number < nesting->ended;
    return &nesting->opened[slice->number];
}

/* Count the tag whose name is `name`. */
static int count_tag(Nesting *nesting, const u8 *name, i64 size, bool closing, i64 most) {
    bool is_ended;
    i64 *opened = count_of(nesting, name, size, &is_ended);
    if (!opened)
        return STARVED;
    if (is_ended || (closing && !*opened))
        return SHALLOW;
    if (!closing && nesting->depth >= most)
        return DEEP;
    *opened += closing ? -1 : 1;
    nesting->depth += closing ? -1 : 1;
    return SHALLOW;
}

static int depth_of(Nesting *nesting, const u8 *at, const u8 *end, i64 most) {
    while (at < end && (at = memchr(at, '<', (size_t)(end - at)))) {
        bool closing = ++at < end && *at == '/';
        at += closing;
        if (at == end)
            break;
        const u8 *name = at;
        if (*at < 0x80 && (lowered(*at) < 'a' || lowered(*at) > 'z'))
            continue;
        while (at < end && *at < 0x80 && !ends_name(*at))
            at++;
        if (at < end && *at >= 0x80)
            return UNSURE; /* whether it is white space, or has another in lower case */
        int result = count_tag(nesting, name, at - name, closing, most);
        if (result != SHALLOW)
            return result;
    }
    return SHALLOW;
}

/* Say whether more than `most` elements are open at once in `n` bytes of a document, or may be: DEEP
 * or UNSURE. `ended` are the names of those not counted, one a line. */
EXPORT i64 nests_deep(const u8 *source, i64 n, const u8 *ended, i64 ended_size, i64 most, u64 seed) {
    Nesting nesting = {.names = {NULL, 0, 0, seed}};
    const u8 *stop;
    bool is_ended;
    u8 *lower = nesting.lower = malloc((size_t)(n + ended_size + 1));
    int result = lower ? SHALLOW : STARVED;
    for (i64 at = 0; at < ended_size && result != STARVED; at = stop - ended + 1) {
        stop = memchr(ended + at, '\n', (size_t)(ended_size - at));
        stop = stop ? stop : ended + ended_size;
        if (!count_of(&nesting, ended + at, stop - ended - at, &is_ended))
            result = STARVED;
    }
    nesting.ended = nesting.names.count;
    if (result != STARVED)
        result = depth_of(&nesting, source, source + n, most);
    free(lower);
    free(nesting.opened);
    free(nesting.names.slots);
    return result == STARVED ? -1 : result;
}
