/* SPDX-License-Identifier: GPL-2.0-or-later */
/* fail.h - how the live tests give up
 *
 * Everything the programs made (namespaces, devices, sockets, perf events, mounts) belongs to the
 * process, so that ending it anywhere undoes it all. */
#ifndef TB_LIVE_FAIL_H
#define TB_LIVE_FAIL_H

enum {
    TB_FAIL_AGAIN = 75 /* EX_TEMPFAIL of sysexits.h */
};

/* The name that the messages begin with. Kept, not copied. */
void tb_fail_name(const char *name);

/* Prints the reason and exits 1. */
_Noreturn void tb_fail(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* Prints the reason and exits 77: this machine cannot run the test. */
_Noreturn void tb_skip(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* The kernel's records are incomplete: prints what is missing and exits TB_FAIL_AGAIN, for the
 * scenario to be played again. */
_Noreturn void tb_fail_again(const char *format, ...) __attribute__((format(printf, 1, 2)));

#endif
