/* SPDX-License-Identifier: GPL-2.0-or-later */
/* measure.c - runs a command with its output thrown away and prints what it cost:
 * seconds of CPU time (user and system), and peak resident memory in KiB.
 *
 * usage: measure [-n TIMES] [-s STATUS] COMMAND [ARGUMENT...]
 *
 * Of several runs the mean time and the largest memory are printed. A run that does not end with
 * that status (0 where none is given) ends it all. */
#define _GNU_SOURCE /* wait4() */
#include <errno.h>
#include <fcntl.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

extern char **environ;

static double seconds(struct timeval time)
{
    return (double)time.tv_sec + (double)time.tv_usec / 1e6;
}

/* Without a copy of this process, which would be part of the cost. */
static void run(char **command, long status, struct rusage *usage)
{
    posix_spawn_file_actions_t actions;
    pid_t child;
    int got, error;

    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_addopen(&actions, STDOUT_FILENO, "/dev/null", O_WRONLY, 0);
    error = posix_spawnp(&child, command[0], &actions, NULL, command, environ);
    posix_spawn_file_actions_destroy(&actions);
    if (error == 0 && wait4(child, &got, 0, usage) != child)
        error = errno;
    if (error != 0) {
        fprintf(stderr, "measure: %s: %s\n", command[0], strerror(error));
        exit(1);
    }
    if (!WIFEXITED(got) || WEXITSTATUS(got) != status) {
        fprintf(stderr, "measure: %s failed\n", command[0]);
        exit(1);
    }
}

int main(int argc, char **argv)
{
    double total = 0;
    long times = 1, status = 0, memory = 0;
    int option;

    while ((option = getopt(argc, argv, "+n:s:")) != -1) {
        if (option == 'n')
            times = strtol(optarg, NULL, 10);
        else if (option == 's')
            status = strtol(optarg, NULL, 10);
        else
            optind = argc;
    }
    if (optind >= argc || times < 1) {
        fprintf(stderr, "usage: measure [-n TIMES] [-s STATUS] COMMAND [ARGUMENT...]\n");
        return 2;
    }
    for (long i = 0; i < times; i++) {
        struct rusage usage;

        run(argv + optind, status, &usage);
        total += seconds(usage.ru_utime) + seconds(usage.ru_stime);
        memory = usage.ru_maxrss > memory ? usage.ru_maxrss : memory;
    }
    printf("%.6f %ld\n", total / (double)times, memory);
    return 0;
}
