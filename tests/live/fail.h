/* SPDX-License-Identifier: GPL-2.0-or-later */
/* fail.h - how the live tests give up
 *
 * Everything the programs made (namespaces, devices, sockets, mounts) belongs to the process, so
 * that ending it anywhere undoes it all; see instance.h for what does not. */
#ifndef TB_LIVE_FAIL_H
#define TB_LIVE_FAIL_H

enum tb_fail_status {
    TB_FAIL_FAILED = 1,
    TB_FAIL_AGAIN = 75,  /* EX_TEMPFAIL of sysexits.h */
    TB_FAIL_SKIPPED = 77 /* CTest's SKIP_RETURN_CODE */
};

/* The name that the messages begin with. Kept, not copied. */
void tb_fail_name(const char *name);

/* Prints the reason and exits. */
void tb_fail_with(enum tb_fail_status status, const char *format, ...)
    __attribute__((noreturn, format(printf, 2, 3)));

#define tb_fail(...) tb_fail_with(TB_FAIL_FAILED, __VA_ARGS__)

/* This machine cannot run the test. */
#define tb_skip(...) tb_fail_with(TB_FAIL_SKIPPED, __VA_ARGS__)

/* The kernel's records are incomplete: the scenario is to be played again. */
#define tb_fail_again(...) tb_fail_with(TB_FAIL_AGAIN, __VA_ARGS__)

#endif
