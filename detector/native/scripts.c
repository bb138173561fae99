/* Scripts: where they end, the links in them and their string literals (see detector/scripts.py). */
#include "scan.h"

#define LONGEST_STATED 2000 /* bytes */
#define LONGEST_TEMPLATE 5000 /* code points, an escape counting as one */

/* Between `<!--` and `-->`, a script inside has an end tag of its own ("script data double escaped
 * state"). */
const u8 *script_end(const u8 *at, const u8 *end) {
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

/* Keep a link of a script. References are none there: only what has none is compared with others. */
static void add_quoted(Scan *scan, const u8 *start, const u8 *end) {
    bool fresh;
    if (found(start, end, '&') < end) {
        add_value(scan, QUOTED, start, end);
        return;
    }
    numbered(scan, &scan->leads, start, end, &fresh);
    if (fresh)
        add_value(scan, is_varied(scan, start, end) ? VARIED : QUOTED, start, end);
}

/* Where `http:` or `https:` begins that ends before `end`; `end` where there is none. */
static const u8 *scheme_before(const u8 *start, const u8 *end) {
    for (i64 size = 5; size <= 6 && size <= end - start; size++) {
        const u8 *at = end - size;
        if (end[-1] == ':' && is_any(at, "h") && is_any(at + 1, "t") && is_any(at + 2, "t") &&
            is_any(at + 3, "p") && (size == 5 || is_any(at + 4, "s")))
            return at;
    }
    return end;
}

static inline bool is_quote(u8 byte) { return byte == '"' || byte == '\'' || byte == '`'; }

static inline bool is_of_link(u8 byte) {
    return !is_quote(byte) && !is_space(byte) && byte != '\\' && byte != '<' && byte != '>';
}

/* Keep the links at the beginning of string literals: URL_LITERAL of detector/scripts.py. */
static void add_links(Scan *scan, const u8 *start, const u8 *end) {
    for (const u8 *at = found_text(start, end, "//", 2); at < end;
         at = found_text(at, end, "//", 2)) {
        const u8 *stop = at + 2, *from = scheme_before(start, at);
        while (stop < end && is_of_link(*stop))
            stop++;
        if (stop == at + 2) {
            at++;
            continue;
        }
        if (from > start && is_quote(from[-1]))
            add_quoted(scan, from, stop);
        at = stop;
    }
}

static const char *const CODES[] = {"fromCharCode", "unescape(", "decodeURI", "atob("};

/* Whether one of CODES stands here. */
static inline bool is_code(const u8 *at, const u8 *end) {
    for (size_t k = 0; k < sizeof CODES / sizeof *CODES; k++)
        if (begins(at, end, CODES[k], (i64)strlen(CODES[k])))
            return true;
    return false;
}

/* Whether a script has nothing to read but links: it is ASCII, and neither markup nor data nor what
 * stands for other characters is in it. */
static bool is_bare(const u8 *start, const u8 *end) {
    static const bool TELLS[256] = {['\\'] = true, ['%'] = true, ['<'] = true, ['f'] = true,
                                    ['u'] = true,  ['d'] = true, ['a'] = true};
    const u8 *first = start;
    while (first < end && is_space(*first))
        first++;
    if (first < end && (*first == '{' || *first == '['))
        return false;
    for (const u8 *at = start; at < end; at++) {
        if (*at >= 0x80)
            return false;
        if (!TELLS[*at])
            continue;
        u8 next = at + 1 < end ? at[1] : 0;
        if ((*at == '\\' && next == 'u') || (*at == '%' && (next | 32) == 'e') ||
            (*at == '<' && (next | 32) == 'a'))
            return false;
        if ((*at == 'f' || *at == 'u' || *at == 'd' || *at == 'a') && is_code(at, end))
            return false;
    }
    return true;
}

/* Say what a script has: what stands for characters by code; words, or links in markup; what writes
 * into the document. */
EXPORT i64 script_signs(const u8 *source, i64 n) {
    enum { HAS_CODES = 1, HAS_WORDS = 2, WRITES = 4 };
    static const u8 SIGNS[256] = {['\\'] = HAS_WORDS, ['%'] = HAS_WORDS, ['<'] = HAS_WORDS,
                                  ['f'] = HAS_CODES, ['u'] = HAS_CODES, ['a'] = HAS_CODES,
                                  ['d'] = HAS_CODES | WRITES};
    const u8 *end = source + n;
    i64 signs = 0;
    for (const u8 *at = source; at < end; at++) {
        if (*at >= 0x80)
            signs |= HAS_WORDS;
        if (!(SIGNS[*at] & ~signs))
            continue;
        u8 next = at + 1 < end ? at[1] : 0;
        if ((*at == '\\' && next == 'u') || (*at == '%' && (next | 32) == 'e') ||
            (*at == '<' && (next | 32) == 'a' && begins(at + 2, end, " ", 1)))
            signs |= HAS_WORDS;
        if (SIGNS[*at] & HAS_CODES && is_code(at, end))
            signs |= HAS_CODES;
        if (begins(at, end, "document.write", 14))
            signs |= WRITES;
    }
    return signs;
}

/* Whether a script is short and begins as those that do nothing but write, or set a style: see
 * detector/script_styles.py. */
static bool is_stated(const u8 *at, const u8 *end) {
    if (end - at > LONGEST_STATED)
        return false;
    while (at < end && is_space(*at))
        at++;
    if (begins(at, end, "<!--", 4))
        for (at = found(at, end, '\n'); at < end && is_space(*at);)
            at++;
    return begins(at, end, "document", 8);
}

void add_program(Scan *scan, const u8 *start, const u8 *end) {
    if (is_stated(start, end))
        add_value(scan, STATED, start, end);
    bool bare = !scan->escaped && end - start <= scan->script && is_bare(start, end);
    scan->script -= end - start;
    add_value(scan, bare ? BARE : PROGRAM, start, end);
    if (bare)
        add_links(scan, start, end);
}

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
