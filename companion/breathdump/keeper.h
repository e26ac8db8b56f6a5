/* SPDX-License-Identifier: GPL-2.0-or-later */
/* keeper.h - the process between breathdump and COMMAND
 *
 * breathdump gives up what it may do before it looks at a packet, and then may signal nobody: not
 * as another user than COMMAND's, and not out of its Landlock domain. This process, which sees no
 * packets, is COMMAND's parent and does it: COMMAND does not outlive the capture, even where
 * breathdump is killed. */
#ifndef TB_KEEPER_H
#define TB_KEEPER_H

/* For COMMAND to end after a signal, before it is killed. */
#define TB_KEEPER_GRACE_S 5u

/* What breathdump writes, one octet each; its end, when breathdump closes the pipe or is gone. */
enum tb_keeper_order {
    TB_KEEPER_GO = 0, /* run COMMAND */
    /* 1 to 64: pass this signal on; the second time: kill */
    TB_KEEPER_TOLD = 0xff /* COMMAND has had the signal itself; the second time: kill */
};

/* In the new process, which has been forked before anything was done about signals: COMMAND gets
 * their mask and dispositions, and the caller's environment and files; under sudo it is the
 * invoking user's. Says an errno, or 0, into `failure`: whether COMMAND can be run; waits for the
 * order to run it, and says an errno once more if it does not run. Ends with COMMAND's exit
 * status, or 128 and its signal. */
_Noreturn void tb_keeper_run(char **arguments, int orders, int failure);

#endif
