/* SPDX-License-Identifier: GPL-2.0-or-later */
/* live.c - which process has an end of a connection while Wireshark captures it
 *
 * liverule.c decides; here the kernel is asked, and what was found waits for its proof. */
#include "live.h"

#include <errno.h>
#include <net/if.h>
#include <string.h>
#include <time.h>

#include "fields.h"
#include "holders.h"
#include "liverule.h"
#include "ownership.h"

#define SECOND_NS      UINT64_C(1000000000)
#define MILLISECOND_NS UINT64_C(1000000)
#define OWN_SLACK_NS   MILLISECOND_NS /* packets of one interface are in order but for this */
#define ANY_SLACK_NS   SECOND_NS /* so much later dumpcap may deliver those of another interface */

enum {
    WAITING_MAX = 64
};

/* What is known of an end. */
struct inquiry {
    struct tb_live_found found; /* with TB_LIVE_STATE_FOUND, like what follows */
    struct tb_owner owner;
    char comm[TB_PROC_COMM_MAX + 1];
    uint64_t cookie;
    uint64_t next_ns; /* CLOCK_REALTIME: not to be asked for before */
    uint8_t state;    /* enum tb_live_state */
    uint8_t looks;
    uint8_t doubts;
    bool proven;  /* the socket is the connection's */
    bool settled; /* not to be asked for again */
};

struct tb_live {
    struct inquiry end[TB_SIDE_COUNT];
};

static struct tb_live_budget budget;
static uint64_t fresh_since_ns; /* older packets were there before the file was opened */

/* Connections whose ends were found and not proven: the capture going on may do it. */
static struct tb_conn *waiting[WAITING_MAX];
static size_t waiting_count;

static uint64_t clock_ns(clockid_t clock)
{
    struct timespec now = { 0 };

    clock_gettime(clock, &now);
    return (uint64_t)now.tv_sec * SECOND_NS + (uint64_t)now.tv_nsec;
}

/* The kernel tells of times in ticks. */
static uint64_t tick_ns(void)
{
    struct timespec tick = { 0 };

    clock_getres(CLOCK_MONOTONIC_COARSE, &tick);
    return (uint64_t)tick.tv_sec * SECOND_NS + (uint64_t)tick.tv_nsec;
}

static void begin_file(void)
{
    waiting_count = 0;
    fresh_since_ns = clock_ns(CLOCK_REALTIME) - TB_LIVE_FRESH_NS;
}

void tb_live_register(void)
{
    register_init_routine(begin_file);
}

enum tb_live_state tb_live_state(const struct tb_conn *conn, enum tb_side side)
{
    return conn->live == NULL ? TB_LIVE_STATE_NONE
                              : (enum tb_live_state)conn->live->end[side].state;
}

const struct tb_owner *tb_live_candidate(const struct tb_conn *conn, enum tb_side side)
{
    return tb_live_state(conn, side) == TB_LIVE_STATE_FOUND ? &conn->live->end[side].owner : NULL;
}

/* --- Proving ---------------------------------------------------------------------------------- */

static bool is_over(const struct tb_flow *flow, enum tb_side side)
{
    const enum tb_state state = (enum tb_state)flow->half[side].state;

    return state == TB_STATE_CLOSED || state == TB_STATE_TIME_WAIT;
}

static struct tb_live_shown shown_of(const struct tb_flow *flow, enum tb_side side,
                                     uint64_t time_ns)
{
    const struct tb_half *own = &flow->half[side];
    const struct tb_half *other = &flow->half[tb_side_other(side)];

    return (struct tb_live_shown){
        .time_ns = time_ns,
        .slack_ns = OWN_SLACK_NS,
        .received = other->syn_acked ? other->acked - other->isn - 1 : 0,
        .reached = other->top - other->isn - 1,
        .sent = own->top - own->isn - 1,
        .has_octets = own->syn_seen && other->syn_seen && own->top_known && other->top_known &&
                      !flow->fast_open,
        .finished = own->fin_seen,
        .over = is_over(flow, side),
    };
}

static bool awaits_proof(const struct tb_conn *conn, enum tb_side side)
{
    const struct inquiry *end = &conn->live->end[side];

    return end->state == TB_LIVE_STATE_FOUND && !end->proven;
}

static void name(struct tb_conn *conn, enum tb_side side, uint32_t frame)
{
    const struct inquiry *end = &conn->live->end[side];
    const struct tb_ownership told = {
        .owner = end->owner, .frame = frame, .mechanism = TB_MECHANISM_LIVE, .doubts = end->doubts
    };

    tb_owners_set_live(conn, side, &told);
}

static void judge(struct tb_conn *conn, enum tb_side side, const struct tb_live_shown *shown,
                  uint32_t frame)
{
    struct inquiry *end = &conn->live->end[side];

    switch (tb_live_judge(&end->found, shown)) {
    case TB_LIVE_WAITS:
        break;
    case TB_LIVE_PROVEN:
        end->proven = true;
        name(conn, side, frame);
        break;
    case TB_LIVE_REFUTED:
        end->state = TB_LIVE_STATE_GONE;
        break;
    }
}

/* Another packet of the connection. A reset needs no socket. */
static void judge_by(struct tb_conn *conn, const struct tb_segment *segment,
                     const struct tb_event *event)
{
    for (enum tb_side side = TB_SIDE_A; side < TB_SIDE_COUNT; side++) {
        struct tb_live_shown shown = shown_of(&conn->flow, side, segment->time_ns);

        if (!awaits_proof(conn, side))
            continue;
        shown.goes_on = segment->from == side && !tb_segment_has(segment, TB_RST) &&
                        !tb_event_is(event, TB_MARK_INEFFECTIVE) &&
                        !tb_event_is(event, TB_MARK_INFERRED);
        judge(conn, side, &shown, segment->frame);
    }
}

/* Nothing more can prove what was found: the addresses and ports are used again. */
static void give_up(struct tb_conn *conn)
{
    for (enum tb_side side = TB_SIDE_A; side < TB_SIDE_COUNT; side++)
        if (awaits_proof(conn, side))
            conn->live->end[side].state = TB_LIVE_STATE_GONE;
}

/* The capture has come to `time_ns`. Returns whether there is still something to wait for. */
static bool judge_beyond(struct tb_conn *conn, uint64_t time_ns, uint32_t frame)
{
    if (conn->next != NULL || conn->next_syn != NULL || conn->doubted != 0)
        give_up(conn);
    for (enum tb_side side = TB_SIDE_A; side < TB_SIDE_COUNT; side++) {
        struct tb_live_shown shown = shown_of(&conn->flow, side, time_ns);

        shown.slack_ns = ANY_SLACK_NS;
        shown.goes_on = true;
        if (awaits_proof(conn, side) &&
            time_ns > conn->live->end[side].found.answered_ns + ANY_SLACK_NS)
            judge(conn, side, &shown, frame);
    }
    return awaits_proof(conn, TB_SIDE_A) || awaits_proof(conn, TB_SIDE_B);
}

static void review(uint64_t time_ns, uint32_t frame)
{
    size_t kept = 0;

    for (size_t i = 0; i < waiting_count; i++)
        if (judge_beyond(waiting[i], time_ns, frame))
            waiting[kept++] = waiting[i];
    waiting_count = kept;
}

/* Of too many the oldest waits for packets of its own. */
static void wait_for_proof(struct tb_conn *conn)
{
    for (size_t i = 0; i < waiting_count; i++)
        if (waiting[i] == conn)
            return;
    if (waiting_count == WAITING_MAX) {
        waiting_count--;
        for (size_t i = 0; i < waiting_count; i++)
            waiting[i] = waiting[i + 1];
    }
    waiting[waiting_count++] = conn;
}

/* --- Asking ----------------------------------------------------------------------------------- */

static void put_address(uint8_t place[16], const address *from)
{
    if (from->type == AT_IPv4)
        tb_tuple_map_ipv4(place, from->data);
    else
        memcpy(place, from->data, 16);
}

static struct tb_tuple tuple_of(const packet_info *pinfo, const struct tb_conn *conn,
                                const struct tb_segment *segment, enum tb_side side)
{
    struct tb_tuple tuple;

    put_address(tuple.local, side == segment->from ? &pinfo->src : &pinfo->dst);
    put_address(tuple.remote, side == segment->from ? &pinfo->dst : &pinfo->src);
    tuple.local_port = conn->key.port[side];
    tuple.remote_port = conn->key.port[tb_side_other(side)];
    return tuple;
}

/* Nothing was found; what was found before stays. */
static void take_error(struct inquiry *end, const struct tb_holders_question *question)
{
    const int error = question->error;
    const bool knows = end->state == TB_LIVE_STATE_FOUND;
    enum tb_live_state state = TB_LIVE_STATE_REFUSED;

    if (error == -ENOENT)
        state = tb_holders_is_here(question->tuple.local, question->interface)
                    ? TB_LIVE_STATE_GONE
                    : TB_LIVE_STATE_ELSEWHERE;
    else if (error == -ESTALE)
        state = TB_LIVE_STATE_GONE;
    else if (error == -ETIME)
        state = TB_LIVE_STATE_BUSY;
    if (!knows)
        end->state = (uint8_t)state;
    if (knows || state == TB_LIVE_STATE_ELSEWHERE || state == TB_LIVE_STATE_REFUSED)
        end->settled = true;
}

/* Who has accepted a connection and not used it may have passed it on to whoever has it now. */
static void take_nobody(struct tb_conn *conn, enum tb_side side, enum tb_live_result result)
{
    static const uint8_t states[] = {
        [TB_LIVE_GONE] = TB_LIVE_STATE_GONE,
        [TB_LIVE_UNACCEPTED] = TB_LIVE_STATE_UNACCEPTED,
        [TB_LIVE_HIDDEN] = TB_LIVE_STATE_HIDDEN,
        [TB_LIVE_SEVERAL] = TB_LIVE_STATE_SEVERAL,
    };
    struct inquiry *end = &conn->live->end[side];

    if (end->state == TB_LIVE_STATE_FOUND &&
        ((end->doubts & TB_OWNERS_DOUBT_UNUSED) == 0 || result == TB_LIVE_GONE))
        return;
    if (end->proven)
        tb_owners_set_live(conn, side, NULL);
    end->proven = false;
    end->state = states[result];
}

static void fill(struct inquiry *end, const struct tb_holders *holders, unsigned doubts)
{
    const struct tb_holder *holder = &holders->holder[0];
    struct tb_owner *owner = &end->owner;

    memcpy(end->comm, holder->comm, sizeof(end->comm));
    owner->text[TB_OWNER_COMM].octets = end->comm;
    owner->text[TB_OWNER_COMM].length = strlen(end->comm);
    owner->pid = holder->pid;
    owner->start_ns = holder->start_ns;
    owner->uid = holders->socket.uid;
    owner->fd = holder->fd;
    owner->has = TB_OWNER_PID | TB_OWNER_START | TB_OWNER_UID | TB_OWNER_FD;
    owner->source = TB_OWNER_SOURCE_LIVE;
    owner->certainty = doubts == 0 ? TB_OWNER_SURE : TB_OWNER_UNSURE;
    end->doubts = (uint8_t)doubts;
}

static void take_holder(struct tb_conn *conn, enum tb_side side, const struct tb_holders *holders,
                        unsigned doubts, const struct tb_live_found *found,
                        const struct tb_segment *segment)
{
    const struct tb_live_shown shown = shown_of(&conn->flow, side, segment->time_ns);
    struct inquiry *end = &conn->live->end[side];
    const bool is_same = end->state == TB_LIVE_STATE_FOUND && end->cookie == holders->socket.cookie;

    if (end->proven && !is_same)
        return; /* a later connection's, whose SYN is still to come */
    fill(end, holders, doubts);
    if (end->proven) {
        name(conn, side, segment->frame);
        return;
    }
    if (!is_same)
        end->found = *found;
    end->cookie = holders->socket.cookie;
    end->state = TB_LIVE_STATE_FOUND;
    judge(conn, side, &shown, segment->frame);
    if (awaits_proof(conn, side))
        wait_for_proof(conn);
}

static struct tb_live_found describe(const struct tb_diag_socket *socket, uint64_t asked_ns)
{
    return (struct tb_live_found){
        .asked_ns = asked_ns,
        .answered_ns = clock_ns(CLOCK_REALTIME),
        .quiet_ns = (uint64_t)socket->quiet_ms * MILLISECOND_NS,
        .tick_ns = tick_ns(),
        .received = (uint32_t)socket->octets_received,
        .sent = (uint32_t)socket->octets_sent,
        .has_octets = socket->has_octets,
        .may_send = socket->state == TB_DIAG_ESTABLISHED || socket->state == TB_DIAG_CLOSE_WAIT ||
                    socket->state == TB_DIAG_SYN_SENT || socket->state == TB_DIAG_SYN_RECV,
    };
}

static bool has_connected(const struct tb_flow *flow, enum tb_side side)
{
    return flow->role_source >= TB_ROLE_BY_SYN_ACK && tb_flow_client(flow) == side;
}

/* `question` was answered for the side. */
static void take(struct tb_conn *conn, enum tb_side side,
                 const struct tb_holders_question *question, uint64_t asked_ns,
                 const struct tb_segment *segment)
{
    const struct tb_holders *holders = &question->holders;
    struct inquiry *end = &conn->live->end[side];
    const uint64_t pause_ns = tb_live_pause_ns(++end->looks);
    struct tb_live_reading reading;
    struct tb_live_found found;

    end->next_ns = asked_ns + pause_ns;
    end->settled = pause_ns == 0;
    if (question->error != 0) {
        take_error(end, question);
        return;
    }
    reading = tb_live_read(holders, has_connected(&conn->flow, side));
    if (!reading.may_improve)
        end->settled = true;
    if (reading.result != TB_LIVE_NAMED) {
        take_nobody(conn, side, reading.result);
        return;
    }
    found = describe(&holders->socket, asked_ns);
    take_holder(conn, side, holders, reading.doubts, &found, segment);
}

/* Of the sides in `sides`. */
static void look(const packet_info *pinfo, struct tb_conn *conn, const struct tb_segment *segment,
                 const enum tb_side sides[TB_SIDE_COUNT], size_t count)
{
    const uint64_t asked_ns = clock_ns(CLOCK_REALTIME);
    struct tb_holders_question questions[TB_SIDE_COUNT];
    const char *name = tb_ws_interface_name(pinfo); /* where it is one of this machine's */

    for (size_t i = 0; i < count; i++) {
        questions[i].tuple = tuple_of(pinfo, conn, segment, sides[i]);
        questions[i].interface = name == NULL ? 0 : if_nametoindex(name);
    }
    tb_holders_find_all(questions, count, TB_LIVE_LOOK_NS);
    for (size_t i = 0; i < count; i++)
        take(conn, sides[i], &questions[i], asked_ns, segment);
}

/* --- When ------------------------------------------------------------------------------------- */

/* A segment that stands for itself: a packet's first, in no tunnel, of no doubtful connection. */
static bool is_plain(const packet_info *pinfo, const struct tb_conn *conn,
                     const struct tb_segment *segment)
{
    return !segment->quoted && !segment->truncated && conn->key.tunnel == 0 && conn->doubted == 0 &&
           conn->next_syn == NULL && pinfo->src.type == pinfo->dst.type &&
           (pinfo->src.type == AT_IPv4 || pinfo->src.type == AT_IPv6) &&
           !proto_is_frame_protocol(pinfo->layers, "tcp");
}

static bool is_fresh(uint64_t time_ns, uint64_t now_ns)
{
    return time_ns + TB_LIVE_FRESH_NS > now_ns && time_ns < now_ns + TB_LIVE_FRESH_NS;
}

/* An end that has ended before anybody could ask keeps its process's secret. */
static bool wants_look(const struct tb_conn *conn, enum tb_side side, uint64_t now_ns)
{
    struct inquiry *end = &conn->live->end[side];

    if (end->settled || now_ns < end->next_ns)
        return false;
    if (!is_over(&conn->flow, side))
        return true;
    end->settled = true;
    if (end->state == TB_LIVE_STATE_NONE)
        end->state = TB_LIVE_STATE_GONE;
    return false;
}

static void ask(const packet_info *pinfo, struct tb_conn *conn, const struct tb_segment *segment)
{
    const uint64_t now_ns = clock_ns(CLOCK_REALTIME);
    enum tb_side sides[TB_SIDE_COUNT];
    size_t count = 0;
    uint64_t begin_ns;

    if (!is_fresh(segment->time_ns, now_ns))
        return;
    if (conn->live == NULL)
        conn->live = wmem_new0(wmem_file_scope(), struct tb_live);
    for (enum tb_side side = TB_SIDE_A; side < TB_SIDE_COUNT; side++)
        if (wants_look(conn, side, now_ns))
            sides[count++] = side;
    if (count == 0)
        return;
    begin_ns = clock_ns(CLOCK_MONOTONIC);
    if (tb_live_may_look(&budget, begin_ns)) {
        look(pinfo, conn, segment, sides, count);
        tb_live_looked(&budget, clock_ns(CLOCK_MONOTONIC) - begin_ns);
        return;
    }
    for (size_t i = 0; i < count; i++)
        if (conn->live->end[sides[i]].state == TB_LIVE_STATE_NONE)
            conn->live->end[sides[i]].state = TB_LIVE_STATE_BUSY;
}

/* Who captures may know better: where a file has notes, whom they do not name nobody names. */
void tb_live_see(const packet_info *pinfo, struct tb_conn *conn, const struct tb_segment *segment,
                 const struct tb_event *event)
{
    bool is_past;

    if (segment->time_ns < fresh_since_ns || !tb_pref_live_processes)
        return;
    /* a time to come proves nothing */
    is_past =
        (waiting_count != 0 || conn->live != NULL) && segment->time_ns <= clock_ns(CLOCK_REALTIME);
    if (is_past)
        review(segment->time_ns, segment->frame);
    if (tb_owners_noted() || !is_plain(pinfo, conn, segment))
        return;
    if (is_past && conn->live != NULL)
        judge_by(conn, segment, event);
    if (conn->live != NULL && conn->live->end[TB_SIDE_A].settled &&
        conn->live->end[TB_SIDE_B].settled)
        return;
    ask(pinfo, conn, segment);
}
