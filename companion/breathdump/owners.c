/* SPDX-License-Identifier: GPL-2.0-or-later */
/* owners.c - the processes at the ends of captured packets */
#include "owners.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "clocks.h"
#include "containers.h"
#include "starts.h"
#include "timeline.h"
#include "users.h"
#include "watch.h"
#include "word.h"

#define EXPIRE_NS (1 * TB_NS_PER_S)

/* Linux cooked captures: https://www.tcpdump.org/linktypes/LINKTYPE_LINUX_SLL2.html */
#define LINK_SLL        113u
#define LINK_SLL2       276u
#define ARPHRD_LOOPBACK 772u

#define CLOCK_NEAR_NS 500u /* between two readings of a clock: good enough */

enum {
    REMARKS_MAX = 2,
    CLOCK_TRIES = 4
};

struct tb_owners {
    struct tb_watch *watch; /* NULL: there is no mechanism */
    struct tb_attrib *attrib;
    struct tb_annotator *annotator;
    struct tb_users *users;
    struct tb_containers *containers;
    struct tb_timeline timeline;
    enum tb_mechanism mechanism;
    uint64_t drained_ns; /* CLOCK_REALTIME */
    uint64_t expired_ns; /* CLOCK_MONOTONIC */
    char remarks[REMARKS_MAX][TB_WATCH_REASON_MAX + 64];
    size_t remark_count;
    bool has_failed; /* and that has not been asked for yet */
    char note[TB_NOTE_MAX + 1];
};

/* --- Opening ------------------------------------------------------------------------------- */

static const struct {
    enum tb_mechanism mechanism;
    enum tb_attribution only; /* the one asked for where no other may stand in */
    const char *name;
} candidates[] = { { TB_MECHANISM_BPF, TB_ATTRIBUTION_BPF, "BPF tracing" },
                   { TB_MECHANISM_PROC, TB_ATTRIBUTION_PROC, "looking under /proc" } };

_Static_assert(sizeof candidates / sizeof *candidates == REMARKS_MAX, "one remark for each");

static void remark(struct tb_owners *owners, const char *name, const char *reason)
{
    (void)snprintf(owners->remarks[owners->remark_count++], sizeof owners->remarks[0], "%s: %s",
                   tb_word(name), reason);
}

/* Whether the pids that are meant are not those that the mechanism tells. A container has others
 * than the outermost pid namespace, which BPF tracing tells; /proc has those of --pid always. */
static bool has_other_pids(const struct tb_options *asked, enum tb_mechanism mechanism)
{
    if (mechanism == TB_MECHANISM_BPF)
        return (asked->wanted.pid_count > 0 || asked->command != NULL) && !tb_start_is_outermost();
    return asked->command != NULL && !tb_start_is_procs();
}

static void open_watch(struct tb_owners *owners, const struct tb_options *asked)
{
    const struct tb_watch_options options = { .arguments = asked->arguments,
                                              .ring_octets = (size_t)asked->event_mib << 20 };

    for (size_t i = 0; owners->watch == NULL && i < REMARKS_MAX; i++) {
        char reason[TB_WATCH_REASON_MAX];
        int error;

        if (asked->attribution != TB_ATTRIBUTION_AUTO && asked->attribution != candidates[i].only)
            continue;
        if (has_other_pids(asked, candidates[i].mechanism)) {
            remark(owners, candidates[i].name,
                   tb_word("in a pid namespace of its own this program cannot tell which processes "
                           "are meant"));
            continue;
        }
        error = tb_watch_open(candidates[i].mechanism, &options, &owners->watch, reason);
        if (error == 0)
            owners->mechanism = candidates[i].mechanism;
        else
            owners->watch = NULL;
        if (error != 0 && reason[0] == '\0')
            (void)snprintf(reason, sizeof reason, "%s", tb_word_error(-error));
        if (reason[0] != '\0')
            remark(owners, candidates[i].name, reason);
    }
}

static int open_all(struct tb_owners *owners, const struct tb_options *options,
                    struct tb_complaint *complaint)
{
    if (options->attribution == TB_ATTRIBUTION_NONE)
        return 0;
    open_watch(owners, options);
    if (owners->watch == NULL)
        return options->attribution == TB_ATTRIBUTION_AUTO
                   ? 0
                   : tb_complain(complaint, TB_EXIT_REFUSED, "--attribution", "%s",
                                 owners->remarks[0]);
    owners->attrib = tb_attrib_new(NULL);
    owners->annotator = tb_annotator_new(NULL);
    owners->users = tb_users_read();
    owners->containers = tb_containers_new();
    if (owners->attrib == NULL || owners->annotator == NULL || owners->users == NULL ||
        owners->containers == NULL)
        return tb_complain(complaint, TB_EXIT_REFUSED, tb_word("owners"), "out of memory");
    return 0;
}

int tb_owners_open(const struct tb_options *options, struct tb_owners **owners,
                   struct tb_complaint *complaint)
{
    struct tb_owners *made = calloc(1, sizeof *made);
    int status;

    if (made == NULL)
        return tb_complain(complaint, TB_EXIT_REFUSED, tb_word("owners"), "out of memory");
    made->mechanism = TB_MECHANISM_NONE;
    status = open_all(made, options, complaint);
    if (status != 0) {
        tb_owners_close(made);
        return status;
    }
    *owners = made;
    return 0;
}

void tb_owners_close(struct tb_owners *owners)
{
    if (owners == NULL)
        return;
    tb_watch_close(owners->watch);
    tb_annotator_free(owners->annotator);
    tb_attrib_free(owners->attrib);
    tb_users_free(owners->users);
    tb_containers_free(owners->containers);
    free(owners);
}

/* --- Learning ------------------------------------------------------------------------------ */

/* An event that finds no memory counts as lost there, which is all there is to do. */
static void feed(const struct tb_sock_event *event, void *context)
{
    struct tb_owners *owners = context;

    if (event->kind == TB_SOCK_CGROUP)
        tb_containers_learn(owners->containers, event->process.cgroup, event->path);
    (void)tb_attrib_feed(owners->attrib, event);
}

int tb_owners_snapshot(struct tb_owners *owners, struct tb_complaint *complaint)
{
    int error = 0;

    if (owners->watch != NULL)
        error = tb_watch_snapshot(owners->watch, feed, owners);
    if (error != 0)
        return tb_complain(complaint, TB_EXIT_REFUSED, tb_word("sockets that are open already"),
                           "cannot be read: %s", tb_word_error(-error));
    tb_owners_drain(owners);
    return 0;
}

/* Both clocks at one moment: whatever interrupts us between the readings, another try may be
 * better. Returns CLOCK_MONOTONIC. */
static uint64_t read_clocks(uint64_t *realtime_ns)
{
    uint64_t best_ns = UINT64_MAX;
    uint64_t monotonic_ns = 0;

    for (int i = 0; i < CLOCK_TRIES && best_ns > CLOCK_NEAR_NS; i++) {
        uint64_t before_ns = tb_monotonic_ns();
        uint64_t between_ns = tb_realtime_ns();
        uint64_t took_ns = tb_monotonic_ns() - before_ns;

        if (took_ns >= best_ns)
            continue;
        best_ns = took_ns;
        monotonic_ns = before_ns + took_ns / 2;
        *realtime_ns = between_ns;
    }
    return monotonic_ns;
}

void tb_owners_drain(struct tb_owners *owners)
{
    uint64_t monotonic_ns;

    if (owners->watch == NULL)
        return;
    /* before the events are read: what is later than this is not known to be among them */
    monotonic_ns = read_clocks(&owners->drained_ns);
    tb_timeline_add(&owners->timeline, monotonic_ns, owners->drained_ns);
    /* what it could not read it tells as lost */
    if (tb_watch_drain(owners->watch, feed, owners) == -EPIPE)
        owners->has_failed = true;
    if (monotonic_ns - owners->expired_ns < EXPIRE_NS)
        return;
    owners->expired_ns = monotonic_ns;
    tb_attrib_expire(owners->attrib, monotonic_ns);
}

const char *tb_owners_failure(struct tb_owners *owners)
{
    if (!owners->has_failed)
        return NULL;
    owners->has_failed = false;
    return tb_word("the helper that looks under /proc has ended: nobody becomes known any more");
}

bool tb_owners_is_behind(const struct tb_owners *owners, uint64_t time_ns)
{
    return owners->watch != NULL && time_ns >= owners->drained_ns;
}

/* --- Looking ------------------------------------------------------------------------------- */

/* Of "any" each packet tells the kind of its interface. */
static bool is_loopback(uint32_t link_type, const struct tb_packet *packet)
{
    size_t at = link_type == LINK_SLL2 ? 8 : 2;

    if ((link_type != LINK_SLL && link_type != LINK_SLL2) || packet->captured < at + 2)
        return false;
    return ((unsigned)packet->data[at] << 8 | packet->data[at + 1]) == ARPHRD_LOOPBACK;
}

/* Whoever has to look does it for ends that nobody has told of. */
static void sight_unknown(struct tb_owners *owners, uint32_t netns,
                          const struct tb_owners_sight *sight)
{
    const struct tb_tuple *sender = &sight->packet.frame.sender;
    const struct tb_tuple receiver = tb_tuple_turned(sender);

    if (!sight->annotation.known[TB_NOTE_SRC])
        tb_watch_sight(owners->watch, netns, sender);
    if (!sight->annotation.known[TB_NOTE_DST])
        tb_watch_sight(owners->watch, netns, &receiver);
}

void tb_owners_look(struct tb_owners *owners, const struct tb_packet *packet,
                    const struct tb_owners_place *place, struct tb_owners_sight *sight)
{
    struct tb_annotator_packet *seen = &sight->packet;

    sight->is_segment = owners->watch != NULL && tb_frame_read(place->link_type, packet->data,
                                                               packet->captured, &seen->frame);
    if (!sight->is_segment)
        return;
    seen->time_ns = tb_timeline_monotonic_ns(&owners->timeline, packet->time_ns);
    seen->netns = place->netns;
    seen->loopback = place->loopback || is_loopback(place->link_type, packet);
    tb_annotator_look(owners->annotator, owners->attrib, seen, &sight->annotation);
    sight_unknown(owners, place->netns, sight);
}

bool tb_owners_is_undecided(const struct tb_owners_sight *sight)
{
    return sight->is_segment &&
           (sight->annotation.expected[TB_NOTE_SRC] || sight->annotation.expected[TB_NOTE_DST]);
}

static void set_text(struct tb_owner *owner, enum tb_owner_text which, const char *text)
{
    if (text != NULL)
        owner->text[which] = (struct tb_octet_string){ text, strlen(text) };
}

static void add_names(const struct tb_owners *owners, uint64_t cgroup, struct tb_owner *owner)
{
    if ((owner->has & TB_OWNER_UID) != 0)
        set_text(owner, TB_OWNER_USER, tb_users_name(owners->users, owner->uid));
    set_text(owner, TB_OWNER_CONTAINER, tb_containers_name(owners->containers, cgroup));
}

const char *tb_owners_note(struct tb_owners *owners, const struct tb_owners_sight *sight)
{
    struct tb_note note;

    if (!sight->is_segment ||
        !tb_annotation_note(&sight->annotation, owners->mechanism, tb_owners_lost(owners), &note))
        return NULL;
    for (size_t end = 0; end < TB_NOTE_END_COUNT; end++)
        if (sight->annotation.due[end])
            add_names(owners, sight->annotation.answer[end].cgroup, &note.owner[end]);
    return tb_note_encode(&note, owners->note, sizeof owners->note) == 0 ? NULL : owners->note;
}

const struct tb_owner *tb_owners_process(const struct tb_owners_sight *sight)
{
    const struct tb_annotation *annotation = &sight->annotation;

    if (!sight->is_segment)
        return NULL;
    if (annotation->known[TB_NOTE_SRC])
        return &annotation->answer[TB_NOTE_SRC].owner;
    if (sight->packet.loopback || annotation->expected[TB_NOTE_SRC])
        return NULL;
    return annotation->known[TB_NOTE_DST] ? &annotation->answer[TB_NOTE_DST].owner : NULL;
}

void tb_owners_wrote(struct tb_owners *owners, const struct tb_owners_sight *sight)
{
    /* out of memory: the note comes once more */
    if (sight->is_segment)
        (void)tb_annotator_wrote(owners->annotator, &sight->packet, &sight->annotation);
}

void tb_owners_next_file(struct tb_owners *owners)
{
    if (owners->annotator != NULL)
        tb_annotator_next_file(owners->annotator);
}

/* --- Asking -------------------------------------------------------------------------------- */

enum tb_mechanism tb_owners_mechanism(const struct tb_owners *owners)
{
    return owners->mechanism;
}

const char *tb_owners_remark(const struct tb_owners *owners, size_t index)
{
    return index < owners->remark_count ? owners->remarks[index] : NULL;
}

int tb_owners_fd(const struct tb_owners *owners)
{
    return owners->watch == NULL ? -1 : tb_watch_fd(owners->watch);
}

int tb_owners_helper(const struct tb_owners *owners)
{
    return owners->watch == NULL ? 0 : tb_watch_helper(owners->watch);
}

/* What is told first of a process, by the process connector, has no start. */
bool tb_owners_descends(const struct tb_owners *owners, const struct tb_owner *owner, uint32_t pid,
                        uint64_t start_ns, bool is_there)
{
    uint64_t exact_ns =
        tb_attrib_start(owners->attrib, pid, start_ns, start_ns + tb_start_step_ns());

    return (owner->has & TB_OWNER_PID) != 0 && (exact_ns != 0 || is_there) &&
           tb_attrib_descends(owners->attrib, owner->pid, owner->start_ns, pid, exact_ns);
}

uint64_t tb_owners_lost(const struct tb_owners *owners)
{
    return owners->attrib == NULL ? 0 : tb_attrib_counts(owners->attrib).lost;
}

uint64_t tb_owners_forgotten(const struct tb_owners *owners)
{
    return owners->attrib == NULL ? 0 : tb_attrib_counts(owners->attrib).forgotten;
}
