/* SPDX-License-Identifier: GPL-2.0-or-later */
/* drive.c - plays scenarios with real sockets; leaves captures and the kernel's word on them
 *
 *   live-drive WIRE FOLDER [SCENARIO...]
 *
 * In FOLDER each scenario leaves NAME.pcap, NAME.kernel (for live-compare) and NAME.out (what it
 * had to say). stdout gets a line for each: the name and the exit status, 77 where this machine
 * cannot play it.
 *
 * Scenarios mostly wait for the kernel's timers, so some run at once: a few workers, each with a
 * trace of its own, take the next scenario until there is none. Each scenario is a process of its
 * own: when it ends, its namespaces and all that is in them are gone.
 */
#include <errno.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "fail.h"
#include "scenarios.h"

enum {
    WORKERS = 4,
    TRIES = 4, /* the witnesses may be heard at different moments: tb_fail_again */
    SCENARIOS = 128
};

struct plan {
    enum tb_wire wire;
    const char *folder;
    size_t count;
    const struct tb_scenario *scenario[SCENARIOS];
    size_t *next; /* shared by the workers */
};

static enum tb_wire wire_named(const char *name)
{
    for (int wire = 0; wire < TB_WIRE_COUNT; wire++) {
        if (strcmp(name, tb_wire_name((enum tb_wire)wire)) == 0)
            return (enum tb_wire)wire;
    }
    tb_fail("no such wire: %s", name);
}

static bool is_wanted(const char *name, char **wanted)
{
    if (!*wanted)
        return true;
    for (; *wanted; wanted++) {
        if (strcmp(name, *wanted) == 0)
            return true;
    }
    return false;
}

static void make_plan(struct plan *plan, char **wanted)
{
    for (const struct tb_scenario *one = tb_scenarios; one->name; one++) {
        if (one->wires >> plan->wire & 1u && is_wanted(one->name, wanted) &&
            plan->count < SCENARIOS)
            plan->scenario[plan->count++] = one;
    }
    if (plan->count == 0)
        tb_fail("no such scenario on this wire");
    plan->next =
        mmap(NULL, sizeof(*plan->next), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (plan->next == MAP_FAILED)
        tb_fail("no shared memory: %s", strerror(errno));
}

static void path_of(const struct plan *plan, const struct tb_scenario *scenario,
                    const char *extension, char path[PATH_MAX])
{
    if (snprintf(path, PATH_MAX, "%s/%s.%s", plan->folder, scenario->name, extension) >= PATH_MAX)
        tb_fail("the folder's name is too long");
}

/* Where nothing is held up, the kernel's word is not so exact that an allowance is always needed.
 */
static void print(const struct tb_world *world, const char *path)
{
    const struct tb_scenario *scenario = world->scenario;
    bool exact = world->net.wire == TB_WIRE_RELAY;
    FILE *out = fopen(path, "we");

    if (!out)
        tb_fail("%s cannot be written", path);
    tb_record_print(&world->record, out);
    for (const struct tb_allowance *one = scenario->allowed; one->times; one++)
        fprintf(out, "allow\t%s\t%s\t%s\t%u\t%u\t%s\n", tb_end_name(one->end), one->ours,
                one->kernel, exact ? one->times : 0, one->times, one->reason);
    if (scenario->steps)
        fprintf(out, "steps\t%s\n", scenario->steps);
    if (fclose(out) != 0)
        tb_fail("%s cannot be written", path);
}

static _Noreturn void play(const struct plan *plan, const struct tb_scenario *scenario,
                           struct tb_trace *trace)
{
    static struct tb_world world;
    char path[PATH_MAX];

    tb_fail_name(scenario->name);
    path_of(plan, scenario, "out", path);
    if (!freopen(path, "we", stdout) || dup2(STDOUT_FILENO, STDERR_FILENO) < 0)
        tb_fail("%s cannot be written", path);
    path_of(plan, scenario, "pcap", path);
    tb_world_make(&world, scenario, plan->wire, trace, path);
    scenario->play(&world);
    tb_world_finish(&world);
    path_of(plan, scenario, "kernel", path);
    print(&world, path);
    exit(EXIT_SUCCESS);
}

/* Ends this process with its parent. */
static void follow(pid_t parent)
{
    if (prctl(PR_SET_PDEATHSIG, SIGKILL) < 0 || getppid() != parent)
        _exit(EXIT_FAILURE);
}

static pid_t fork_child(void)
{
    pid_t parent = getpid();
    pid_t child;

    fflush(NULL);
    child = fork();
    if (child < 0)
        tb_fail("fork: %s", strerror(errno));
    if (child == 0)
        follow(parent);
    return child;
}

static int status_of(pid_t child)
{
    int status;

    if (waitpid(child, &status, 0) != child)
        tb_fail("waitpid: %s", strerror(errno));
    return WIFEXITED(status) ? WEXITSTATUS(status) : EXIT_FAILURE;
}

static int play_until_complete(const struct plan *plan, const struct tb_scenario *scenario,
                               struct tb_trace *trace)
{
    int status = TB_FAIL_AGAIN;

    for (int tries = 0; tries < TRIES && status == TB_FAIL_AGAIN; tries++) {
        pid_t child = fork_child();

        if (child == 0)
            play(plan, scenario, trace);
        status = status_of(child);
    }
    return status;
}

static _Noreturn void work(const struct plan *plan, struct tb_trace *trace)
{
    for (;;) {
        size_t i = __atomic_fetch_add(plan->next, 1, __ATOMIC_RELAXED);

        if (i >= plan->count)
            exit(EXIT_SUCCESS);
        printf("%s %d\n", plan->scenario[i]->name,
               play_until_complete(plan, plan->scenario[i], trace));
        fflush(stdout);
    }
}

int main(int count, char **arguments)
{
    static struct tb_trace trace[WORKERS];
    static struct plan plan;
    pid_t worker[WORKERS];
    int status = EXIT_SUCCESS;

    if (count < 3)
        tb_fail("usage: live-drive WIRE FOLDER [SCENARIO...]");
    follow(getppid());
    plan.wire = wire_named(arguments[1]);
    plan.folder = arguments[2];
    make_plan(&plan, arguments + 3);
    tb_net_isolate();
    tb_trace_open(trace, WORKERS);
    for (int i = 0; i < WORKERS; i++) {
        worker[i] = fork_child();
        if (worker[i] == 0)
            work(&plan, &trace[i]);
    }
    for (int i = 0; i < WORKERS; i++)
        status |= status_of(worker[i]);
    return status;
}
