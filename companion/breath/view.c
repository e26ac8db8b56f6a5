/* SPDX-License-Identifier: GPL-2.0-or-later */
/* view.c - the sockets that a command shows, with their owners */
#include "view.h"

#include <assert.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <fcntl.h>
#include <netinet/in.h>
#include <unistd.h>

#include "endpoint.h"
#include "inside.h"
#include "procfs.h"

enum {
    PATH_OCTETS = 32,
    USES_MAX = 9 /* of what is remembered of owners */
};

/* ---- Reading */

static bool is_the_same(const struct tb_socket *one, const struct tb_socket *other)
{
    return one->inode == other->inode && one->protocol == other->protocol &&
           one->family == other->family && one->state == other->state &&
           one->interface == other->interface && tb_tuple_equal(&one->tuple, &other->tuple);
}

/* Two filters may pass the same socket; sorted, equals are side by side. Sockets that share a port
 * by SO_REUSEPORT differ by inode; of those without an inode no two are alike. */
static void drop_repeated(struct tb_sockets *sockets)
{
    size_t kept = 0;

    for (size_t i = 0; i < sockets->count; i++) {
        if (kept > 0 && is_the_same(&sockets->list[kept - 1], &sockets->list[i]))
            continue;
        sockets->list[kept++] = sockets->list[i];
    }
    sockets->count = kept;
}

static void drop_unwanted(struct tb_sockets *sockets, tb_view_fn *keep, const void *context)
{
    size_t kept = 0;

    for (size_t i = 0; i < sockets->count; i++) {
        if (keep(&sockets->list[i], context))
            sockets->list[kept++] = sockets->list[i];
    }
    sockets->count = kept;
}

static bool wants_listener(const struct tb_socket *socket)
{
    const enum tb_ownerless why = tb_ownerless_why(socket);

    return why == TB_OWNERLESS_HANDSHAKE || why == TB_OWNERLESS_UNACCEPTED;
}

static bool passes_all_listeners(const struct tb_sockets_filter *filter)
{
    return (filter->tcp_states & 1u << TB_SOCKET_LISTEN) != 0 && filter->local_port == 0 &&
           filter->remote_port == 0 && filter->either_port == 0;
}

static bool is_listener(const struct tb_socket *socket)
{
    return socket->protocol == IPPROTO_TCP && socket->state == TB_SOCKET_LISTEN;
}

/* From the list, where all of them are in it yet. */
static int copy_listeners(struct tb_view *view)
{
    struct tb_sockets *listeners = &view->listeners;

    for (size_t i = 0; i < view->sockets.count; i++)
        listeners->room += is_listener(&view->sockets.list[i]);
    listeners->list = calloc(listeners->room + 1, sizeof(*listeners->list));
    if (listeners->list == NULL)
        return -ENOMEM;
    for (size_t i = 0; i < view->sockets.count; i++) {
        if (is_listener(&view->sockets.list[i]))
            listeners->list[listeners->count++] = view->sockets.list[i];
    }
    return 0;
}

/* Where a socket that is shown wants them; `has`: they are there. */
static int read_listeners(struct tb_view *view, bool has)
{
    static const struct tb_sockets_filter filter = { .tcp_states = 1u << TB_SOCKET_LISTEN };

    for (size_t i = 0; i < view->sockets.count; i++) {
        if (wants_listener(&view->sockets.list[i]))
            return has ? 0 : tb_sockets_read(&view->listeners, &filter);
    }
    tb_sockets_free(&view->listeners);
    return 0;
}

static size_t put_inodes(uint32_t *inodes, const struct tb_sockets *sockets)
{
    for (size_t i = 0; i < sockets->count; i++)
        inodes[i] = sockets->list[i].inode;
    return sockets->count;
}

/* BPF finds all anew in the time that asking each holder takes. */
static bool remembers(const struct tb_view_memory *memory, const uint32_t *inodes, size_t count)
{
    if (memory->inodes.slot == NULL || memory->owners.by_bpf || memory->uses >= USES_MAX)
        return false;
    for (size_t i = 0; i < count; i++) {
        if (inodes[i] != 0 && !tb_inodes_has(&memory->inodes, inodes[i]))
            return false;
    }
    return tb_descriptors_hold(&memory->owners);
}

static int remember(struct tb_view_memory *memory, const struct tb_descriptors *owners,
                    const uint32_t *inodes, size_t count)
{
    int error;

    tb_view_forget(memory);
    error = tb_inodes_make(&memory->inodes, inodes, count);
    return error == 0 ? tb_descriptors_copy(&memory->owners, owners) : error;
}

static int find_anew(struct tb_view *view, const uint32_t *inodes, size_t count,
                     struct tb_view_memory *memory)
{
    const int error = tb_descriptors_find(&view->owners, inodes, count);

    return error == 0 && memory != NULL ? remember(memory, &view->owners, inodes, count) : error;
}

static int find_owners(struct tb_view *view, struct tb_view_memory *memory)
{
    const size_t count = view->sockets.count + view->listeners.count;
    uint32_t *inodes = calloc(count + 1, sizeof(*inodes));
    int error;

    if (inodes == NULL)
        return -ENOMEM;
    (void)put_inodes(inodes + put_inodes(inodes, &view->sockets), &view->listeners);
    if (memory != NULL && remembers(memory, inodes, count)) {
        memory->uses++;
        error = tb_descriptors_copy(&view->owners, &memory->owners);
    } else {
        error = find_anew(view, inodes, count, memory);
    }
    free(inodes);
    return error;
}

int tb_view_read_again(struct tb_view *view, const struct tb_sockets_filter *filters, size_t count,
                       tb_view_fn *keep, const void *context, struct tb_view_memory *memory)
{
    const bool has_listeners = count == 1 && passes_all_listeners(&filters[0]);
    int error = 0;

    *view = (struct tb_view){ 0 };
    for (size_t i = 0; i < count && error == 0; i++)
        error = tb_sockets_read(&view->sockets, &filters[i]);
    if (error == 0 && has_listeners)
        error = copy_listeners(view);
    if (error != 0)
        return error;
    if (keep != NULL)
        drop_unwanted(&view->sockets, keep, context);
    tb_sockets_sort(&view->sockets);
    if (count > 1)
        drop_repeated(&view->sockets);
    error = read_listeners(view, has_listeners);
    return error == 0 ? find_owners(view, memory) : error;
}

int tb_view_read(struct tb_view *view, const struct tb_sockets_filter *filters, size_t count,
                 tb_view_fn *keep, const void *context)
{
    return tb_view_read_again(view, filters, count, keep, context, NULL);
}

void tb_view_forget(struct tb_view_memory *memory)
{
    tb_inodes_free(&memory->inodes);
    tb_descriptors_free(&memory->owners);
    *memory = (struct tb_view_memory){ .uses = 0 };
}

void tb_view_forget_containers(struct tb_view *view)
{
    for (size_t i = 0; view->container != NULL && i < view->owners.process_count; i++)
        tb_line_free(&view->container[i]);
    free(view->container);
    view->container = NULL;
}

void tb_view_free(struct tb_view *view)
{
    tb_view_forget_containers(view);
    tb_sockets_free(&view->sockets);
    tb_sockets_free(&view->listeners);
    tb_descriptors_free(&view->owners);
}

/* ---- Owners */

enum tb_view_owner tb_view_owner(const struct tb_view *view, const struct tb_socket *socket)
{
    size_t count;

    switch (tb_ownerless_why(socket)) {
    case TB_OWNERLESS_HANDSHAKE:
        return TB_VIEW_HANDSHAKE;
    case TB_OWNERLESS_UNACCEPTED:
        return TB_VIEW_UNACCEPTED;
    case TB_OWNERLESS_CLOSED:
        return TB_VIEW_CLOSED;
    case TB_OWNERLESS_TIME_WAIT:
        return TB_VIEW_TIME_WAIT;
    case TB_OWNERLESS_NOT:
    case TB_OWNERLESS_COUNT:
        break;
    }
    if (tb_descriptors_of_inode(&view->owners, socket->inode, &count) != NULL)
        return TB_VIEW_HELD;
    return tb_descriptors_complete(&view->owners) ? TB_VIEW_NOBODY : TB_VIEW_HIDDEN;
}

int tb_view_find_containers(struct tb_view *view)
{
    const struct tb_descriptors *owners = &view->owners;

    view->container = calloc(owners->process_count + 1, sizeof(*view->container));
    if (view->container == NULL)
        return -ENOMEM;
    for (size_t i = 0; i < owners->process_count; i++)
        (void)tb_inside_put(&view->container[i], &owners->process[i]);
    return 0;
}

const char *tb_view_container(const struct tb_view *view)
{
    for (size_t i = 0; view->container != NULL && i < view->owners.process_count; i++) {
        if (view->container[i].length > 0)
            return tb_line_text(&view->container[i]);
    }
    return NULL;
}

void tb_view_put_process(struct tb_line *line, const struct tb_process *process)
{
    tb_line_put_outside(line, process->comm, strlen(process->comm));
    tb_line_put(line, " (");
    tb_line_put_number(line, process->pid);
    tb_line_put(line, ")");
}

/* Each process once, however many descriptors it has. */
static void put_holders(const struct tb_view *view, uint32_t inode, struct tb_line *line)
{
    size_t count;
    const struct tb_holding *holding = tb_descriptors_of_inode(&view->owners, inode, &count);

    for (size_t i = 0; i < count; i++) {
        if (i > 0 && holding[i].process == holding[i - 1].process)
            continue;
        tb_line_put(line, i > 0 ? ", " : "");
        tb_view_put_process(line, &view->owners.process[holding[i].process]);
        if (view->container != NULL && view->container[holding[i].process].length > 0) {
            tb_line_put(line, " [");
            tb_line_put(line, tb_line_text(&view->container[holding[i].process]));
            tb_line_put(line, "]");
        }
    }
}

/* "(not accepted yet by hello (20152))", where it is known which listener took it in. */
static void put_listeners_process(const struct tb_view *view, const struct tb_socket *socket,
                                  enum tb_lang lang, struct tb_line *line, enum tb_say with,
                                  enum tb_say without)
{
    struct tb_line process = { 0 };
    size_t alike;
    const struct tb_socket *listener =
        tb_ownerless_listener(view->listeners.list, view->listeners.count, socket, &alike);

    if (listener != NULL && alike == 1)
        put_holders(view, listener->inode, &process);
    if (process.length > 0)
        tb_say(line, lang, with, TB_TOKENS({ "process", tb_line_text(&process) }));
    else
        tb_say(line, lang, without, NULL);
    tb_line_free(&process);
}

static void put_hidden(const struct tb_socket *socket, enum tb_lang lang, struct tb_line *line)
{
    struct tb_line uid = { 0 };

    tb_line_put_number(&uid, socket->uid);
    tb_say(line, lang, TB_SAY_CELL_HIDDEN, TB_TOKENS({ "uid", tb_line_text(&uid) }));
    tb_line_free(&uid);
}

void tb_view_put_owner(const struct tb_view *view, const struct tb_socket *socket,
                       enum tb_lang lang, struct tb_line *line)
{
    switch (tb_view_owner(view, socket)) {
    case TB_VIEW_HELD:
        put_holders(view, socket->inode, line);
        break;
    case TB_VIEW_HIDDEN:
        put_hidden(socket, lang, line);
        break;
    case TB_VIEW_NOBODY:
        tb_say(line, lang, TB_SAY_CELL_NOBODY, NULL);
        break;
    case TB_VIEW_HANDSHAKE:
        put_listeners_process(view, socket, lang, line, TB_SAY_CELL_HANDSHAKE_OF,
                              TB_SAY_CELL_HANDSHAKE);
        break;
    case TB_VIEW_UNACCEPTED:
        put_listeners_process(view, socket, lang, line, TB_SAY_CELL_UNACCEPTED_BY,
                              TB_SAY_CELL_UNACCEPTED);
        break;
    case TB_VIEW_CLOSED:
        tb_say(line, lang, TB_SAY_CELL_CLOSED, NULL);
        break;
    case TB_VIEW_TIME_WAIT:
        tb_say(line, lang, TB_SAY_CELL_TIME_WAIT, NULL);
        break;
    case TB_VIEW_OWNER_COUNT:
        break;
    }
}

size_t tb_view_hidden(const struct tb_view *view)
{
    size_t hidden = 0;

    if (tb_descriptors_complete(&view->owners))
        return 0;
    for (size_t i = 0; i < view->sockets.count; i++)
        hidden += tb_view_owner(view, &view->sockets.list[i]) == TB_VIEW_HIDDEN;
    return hidden;
}

enum tb_exit tb_view_status(const struct tb_view *view)
{
    if (view->sockets.count == 0)
        return TB_EXIT_NOTHING;
    return tb_view_hidden(view) > 0 ? TB_EXIT_HIDDEN : TB_EXIT_FOUND;
}

void tb_view_say_containers(const struct tb_view *view, const struct tb_page *page)
{
    const char *container = tb_view_container(view);

    if (container != NULL)
        tb_page_say(page, TB_SAY_IN_CONTAINER, TB_TOKENS({ "container", container }));
}

/* ---- How complete it was */

static enum tb_say search_sentence(const struct tb_view *view)
{
    const struct tb_descriptors *owners = &view->owners;
    const bool hidden = tb_view_hidden(view) > 0;

    if (owners->unlisted)
        return TB_SAY_SEARCH_UNLISTED;
    if (owners->hidden > 0)
        return hidden ? TB_SAY_SEARCH_HIDDEN : TB_SAY_SEARCH_PARTLY;
    if (owners->outside)
        return hidden ? TB_SAY_SEARCH_OUTSIDE : TB_SAY_SEARCH_INSIDE;
    return TB_SAY_SEARCH_COMPLETE;
}

/* "process_api (1), ...": those of whom it is known. */
static void put_unseen(struct tb_line *line, const struct tb_descriptors *owners)
{
    char path[PATH_OCTETS];
    struct tb_proc_stat stat;
    size_t named = 0;

    for (size_t i = 0; i < owners->hidden && i < TB_DESCRIPTORS_NAMED; i++) {
        struct tb_process process = { .pid = owners->hidden_pid[i] };

        (void)snprintf(path, sizeof(path), "/proc/%u/stat", process.pid);
        if (!tb_procfs_stat(AT_FDCWD, path, &stat))
            continue;
        memcpy(process.comm, stat.comm, sizeof(process.comm));
        tb_line_put(line, named++ > 0 ? ", " : "");
        tb_view_put_process(line, &process);
    }
    tb_line_put(line, named > 0 && named < owners->hidden ? ", ..." : "");
}

/* Where root is told that something is hidden, it is told what, and that this is no mistake. */
static void say_not_even_root(const struct tb_view *view, const struct tb_page *page)
{
    struct tb_line processes = { 0 };

    if (geteuid() == 0 && view->owners.hidden > 0)
        put_unseen(&processes, &view->owners);
    if (processes.length > 0)
        tb_page_tell(page, TB_SAY_SEARCH_NOT_EVEN_ROOT,
                     TB_TOKENS({ "processes", tb_line_text(&processes) }));
    tb_line_free(&processes);
}

void tb_view_say_search(const struct tb_view *view, const struct tb_page *page)
{
    const bool hidden = tb_view_hidden(view) > 0;
    struct tb_line all = { 0 }, unseen = { 0 };
    const struct tb_page told = tb_page_talk(page);

    tb_line_put_number(&all, view->owners.looked_into + view->owners.hidden);
    tb_line_put_number(&unseen, view->owners.hidden);
    if (page->explain >= TB_EXPLAIN_SHORT ? view->owners.looked_into > 0 : hidden) {
        tb_page_tell(&told, search_sentence(view),
                     TB_TOKENS({ "all", tb_line_text(&all) }, { "hidden", tb_line_text(&unseen) }));
        say_not_even_root(view, &told);
    }
    if (view->sockets.inexact)
        tb_page_tell(&told, TB_SAY_INEXACT, NULL);
    tb_line_free(&all);
    tb_line_free(&unseen);
}

void tb_view_next(const struct tb_view *view, const struct tb_page *page, const char *typed,
                  const char *next, enum tb_say why)
{
    struct tb_line sudo = { 0 };

    tb_line_put(&sudo, "sudo breath ");
    tb_line_put(&sudo, typed);
    if (tb_view_hidden(view) > 0 && geteuid() != 0)
        tb_page_next(page, tb_line_text(&sudo), TB_SAY_NEXT_SUDO);
    else
        tb_page_next(page, next, why);
    tb_line_free(&sudo);
}

/* ---- JSON */

static json_t *json_text(const struct tb_line *line)
{
    return json_string(tb_line_text(line));
}

static json_t *json_end(const uint8_t address[16], uint16_t port)
{
    struct tb_line line = { 0 };
    json_t *end;

    tb_endpoint_put_address(&line, address);
    end = json_pack("{s:o, s:i}", "address", json_text(&line), "port", (int)port);
    tb_line_free(&line);
    return end;
}

static json_t *json_owner(const struct tb_view *view, const struct tb_holding *holding,
                          size_t count)
{
    const struct tb_process *process = &view->owners.process[holding->process];
    struct tb_line name = { 0 };
    json_t *fds = json_array();
    json_t *owner;

    for (size_t i = 0; i < count; i++)
        (void)json_array_append_new(fds, json_integer(holding[i].fd));
    tb_line_put_outside(&name, process->comm, strlen(process->comm));
    owner = json_pack("{s:I, s:o, s:I, s:I, s:o}", "pid", (json_int_t)process->pid, "name",
                      json_text(&name), "uid", (json_int_t)process->uid, "parent",
                      (json_int_t)process->parent_pid, "fds", fds);
    if (view->container != NULL && view->container[holding->process].length > 0)
        (void)json_object_set_new(owner, "container",
                                  json_text(&view->container[holding->process]));
    tb_line_free(&name);
    return owner;
}

static json_t *json_owners(const struct tb_view *view, uint32_t inode)
{
    size_t count;
    const struct tb_holding *holding =
        inode == 0 ? NULL : tb_descriptors_of_inode(&view->owners, inode, &count);
    json_t *owners = json_array();

    for (size_t from = 0, to; holding != NULL && from < count; from = to) {
        for (to = from + 1; to < count && holding[to].process == holding[from].process; to++)
            ;
        (void)json_array_append_new(owners, json_owner(view, &holding[from], to - from));
    }
    return owners;
}

static const char *owner_name(enum tb_view_owner owner)
{
    static const char *const names[] = {
        [TB_VIEW_HELD] = "held",
        [TB_VIEW_HIDDEN] = "hidden",
        [TB_VIEW_NOBODY] = "nobody",
        [TB_VIEW_HANDSHAKE] = "handshake",
        [TB_VIEW_UNACCEPTED] = "not-accepted",
        [TB_VIEW_CLOSED] = "closed",
        [TB_VIEW_TIME_WAIT] = "time-wait",
    };

    static_assert(sizeof(names) / sizeof(names[0]) == TB_VIEW_OWNER_COUNT, "a name each");
    return names[owner];
}

static bool waits_for_others(const struct tb_socket *socket)
{
    return socket->state == TB_SOCKET_LISTEN || socket->state == TB_SOCKET_CLOSE;
}

json_t *tb_view_json_socket(const struct tb_view *view, const struct tb_socket *socket)
{
    const enum tb_view_owner owner = tb_view_owner(view, socket);
    const struct tb_socket *listener = NULL;
    size_t alike = 0;
    json_t *made = json_pack(
        "{s:s, s:s, s:o, s:o, s:{s:I, s:I}, s:I, s:s, s:o}", "protocol",
        tb_endpoint_protocol(socket), "state", tb_endpoint_state(socket), "local",
        json_end(socket->tuple.local, socket->tuple.local_port), "remote",
        socket->tuple.remote_port == 0 ? json_null()
                                       : json_end(socket->tuple.remote, socket->tuple.remote_port),
        "queue", "receive", (json_int_t)socket->receive_queue, "send",
        (json_int_t)socket->send_queue, "inode", (json_int_t)socket->inode, "owner",
        owner_name(owner), "owners", json_owners(view, socket->inode));

    if (socket->interface != 0)
        (void)json_object_set_new(made, "interface", json_integer(socket->interface));
    if (socket->inode != 0)
        (void)json_object_set_new(made, "uid", json_integer(socket->uid));
    if (waits_for_others(socket))
        (void)json_object_set_new(made, "reachable",
                                  json_string(tb_endpoint_reach_name(tb_endpoint_reach(socket))));
    if (wants_listener(socket))
        listener =
            tb_ownerless_listener(view->listeners.list, view->listeners.count, socket, &alike);
    if (listener != NULL && alike == 1)
        (void)json_object_set_new(made, "listeners", json_owners(view, listener->inode));
    return made;
}

json_t *tb_view_json_sockets(const struct tb_view *view)
{
    json_t *list = json_array();

    for (size_t i = 0; i < view->sockets.count; i++)
        (void)json_array_append_new(list, tb_view_json_socket(view, &view->sockets.list[i]));
    return list;
}

json_t *tb_view_json_search(const struct tb_view *view)
{
    const struct tb_descriptors *owners = &view->owners;
    const json_int_t processes = (json_int_t)owners->looked_into + (json_int_t)owners->hidden;

    return json_pack("{s:s, s:b, s:I, s:I, s:b, s:b, s:b}", "mechanism",
                     owners->by_bpf ? "bpf" : "proc", "complete",
                     (int)tb_descriptors_complete(owners), "processes", processes, "hidden",
                     (json_int_t)owners->hidden, "unlisted", (int)owners->unlisted, "outside",
                     (int)owners->outside, "inexact", (int)view->sockets.inexact);
}
