/* String literals of scripts (see detector/scripts.py). */
#include "kernel.h"

#define LONGEST_TEMPLATE 5000 /* code points, an escape counting as one */

static inline bool is_continued(u8 byte) { return (byte & 0xC0) == 0x80; }

/* Where the literal ends whose content begins at `at`: the expression LITERAL. */
static i64 literal_end(const u8 *source, i64 n, i64 at, u8 quote) {
    i64 left = quote == '`' ? LONGEST_TEMPLATE : n;
    for (; at < n && source[at] != quote; at++) {
        if (source[at] == '\n' && quote != '`')
            break;
        if (!is_continued(source[at]) && left-- == 0)
            break;
        if (source[at] == '\\') {
            if (at + 1 == n)
                break;
            at++;
            while (at + 1 < n && is_continued(source[at + 1]))
                at++;
        }
    }
    return at;
}

/* Whether a literal may be text, markup or a link. */
static bool is_telling(const u8 *at, const u8 *end) {
    for (; at < end; at++) {
        u8 next = at + 1 < end ? at[1] : 0;
        if (*at >= 0x80 || (*at == '\\' && next == 'u') || (*at == '%' && (next | 32) == 'e') ||
            (*at == '/' && next == '/') || (*at == '<' && (next | 32) == 'a'))
            return true;
    }
    return false;
}

/* Write the half-open ranges of the telling literals of a script; there is room for n / 2 + 1. Return
 * how many there are. */
EXPORT i64 telling_literals(const u8 *source, i64 n, i32 *ranges) {
    i64 count = 0;
    for (i64 at = 0; at < n; at++) {
        u8 quote = source[at];
        if (quote != '"' && quote != '\'' && quote != '`')
            continue;
        i64 end = literal_end(source, n, at + 1, quote);
        if (is_telling(source + at + 1, source + end)) {
            ranges[2 * count] = (i32)(at + 1);
            ranges[2 * count++ + 1] = (i32)end;
        }
        at = end < n && source[end] == quote ? end : end - 1;
    }
    return count;
}
