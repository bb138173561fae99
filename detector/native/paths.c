/* CSS paths of the elements of a page (see detector/paths.py). */
#include "output.h"
#include "scan.h"

/* What the step of an element is. */
enum { BY_CHILD, BY_TYPE, ALONE };

typedef struct {
    const u8 *text;
    i64 size;
    i32 step;
} Name;

/* A name of an element that a selector may have as it is: [a-z][a-z0-9-]* */
static bool is_plain(const u8 *at, i64 size) {
    bool plain = size && at[0] >= 'a' && at[0] <= 'z';
    for (i64 k = 1; k < size && plain; k++)
        plain = (at[k] >= 'a' && at[k] <= 'z') || (at[k] >= '0' && at[k] <= '9') || at[k] == '-';
    return plain;
}

/* Whether there is one such element in a document. */
static bool is_alone(const u8 *at, i64 size) {
    return size == 4 && (!memcmp(at, "html", 4) || !memcmp(at, "head", 4) || !memcmp(at, "body", 4));
}

/* Read up to `most` names, which stand one a line; return how many there are. */
static i64 read_names(const u8 *at, const u8 *end, Name *names, i64 most) {
    i64 count = 0;
    for (const u8 *stop; count < most && at <= end; at = stop + 1) {
        stop = found(at, end, '\n');
        i64 size = stop - at;
        names[count++] =
            (Name){at, size, is_alone(at, size) ? ALONE : is_plain(at, size) ? BY_TYPE : BY_CHILD};
    }
    return count;
}

/* Places of elements, from 1, among the children of their parent and among those of their tag. */
typedef struct {
    i32 *of_all, *of_type;
} Places;

/* Find the places of n elements. Tags are less than `names`, but for that of element 0, the document,
 * which has no place. `memory` is cleared: 2n + 1 + names numbers. */
static void find_places(const i32 *parents, const i32 *tags, i64 n, i32 *memory, Places places) {
    /* Children by parent, in document order: a counting sort. */
    i32 *ends = memory, *children = ends + n + 1, *met = children + n;
    if (n > 0)
        places.of_all[0] = places.of_type[0] = 0;
    for (i64 i = 1; i < n; i++)
        places.of_all[i] = ++ends[parents[i] + 1];
    for (i64 i = 0; i < n; i++)
        ends[i + 1] += ends[i];
    for (i64 i = 1; i < n; i++)
        children[ends[parents[i]] + places.of_all[i] - 1] = (i32)i;
    for (i64 i = 0; i < n; i++) {
        for (i32 k = ends[i]; k < ends[i + 1]; k++)
            places.of_type[children[k]] = ++met[tags[children[k]]];
        for (i32 k = ends[i]; k < ends[i + 1]; k++)
            met[tags[children[k]]] = 0;
    }
}

static void write_number(Output *output, i32 number) {
    char digits[12], *first = digits + sizeof digits;
    do
        *--first = (char)('0' + number % 10);
    while (number /= 10);
    give(output, first, (size_t)(digits + sizeof digits - first));
}

#define WRITE(output, text) give(output, text, sizeof text - 1)

static void write_step(Output *output, const Name *name, i32 of_all, i32 of_type) {
    if (name->step != BY_CHILD)
        give(output, name->text, (size_t)name->size);
    if (name->step == ALONE)
        return;
    if (name->step == BY_TYPE)
        WRITE(output, ":nth-of-type(");
    else
        WRITE(output, "*:nth-child(");
    write_number(output, name->step == BY_TYPE ? of_type : of_all);
    WRITE(output, ")");
}

/* Write the paths of `count` of n elements, one after the other, and where each ends: nothing for what
 * is no element, the document among that, and for those that more than `longest` steps lead to. The
 * names that tags are numbers of stand one a line. Return how many bytes that are, which are only there
 * if there was room for them. */
EXPORT i64 element_paths(const i32 *parents, const i32 *tags, i64 n, const u8 *names,
                         i64 names_size, i64 name_count, const i32 *wanted, i64 count, i64 longest,
                         u8 *out, i64 room, i64 *ends) {
    i32 *memory = calloc((size_t)(2 * n + 1 + name_count), sizeof(i32));
    i32 *numbers = malloc((size_t)(2 * n + longest) * sizeof(i32)), *steps = numbers + 2 * n;
    Name *known = calloc((size_t)(name_count + 1), sizeof(Name));
    Output output = {out, 0, room};
    bool starved = !memory || !numbers || !known;
    if (!starved) {
        Places places = {numbers, numbers + n};
        find_places(parents, tags, n, memory, places);
        name_count = read_names(names, names + names_size, known, name_count);
        for (i64 k = 0; k < count; k++) {
            i64 depth = 0;
            i32 at = wanted[k] < n ? wanted[k] : 0;
            for (; at > 0 && depth < longest; at = parents[at])
                steps[depth++] = at;
            for (i64 left = at > 0 ? 0 : depth; left--;) {
                i32 own = steps[left];
                if (left + 1 < depth)
                    WRITE(&output, " > ");
                write_step(&output, &known[tags[own]], places.of_all[own], places.of_type[own]);
            }
            ends[k] = output.size;
        }
    }
    free(memory);
    free(numbers);
    free(known);
    return starved ? -1 : output.size;
}
