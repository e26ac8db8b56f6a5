/* SPDX-License-Identifier: GPL-2.0-or-later */
/* compare.c - the plugin's states against the kernel's
 *
 *   live-compare OURS FOLDER SCENARIO...
 *
 * FOLDER is live-drive's; the captures were put together in this order. OURS is tshark's:
 * frame.number, tcp-breath.phase, .step, .client.state, .server.state, separated by tabs, one line
 * for every frame. README.md names the allowances. */
#include <inttypes.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "end.h"
#include "fail.h"
#include "record.h"

enum {
    FIELDS = 16,
    LINE_SIZE = 1024,
    WORD_SIZE = 64,
    ALLOWANCES = 8
};

/* What the kernel says of one end after one frame. */
struct word {
    char states[WORD_SIZE]; /* separated by commas */
    unsigned ahead;         /* struct tb_frame */
    bool presumed;
};

struct row {
    enum tb_end from;
    char segment[WORD_SIZE]; /* who sent it, and its flags: for the reader */
    struct word kernel[TB_END_COUNT];
    char phase[WORD_SIZE];
    char step[WORD_SIZE];
    char ours[TB_END_COUNT][WORD_SIZE];
    char again[WORD_SIZE]; /* new, again or unknown (enum tb_again) */
};

struct allowance {
    enum tb_end end;
    char ours[WORD_SIZE];
    char kernel[WORD_SIZE];
    unsigned least; /* frames that it must be used for ... */
    unsigned most;  /* ... and may */
    unsigned used;
    char reason[WORD_SIZE];
};

struct comparison {
    size_t before; /* frames of the captures before this one */
    size_t rows;
    size_t ours; /* rows that tshark has given */
    size_t failures;
    size_t allowances;
    char steps[LINE_SIZE];
    struct allowance allowance[ALLOWANCES];
    struct row row[TB_RECORD_FRAMES + 1]; /* by frame number */
};

/* Cuts a line at its tabs, in place. Missing fields are empty. */
static size_t split(char *line, char *fields[FIELDS])
{
    size_t count = 0;

    line[strcspn(line, "\n")] = '\0';
    for (char *next = line; next && count < FIELDS; count++) {
        fields[count] = next;
        next = strchr(next, '\t');
        if (next)
            *next++ = '\0';
    }
    for (size_t i = count; i < FIELDS; i++)
        fields[i] = line + strlen(line);
    return count;
}

static void keep(char word[WORD_SIZE], const char *text)
{
    if (snprintf(word, WORD_SIZE, "%s", text) >= WORD_SIZE)
        tb_fail("too long: %s", text);
}

static unsigned number(const char *text)
{
    return (unsigned)strtoul(text, NULL, 10);
}

static struct row *row_of(struct comparison *comparison, const char *frame)
{
    unsigned n = number(frame);

    if (n == 0 || n > TB_RECORD_FRAMES)
        tb_fail("no frame number: %s", frame);
    return &comparison->row[n];
}

static enum tb_end end_named(const char *name)
{
    return strcmp(name, "client") == 0 ? TB_END_CLIENT : TB_END_SERVER;
}

/* frame, number, sender, flags, seq, ack, length, then three fields for each end, then again */
static void take_frame(struct comparison *comparison, char *fields[FIELDS])
{
    struct row *row = row_of(comparison, fields[1]);

    row->from = end_named(fields[2]);
    snprintf(row->segment, sizeof(row->segment), "%s [%s] length %s", fields[2], fields[3],
             fields[6]);
    for (size_t end = 0; end < TB_END_COUNT; end++) {
        char **word = fields + 7 + 3 * end;

        keep(row->kernel[end].states, word[0]);
        row->kernel[end].ahead = number(word[1]);
        row->kernel[end].presumed = number(word[2]) != 0;
    }
    keep(row->again, fields[7 + 3 * TB_END_COUNT]);
    comparison->rows++;
}

/* allow, end, ours, kernel, least, most, reason */
static void take_allowance(struct comparison *comparison, char *fields[FIELDS])
{
    struct allowance *one = &comparison->allowance[comparison->allowances++];

    if (comparison->allowances == ALLOWANCES)
        tb_fail("too many allowances");
    one->end = end_named(fields[1]);
    keep(one->ours, fields[2]);
    keep(one->kernel, fields[3]);
    one->least = number(fields[4]);
    one->most = number(fields[5]);
    keep(one->reason, fields[6]);
}

static void take_kernel_line(struct comparison *comparison, char *fields[FIELDS])
{
    if (strcmp(fields[0], "frame") == 0)
        take_frame(comparison, fields);
    else if (strcmp(fields[0], "allow") == 0)
        take_allowance(comparison, fields);
    else if (strcmp(fields[0], "steps") == 0)
        snprintf(comparison->steps, sizeof(comparison->steps), "%s", fields[1]);
    else
        tb_fail("unknown line: %s", fields[0]);
}

static void take_our_line(struct comparison *comparison, char *fields[FIELDS])
{
    struct row *row = &comparison->row[comparison->ours + 1];

    if (number(fields[0]) != comparison->before + comparison->ours + 1)
        tb_fail("frame %s is out of order", fields[0]);
    comparison->ours++;
    keep(row->phase, fields[1]);
    keep(row->step, fields[2]);
    keep(row->ours[TB_END_CLIENT], fields[3]);
    keep(row->ours[TB_END_SERVER], fields[4]);
}

/* The next lines: at most `limit`. */
static void read_lines(struct comparison *comparison, FILE *file, size_t limit,
                       void (*take)(struct comparison *, char *[FIELDS]))
{
    char line[LINE_SIZE];
    char *fields[FIELDS];

    for (; limit > 0 && fgets(line, sizeof(line), file); limit--) {
        split(line, fields);
        take(comparison, fields);
    }
}

static FILE *open_file(const char *path)
{
    FILE *file = fopen(path, "re");

    if (!file)
        tb_fail("%s cannot be read", path);
    return file;
}

/* Whether the word stands in a list, separated by `separator`. */
static bool holds(const char *list, const char *word, char separator)
{
    const size_t length = strlen(word);

    for (const char *at = list; at && *at; at = strchr(at, separator)) {
        at += *at == separator;
        if (strncmp(at, word, length) == 0 && (at[length] == separator || at[length] == '\0'))
            return true;
    }
    return false;
}

/* The connection has no socket, whether or not one still listens for the next. */
static bool kernel_says(const char *states, const char *ours)
{
    return holds(states, ours, ',') ||
           (strcmp(ours, "CLOSED") == 0 && holds(states, "LISTEN", ','));
}

static bool is_allowed(struct comparison *comparison, enum tb_end end, const char *ours,
                       const char *kernel)
{
    for (size_t i = 0; i < comparison->allowances; i++) {
        struct allowance *one = &comparison->allowance[i];

        if (one->end == end && strcmp(one->ours, ours) == 0 && holds(kernel, one->kernel, ',')) {
            one->used++;
            return true;
        }
    }
    return false;
}

/* A retransmission that had already left when what makes it needless arrived: in the capture it
 * comes after that, and looks like the proof that it never arrived. */
static bool has_crossed(const struct comparison *comparison, size_t frame, enum tb_end end)
{
    const struct row *row = &comparison->row[frame];

    return row->from == end && strcmp(row->again, "again") == 0 &&
           comparison->row[frame - 1].kernel[end].ahead == frame;
}

static void report(size_t frame, const struct row *row, enum tb_end end, const char *verdict)
{
    printf("  frame %zu, %s, %s/%s: %s is %s by us, %s by the kernel%s\n", frame, row->segment,
           row->phase, row->step, tb_end_name(end), row->ours[end], row->kernel[end].states,
           verdict);
}

static void judge(struct comparison *comparison, size_t frame, enum tb_end end)
{
    const struct row *row = &comparison->row[frame];
    const struct word *kernel = &row->kernel[end];

    if (kernel_says(kernel->states, row->ours[end]))
        return;
    if (is_allowed(comparison, end, row->ours[end], kernel->states))
        report(frame, row, end, " (allowed)");
    else if (kernel->ahead && kernel_says(kernel->states, comparison->row[kernel->ahead].ours[end]))
        report(frame, row, end, " (ahead)");
    else if (has_crossed(comparison, frame, end))
        report(frame, row, end, " (crossed)");
    else if (kernel->presumed)
        report(frame, row, end, " (presumed)");
    else {
        report(frame, row, end, " *** disagreement");
        comparison->failures++;
    }
}

/* Whether we call a retransmission what the kernel retransmitted, and nothing else. */
static void judge_again(struct comparison *comparison, size_t frame)
{
    const struct row *row = &comparison->row[frame];
    bool ours =
        strcmp(row->step, "retransmission") == 0 || strcmp(row->step, "fast-retransmission") == 0;

    if (strcmp(row->again, ours ? "new" : "again") != 0)
        return;
    printf("  frame %zu, %s: %s/%s by us, sent %s by the kernel *** disagreement\n", frame,
           row->segment, row->phase, row->step, ours ? "for the first time" : "again");
    comparison->failures++;
}

static void judge_row(struct comparison *comparison, size_t frame)
{
    const struct row *row = &comparison->row[frame];

    if (!*row->phase || !*row->step || strcmp(row->phase, "unknown") == 0) {
        printf("  frame %zu, %s: phase \"%s\", step \"%s\"\n", frame, row->segment, row->phase,
               row->step);
        comparison->failures++;
    }
    for (int end = 0; end < TB_END_COUNT; end++)
        judge(comparison, frame, (enum tb_end)end);
    judge_again(comparison, frame);
}

static void judge_allowances(struct comparison *comparison)
{
    for (size_t i = 0; i < comparison->allowances; i++) {
        const struct allowance *one = &comparison->allowance[i];

        if (one->used >= one->least && one->used <= one->most)
            continue;
        printf("  %s: %s %s by us, %s by the kernel in %u frames, not %u\n", one->reason,
               tb_end_name(one->end), one->ours, one->kernel, one->used, one->most);
        comparison->failures++;
    }
}

static void judge_steps(struct comparison *comparison)
{
    for (char *step = strtok(comparison->steps, " "); step; step = strtok(NULL, " ")) {
        bool found = false;

        for (size_t i = 1; i <= comparison->rows && !found; i++)
            found = strcmp(comparison->row[i].step, step) == 0;
        if (!found) {
            printf("  no frame has the step %s\n", step);
            comparison->failures++;
        }
    }
}

/* `before`: frames of the captures before. Returns this one's. */
static size_t compare(const char *folder, const char *name, FILE *ours, size_t before,
                      size_t *failures)
{
    static struct comparison comparison;
    char path[PATH_MAX];
    FILE *kernel;

    tb_fail_name(name);
    if (snprintf(path, sizeof(path), "%s/%s.kernel", folder, name) >= (int)sizeof(path))
        tb_fail("the folder's name is too long");
    memset(&comparison, 0, sizeof(comparison));
    comparison.before = before;
    kernel = open_file(path);
    read_lines(&comparison, kernel, SIZE_MAX, take_kernel_line);
    fclose(kernel);
    read_lines(&comparison, ours, comparison.rows, take_our_line);
    if (comparison.rows == 0 || comparison.ours != comparison.rows)
        tb_fail("%zu frames by the kernel, %zu by us", comparison.rows, comparison.ours);
    for (size_t frame = 1; frame <= comparison.rows; frame++)
        judge_row(&comparison, frame);
    judge_steps(&comparison);
    judge_allowances(&comparison);
    printf("%s: %s: %zu frames\n", comparison.failures ? "FAIL" : "ok", name, comparison.rows);
    *failures += comparison.failures;
    return comparison.rows;
}

int main(int count, char **arguments)
{
    size_t before = 0, failures = 0;
    FILE *ours;

    if (count < 4)
        tb_fail("usage: live-compare OURS FOLDER SCENARIO...");
    ours = open_file(arguments[1]);
    for (int i = 3; i < count; i++)
        before += compare(arguments[2], arguments[i], ours, before, &failures);
    if (fgetc(ours) != EOF)
        tb_fail("more frames than the kernel has a word on");
    fclose(ours);
    return failures ? EXIT_FAILURE : EXIT_SUCCESS;
}
