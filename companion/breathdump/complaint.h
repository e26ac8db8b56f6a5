/* SPDX-License-Identifier: GPL-2.0-or-later */
/* complaint.h - why breathdump cannot go on, as main() will say it once
 *
 * Functions of breathdump return 0, or an exit status (enum tb_exit) with the complaint filled. */
#ifndef TB_COMPLAINT_H
#define TB_COMPLAINT_H

#include <stdio.h>

enum tb_exit {
    TB_EXIT_OK = 0,
    TB_EXIT_NOTHING = 1,      /* what was named is not there: an interface, a namespace */
    TB_EXIT_USAGE = 2,        /* the command line is wrong */
    TB_EXIT_REFUSED = 4,      /* the system refused, or something broke off the capture */
    TB_EXIT_NOT_RUN = 126,    /* COMMAND cannot be run: as shells have it */
    TB_EXIT_NOT_FOUND = 127,  /* there is no such COMMAND */
    TB_EXIT_SIGNAL_BASE = 128 /* COMMAND died of a signal, whose number is added */
};

struct tb_complaint {
    char object[128]; /* a file, an option, an interface; "": none */
    char reason[640];
};

/* Fills the complaint, in the reader's language (word.h), and returns `status`. What does not fit
 * is cut. */
__attribute__((format(printf, 4, 5))) int tb_complain(struct tb_complaint *complaint,
                                                      enum tb_exit status, const char *object,
                                                      const char *format, ...);

/* One line: "breathdump: object: reason". Octets that could steer a terminal are escaped. */
void tb_complaint_print(FILE *stream, const struct tb_complaint *complaint);

/* One line of at most 2 KiB, the rest is cut: "breathdump: ...", escaped likewise. */
__attribute__((format(printf, 2, 3))) void tb_say(FILE *stream, const char *format, ...);

/* Writes a text from outside with everything but printable ASCII and UTF-8 sequences as \xNN. */
void tb_print_safely(FILE *stream, const char *text);

#endif
