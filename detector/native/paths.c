/* Places of elements among their siblings (see detector/paths.py). */
#include "kernel.h"

/* Write the place of each of n elements, from 1, among the children of its parent and among those
 * of its tag. Parents and tags are numbers, tags below `names`; but element 0 is the document, which
 * has none of these, and no place. */
EXPORT i64 sibling_places(const i32 *parents, const i32 *tags, i64 n, i64 names, i32 *of_all,
                          i32 *of_type) {
    i32 *memory = calloc((size_t)(2 * n + 1 + names), sizeof(i32));
    if (!memory)
        return -1;
    /* Children by parent, in document order: a counting sort. */
    i32 *ends = memory, *children = ends + n + 1, *met = children + n;
    if (n > 0)
        of_all[0] = of_type[0] = 0;
    for (i64 i = 1; i < n; i++)
        of_all[i] = ++ends[parents[i] + 1];
    for (i64 i = 0; i < n; i++)
        ends[i + 1] += ends[i];
    for (i64 i = 1; i < n; i++)
        children[ends[parents[i]] + of_all[i] - 1] = (i32)i;
    for (i64 i = 0; i < n; i++) {
        for (i32 k = ends[i]; k < ends[i + 1]; k++)
            of_type[children[k]] = ++met[tags[children[k]]];
        for (i32 k = ends[i]; k < ends[i + 1]; k++)
            met[tags[children[k]]] = 0;
    }
    free(memory);
    return 0;
}
