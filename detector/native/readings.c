/* How elements are read, told by as few states as there are ways (see detector/readings.py). */
#include "markup.h"
#include "slices.h"

/* STATES of detector/readings.py: a way to read that follows from another, by an action that changes
 * it, or by how an element looks. */
typedef struct {
    i32 parent;
    i32 action;  /* LINK to NOSCRIPT, else SPAN */
    i32 element; /* the first that looks so, else NO_ELEMENT */
    i32 style;   /* the number of the inline style, if it has no other looks, else NO_STYLE */
} State;

#define NO_ELEMENT (-1)
#define CHANGES (NOSCRIPT - LINK + 1) /* actions that change how text is read */

typedef struct {
    i32 parent, style;
} Look;

typedef struct {
    const i32 *traits;
    i64 known;
    const u8 *neutral, *ruled;
    State *states;
    i32 count;
    i32 (*after)[CHANGES]; /* of each state, the one that an action leads to; 0: none yet */
    Look *looks;
    Slices by_look;
    i32 *look_state; /* by the number of its look */
} Ways;

static i32 new_state(Ways *ways, i32 parent, i32 action, i32 element, i32 style) {
    ways->states[ways->count] = (State){parent, action, element, style};
    memset(ways->after[ways->count], 0, sizeof *ways->after);
    return ways->count++;
}

static i32 acted(Ways *ways, i32 state, i32 action) {
    if (action < LINK || action > NOSCRIPT)
        return state;
    i32 *next = &ways->after[state][action - LINK];
    if (!*next)
        *next = new_state(ways, state, action, NO_ELEMENT, NO_STYLE);
    return *next;
}

/* The state of an element for its looks; -1 where there is no memory. */
static i32 looked_at(Ways *ways, i32 state, const Element *element, i32 number, i32 traits) {
    bool ruled = ways->ruled && ways->ruled[number];
    bool styled = element->style != NO_STYLE && !ways->neutral[element->style];
    bool alone = !ruled && !(element->flags & (IS_HIDDEN | IS_COLORED)); /* a style and no more */
    if (alone && !styled)
        return state;
    if (!alone || traits & IS_ROOT)
        return new_state(ways, state, SPAN, number, NO_STYLE);
    Look *look = &ways->looks[ways->by_look.count];
    *look = (Look){state, element->style};
    bool fresh;
    const Slice *slice = slice_of(&ways->by_look, (const u8 *)look, sizeof *look, &fresh);
    if (!slice)
        return -1;
    if (fresh)
        ways->look_state[slice->number] = new_state(ways, state, SPAN, number, element->style);
    return ways->look_state[slice->number];
}

/* Set states and blocks of the elements that are read; write the states (there is room for twice as
 * many) and return how many there are. `neutral` says of inline styles that they bear on nothing,
 * `ruled` (may be NULL) of elements that a style sheet does.
 */
EXPORT i64 read_states(Element *elements, i64 count, const i32 *traits, i64 known, const u8 *neutral,
                       const u8 *ruled, u64 seed, State *states) {
    Ways ways = {.traits = traits, .known = known, .neutral = neutral, .ruled = ruled,
                 .states = states, .by_look = {NULL, 0, 0, seed}};
    ways.after = malloc((size_t)(2 * count) * sizeof *ways.after);
    ways.looks = malloc((size_t)(count + 1) * sizeof *ways.looks);
    ways.look_state = malloc((size_t)(count + 1) * sizeof *ways.look_state);
    bool starved = !ways.after || !ways.looks || !ways.look_state;
    if (!starved)
        elements[0].state = new_state(&ways, -1, SPAN, NO_ELEMENT, NO_STYLE);
    for (i64 k = 1; k < count && !starved; k++) {
        Element *element = &elements[k];
        const Element *around = &elements[element->parent];
        i32 of = element->tag < known ? traits[element->tag] : BLOCK, action = of & ACTION;
        bool inline_ = action == SPAN || action == LINK;
        element->block = inline_ ? around->block : (i32)k;
        element->state = around->state;
        if (element->flags & IS_UNREAD)
            continue;
        i32 state = acted(&ways, around->state, action);
        element->state = looked_at(&ways, state, element, (i32)k, of);
        starved = element->state < 0;
    }
    free(ways.after);
    free(ways.looks);
    free(ways.look_state);
    free(ways.by_look.slots);
    return starved ? -1 : ways.count;
}
