/* SPDX-License-Identifier: GPL-2.0-or-later */
/* complaint.c - why breathdump cannot go on, as main() will say it once */
#include "complaint.h"

#include <stdarg.h>
#include <stdio.h>

#include "word.h"

#define LINE_OCTETS 2048

int tb_complain(struct tb_complaint *complaint, enum tb_exit status, const char *object,
                const char *format, ...)
{
    va_list arguments;

    va_start(arguments, format);
    (void)vsnprintf(complaint->reason, sizeof complaint->reason, tb_word(format), arguments);
    va_end(arguments);
    (void)snprintf(complaint->object, sizeof complaint->object, "%s", object);
    return (int)status;
}

/* C0, DEL; and C1, which UTF-8 writes as C2 80 to C2 9F. */
static int steering_octets(const unsigned char *at)
{
    if (at[0] < 0x20 || at[0] == 0x7f)
        return 1;
    return at[0] == 0xc2 && at[1] >= 0x80 && at[1] < 0xa0 ? 2 : 0;
}

void tb_print_safely(FILE *stream, const char *text)
{
    const unsigned char *at = (const unsigned char *)text;

    while (*at != '\0') {
        int steering = steering_octets(at);

        if (steering == 0)
            (void)fputc(*at++, stream);
        for (; steering > 0; steering--)
            (void)fprintf(stream, "\\x%02x", *at++);
    }
}

void tb_say(FILE *stream, const char *format, ...)
{
    char line[LINE_OCTETS];
    va_list arguments;

    va_start(arguments, format);
    (void)vsnprintf(line, sizeof line, format, arguments);
    va_end(arguments);
    (void)fputs("breathdump: ", stream);
    tb_print_safely(stream, line);
    (void)fputc('\n', stream);
}

void tb_complaint_print(FILE *stream, const struct tb_complaint *complaint)
{
    (void)fputs("breathdump: ", stream);
    if (complaint->object[0] != '\0') {
        tb_print_safely(stream, complaint->object);
        (void)fputs(": ", stream);
    }
    tb_print_safely(stream, complaint->reason);
    (void)fputc('\n', stream);
}
