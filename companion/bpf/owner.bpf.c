/* SPDX-License-Identifier: GPL-2.0-or-later */
/* owner.bpf.c - tells who connects, uses, listens on and closes TCP sockets, and what processes do
 *
 * All programs hang on the kernel's own tracepoints, by BTF (tp_btf): no kprobe, no fentry, no
 * tracefs. Linux 5.8 and later.
 *
 * Whose is it? `current` counts only in the context of a system call that concerns the socket. A
 * change of state usually happens in a softirq, in whatever process was interrupted: on loopback a
 * server's socket becomes ESTABLISHED in the client's context. So a change counts as a process's
 * doing only where the socket is locked by a process (sk_lock.owned; a softirq that found it so
 * would have queued its packet), and only for changes that nothing but a system call makes.
 *
 * At SYN_SENT the source port is not chosen yet (tcp_v4_connect()), so the connector waits in
 * `ends` and is told at the next change of state, or when the SYN is sent again.
 *
 * The kernel's own sockets (NFS, SMB, ...) have no file. Whoever writes to the mount sends on them,
 * so that no process is told of them but the kernel's own threads, as what they are. */
#include "facts.bpf.h"

#include <bpf/bpf_tracing.h>

enum {
    USERS = 4,                    /* remembered for a socket, so as not to be told again */
    USES_MAX = 32,                /* told for a socket */
    ENDS = 65536,                 /* sockets remembered; 136 octets each and the kernel's share */
    WAKE_OCTETS_SHIFT = 2,        /* with a quarter of the ring full it is urgent */
    WAKE_NS = 100 * 1000 * 1000,  /* between two wake-ups of the reader */
    WAKE_URGENT_NS = 1000 * 1000, /* likewise when it is urgent */
    TEXT_MASK = TB_WIRE_TEXT_MAX - 1
};

struct user {
    __u64 start_ns;
    __u32 pid;
    __u32 unused;
};

/* What is known of a socket between its birth and CLOSE. */
struct end {
    __u64 time_ns;                    /* of connect() */
    struct tb_wire_process connector; /* pid 0: none */
    struct user user[USERS];          /* the connector is one */
    __u32 uses;                       /* how many were told */
    __u8 is_active;                   /* by connect() */
    __u8 is_waiting;                  /* CONNECT is still to be told */
    __u8 unused[2];
};

/* A socket's address is soon another's: an entry begins anew with its socket and ends at CLOSE. An
 * entry that has to give way costs one more USE; a connector's is counted as lost. */
struct {
    __uint(type, BPF_MAP_TYPE_LRU_HASH);
    __uint(max_entries, ENDS);
    __type(key, __u64);
    __type(value, struct end);
} ends SEC(".maps");

struct {
    __uint(type, BPF_MAP_TYPE_RINGBUF);
    __uint(max_entries, 8 << 20); /* the loader says otherwise */
} ring SEC(".maps");

struct exec_record {
    struct tb_wire_exec head;
    char text[2 * TB_WIRE_TEXT_MAX];
};

struct {
    __uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
    __uint(max_entries, 1);
    __type(key, __u32);
    __type(value, struct exec_record);
} scratch SEC(".maps");

/* The loader says otherwise. */
const volatile __u8 with_arguments = 0;
const volatile __u8 with_sends = 0; /* on_sent() is there */
const volatile __u32 ring_octets = 8 << 20;

/* Mapped into the reader */
__u64 lost = 0;          /* records for which there was no room */
__u64 lost_connects = 0; /* those of them that tell of what began long before */
__u32 is_complete = 0;   /* the snapshot has told of what was there before */

__u64 woken_ns = 0;

char licence[] SEC("license") = "GPL";

/* --- The ring --------------------------------------------------------------------------------- */

/* A wake-up for every record would cost more than all the rest of this (29 us a connection). */
static __always_inline __u64 ring_flags(__u64 now_ns)
{
    __u64 waiting = bpf_ringbuf_query(&ring, BPF_RB_AVAIL_DATA);
    __s64 quiet_ns = waiting > ring_octets >> WAKE_OCTETS_SHIFT ? WAKE_URGENT_NS : WAKE_NS;

    if ((__s64)(now_ns - woken_ns) < quiet_ns)
        return BPF_RB_NO_WAKEUP;
    woken_ns = now_ns;
    return BPF_RB_FORCE_WAKEUP;
}

static __always_inline void count_loss(void)
{
    __sync_fetch_and_add(&lost, 1);
}

static __always_inline void count_lost_connect(void)
{
    __sync_fetch_and_add(&lost_connects, 1);
    __sync_fetch_and_add(&lost, 1);
}

static __always_inline struct tb_wire_socket *new_socket_record(__u32 kind, struct sock *sk)
{
    struct tb_wire_socket *record = bpf_ringbuf_reserve(&ring, sizeof(*record), 0);

    if (!record)
        return NULL;
    __builtin_memset(record, 0, sizeof(*record));
    record->task.time_ns = bpf_ktime_get_ns();
    record->task.kind = kind;
    record->task.fd = -1;
    read_socket(record, sk, TYPED);
    return record;
}

static __always_inline void tell_task(__u32 kind, struct task_struct *task, const char *comm)
{
    struct tb_wire_task *record = bpf_ringbuf_reserve(&ring, sizeof(*record), 0);

    if (!record) {
        count_loss();
        return;
    }
    __builtin_memset(record, 0, sizeof(*record));
    record->time_ns = bpf_ktime_get_ns();
    record->kind = kind;
    record->fd = -1;
    read_process(&record->process, task);
    if (comm)
        bpf_probe_read_kernel_str(record->process.comm, sizeof(record->process.comm), comm);
    bpf_ringbuf_submit(record, ring_flags(record->time_ns));
}

static __always_inline void tell_socket(__u32 kind, struct sock *sk)
{
    struct tb_wire_socket *record = new_socket_record(kind, sk);

    if (record)
        bpf_ringbuf_submit(record, ring_flags(record->task.time_ns));
    else
        count_loss();
}

static __always_inline int tell_socket_of(__u32 kind, struct sock *sk, struct task_struct *task)
{
    struct tb_wire_socket *record = new_socket_record(kind, sk);

    if (!record) {
        count_loss();
        return 0;
    }
    read_process(&record->task.process, task);
    bpf_ringbuf_submit(record, ring_flags(record->task.time_ns));
    return 1;
}

/* --- Users ------------------------------------------------------------------------------------ */

static __always_inline int is_of_kernel(struct task_struct *task)
{
    return (BPF_CORE_READ(task, flags) & PF_KTHREAD) != 0;
}

static __always_inline int has_file(struct sock *sk)
{
    return BPF_CORE_READ(sk, sk_socket, file) != NULL;
}

static __always_inline int is_known_user(const struct end *end, __u32 pid, __u64 start_ns)
{
#pragma unroll
    for (int i = 0; i < USERS; i++) {
        if (end->user[i].pid == pid && end->user[i].start_ns == start_ns)
            return 1;
    }
    return 0;
}

static __always_inline void remember_user(__u64 key, struct end *end, __u32 pid, __u64 start_ns)
{
    struct end fresh = {};
    __u32 slot;

    if (!end) {
        fresh.uses = 1;
        fresh.user[0].pid = pid;
        fresh.user[0].start_ns = start_ns;
        bpf_map_update_elem(&ends, &key, &fresh, BPF_ANY);
        return;
    }
    slot = end->uses++ & (USERS - 1);
    end->user[slot].pid = pid;
    end->user[slot].start_ns = start_ns;
}

/* In the context of a system call on the socket. */
static __always_inline int use(struct sock *sk)
{
    __u32 pid = bpf_get_current_pid_tgid() >> 32;
    __u64 start_ns = current_start_ns();
    __u64 key = (__u64)sk;
    struct end *end = bpf_map_lookup_elem(&ends, &key);
    struct task_struct *task;

    if (end && (is_known_user(end, pid, start_ns) || end->uses >= USES_MAX))
        return 0;
    task = (void *)bpf_get_current_task();
    if (!is_of_kernel(task) && has_file(sk) && tell_socket_of(TB_WIRE_USE, sk, task))
        remember_user(key, end, pid, start_ns);
    return 0;
}

/* After data was copied to the reader. Also called for readers inside the kernel, from softirqs. */
SEC("tp_btf/tcp_rcv_space_adjust")
int BPF_PROG(on_received, struct sock *sk)
{
    return sk->sk_lock.owned ? use(sk) : 0;
}

/* Linux 6.3: at the end of sendmsg(), write(), ... of every socket, of whatever kind. */
SEC("tp_btf/sock_send_length")
int BPF_PROG(on_sent, struct sock *sk, int result)
{
    return result > 0 && is_tcp(sk, TYPED) ? use(sk) : 0;
}

/* Likewise of recvmsg(), read(), ...: for the end of the stream, of which the other says nothing.
 */
SEC("tp_btf/sock_recv_length")
int BPF_PROG(on_end_read, struct sock *sk, int result)
{
    return result == 0 && is_tcp(sk, TYPED) ? use(sk) : 0;
}

/* --- States ----------------------------------------------------------------------------------- */

static __always_inline void begin_connecting(struct sock *sk)
{
    struct task_struct *task = (void *)bpf_get_current_task();
    struct end end = { .is_active = 1, .is_waiting = 1 };
    __u64 key = (__u64)sk;

    end.time_ns = bpf_ktime_get_ns();
    if (is_of_kernel(task) || has_file(sk)) {
        read_process(&end.connector, task);
        end.user[0].pid = end.connector.pid;
        end.user[0].start_ns = end.connector.start_ns;
        end.uses = 1;
    }
    if (bpf_map_update_elem(&ends, &key, &end, BPF_ANY))
        count_lost_connect();
}

/* Mostly there is nothing to forget, which a look finds without a lock. */
static __always_inline void forget(struct sock *sk)
{
    __u64 key = (__u64)sk;

    if (bpf_map_lookup_elem(&ends, &key))
        bpf_map_delete_elem(&ends, &key);
}

/* The ports are chosen now. Where it has failed and no SYN was sent, there was no port to be had,
 * or the very connection exists, and is somebody else's. */
static __always_inline void tell_connect(struct sock *sk, struct end *end, int after)
{
    struct tb_wire_socket *record;
    __u64 now_ns;

    if (!end->is_waiting ||
        (after == BPF_TCP_CLOSE && BPF_CORE_READ((struct tcp_sock *)sk, segs_out) == 0))
        return;
    record = new_socket_record(TB_WIRE_CONNECT, sk);
    if (!record) {
        count_lost_connect();
        return;
    }
    end->is_waiting = 0;
    now_ns = record->task.time_ns;
    record->task.process = end->connector;
    record->task.time_ns = end->time_ns;
    bpf_ringbuf_submit(record, ring_flags(now_ns));
}

/* Not told: sockets that never were in the state table. A connection that failed before it was
 * established on this side leaves SYN_RECV for CLOSE; its addresses may be those of another socket
 * that was quicker. */
static __always_inline void closed(struct sock *sk, int before, struct end *end)
{
    __u64 key = (__u64)sk;

    if (before != BPF_TCP_CLOSE && (before != BPF_TCP_SYN_RECV || end) &&
        !(end && end->is_active && end->is_waiting))
        tell_socket(TB_WIRE_CLOSE, sk);
    if (end)
        bpf_map_delete_elem(&ends, &key);
}

/* tcp_close_state(): close() and shutdown() alone send a FIN. Whoever closes the last descriptor of
 * a connection on which nobody was seen to read or write has it for himself; where not every write
 * is seen, another may have written. */
static __always_inline void ended_by_process(struct sock *sk)
{
    if (with_sends && !bpf_core_field_exists(((struct proto_ops *)0)->sendpage) &&
        sk->sk_lock.owned)
        use(sk);
}

/* Half of all changes: nothing is told of the others, and nothing depends on `ends`. */
static __always_inline int is_telling(int before, int after)
{
    return before == BPF_TCP_SYN_SENT || before == BPF_TCP_SYN_RECV || after == BPF_TCP_CLOSE;
}

static __always_inline void changed(struct sock *sk, int before, int after)
{
    __u64 key = (__u64)sk;
    struct end *end;

    if (after == BPF_TCP_FIN_WAIT1 || after == BPF_TCP_LAST_ACK)
        ended_by_process(sk);
    if (!is_telling(before, after))
        return;
    end = bpf_map_lookup_elem(&ends, &key);
    if (end)
        tell_connect(sk, end, after);
    else if (before == BPF_TCP_SYN_SENT && is_complete)
        count_lost_connect();
    if (after == BPF_TCP_CLOSE)
        closed(sk, before, end);
    else if (before == BPF_TCP_SYN_RECV && after == BPF_TCP_ESTABLISHED && !(end && end->is_active))
        tell_socket(TB_WIRE_OPEN, sk);
}

static __always_inline void listens(struct sock *sk)
{
    struct task_struct *task = (void *)bpf_get_current_task();

    if (is_of_kernel(task) || has_file(sk))
        tell_socket_of(TB_WIRE_LISTEN, sk, task);
}

SEC("tp_btf/inet_sock_set_state")
int BPF_PROG(on_state, struct sock *sk, int before, int after)
{
    if (!is_tcp(sk, TYPED))
        return 0;
    if (after == BPF_TCP_SYN_SENT)
        begin_connecting(sk);
    else if (after == BPF_TCP_LISTEN)
        listens(sk);
    else if (before == BPF_TCP_LISTEN && after == BPF_TCP_SYN_RECV)
        forget(sk); /* a new one, without its addresses yet */
    else
        changed(sk, before, after);
    return 0;
}

/* A SYN that nobody answers: told a second after connect(). */
SEC("tp_btf/tcp_retransmit_skb")
int BPF_PROG(on_retransmit, struct sock *sk)
{
    __u64 key = (__u64)sk;
    struct end *end;

    if (sk->__sk_common.skc_state != BPF_TCP_SYN_SENT)
        return 0;
    end = bpf_map_lookup_elem(&ends, &key);
    if (end)
        tell_connect(sk, end, BPF_TCP_SYN_SENT);
    return 0;
}

/* --- Processes -------------------------------------------------------------------------------- */

SEC("tp_btf/sched_process_fork")
int BPF_PROG(on_fork, struct task_struct *parent, struct task_struct *child)
{
    if (child->pid == child->tgid && !(child->flags & PF_KTHREAD))
        tell_task(TB_WIRE_FORK, child, NULL);
    return 0;
}

/* exec, which is told anyway, renames too. */
SEC("tp_btf/task_rename")
int BPF_PROG(on_rename, struct task_struct *task, const char *comm)
{
    if (task->pid == task->tgid && !(task->flags & PF_KTHREAD) &&
        !(bpf_core_field_exists(task->in_execve) && BPF_CORE_READ_BITFIELD_PROBED(task, in_execve)))
        tell_task(TB_WIRE_RENAME, task, comm);
    return 0;
}

/* The process's files are closed after this. */
SEC("tp_btf/sched_process_exit")
int BPF_PROG(on_exit, struct task_struct *task)
{
    if (!(task->flags & PF_KTHREAD) && BPF_CORE_READ(task, signal, live.counter) == 0)
        tell_task(TB_WIRE_EXIT, task, NULL);
    return 0;
}

/* The arguments were put there by exec itself, so their pages are at hand. */
static __always_inline __u32 read_arguments(char *to, struct task_struct *task)
{
    unsigned long start = BPF_CORE_READ(task, mm, arg_start);
    unsigned long length = BPF_CORE_READ(task, mm, arg_end) - start;

    if (length > TEXT_MASK)
        length = TEXT_MASK;
    length &= TEXT_MASK;
    return bpf_probe_read_user(to, length, (const void *)start) == 0 ? length : 0;
}

/* A name that is cut would be another program's: none is told then. */
SEC("tp_btf/sched_process_exec")
int BPF_PROG(on_exec, struct task_struct *task, int old_pid, struct linux_binprm *program)
{
    __u32 zero = 0;
    struct exec_record *record = bpf_map_lookup_elem(&scratch, &zero);
    __u32 exe_length;
    __u32 arguments_length = 0;
    long copied;

    if (!record)
        return 0;
    record->head.task.time_ns = bpf_ktime_get_ns();
    record->head.task.kind = TB_WIRE_EXEC;
    record->head.task.fd = -1;
    read_process(&record->head.task.process, task);
    copied = bpf_probe_read_kernel_str(record->text, TB_WIRE_TEXT_MAX, program->filename);
    exe_length = copied > 0 ? copied & TEXT_MASK : 0;
    if (with_arguments)
        arguments_length = read_arguments(record->text + exe_length, task) & TEXT_MASK;
    record->head.exe_length = exe_length;
    record->head.arguments_length = arguments_length;
    if (bpf_ringbuf_output(&ring, record, sizeof(record->head) + exe_length + arguments_length,
                           ring_flags(record->head.task.time_ns)))
        count_loss();
    return 0;
}

/* --- Cgroups ---------------------------------------------------------------------------------- */

/* A scratch of its own: a program may be preempted by another one. */
struct {
    __uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
    __uint(max_entries, 1);
    __type(key, __u32);
    __type(value, struct exec_record);
} cgroup_scratch SEC(".maps");

/* Version 2's hierarchy is number 0; ids of the others may be the same. A path that is cut is not
 * told. */
SEC("tp_btf/cgroup_mkdir")
int BPF_PROG(on_cgroup, struct cgroup *cgroup, const char *path)
{
    __u32 zero = 0;
    struct exec_record *record = bpf_map_lookup_elem(&cgroup_scratch, &zero);
    __u32 length;
    long copied;

    if (!record || BPF_CORE_READ(cgroup, root, hierarchy_id) != 0)
        return 0;
    record->head.task.time_ns = bpf_ktime_get_ns();
    record->head.task.kind = TB_WIRE_CGROUP;
    record->head.task.fd = -1;
    record->head.task.process.cgroup = BPF_CORE_READ(cgroup, kn, id);
    copied = bpf_probe_read_kernel_str(record->text, TB_WIRE_TEXT_MAX, path);
    length = copied > 0 ? copied & TEXT_MASK : 0;
    record->head.exe_length = length;
    if (bpf_ringbuf_output(&ring, record, sizeof(record->head) + length,
                           ring_flags(record->head.task.time_ns)))
        count_loss();
    return 0;
}

/* --- What is there already -------------------------------------------------------------------- */

SEC("iter/task")
int each_task(struct bpf_iter__task *context)
{
    struct task_struct *task = context->task;
    struct tb_wire_task record = { .kind = TB_WIRE_TASK, .fd = -1 };

    if (!task || task->pid != task->tgid || task->flags & PF_KTHREAD)
        return 0;
    record.time_ns = bpf_ktime_get_ns();
    read_process(&record.process, task);
    bpf_seq_write(context->meta->seq, &record, sizeof(record));
    return 0;
}

/* Who connected before this began is not known: that is no loss when it gets through. */
static __always_inline void note_connecting(struct sock *sk)
{
    struct end end = { .is_active = 1 };
    __u64 key = (__u64)sk;

    bpf_map_update_elem(&ends, &key, &end, BPF_NOEXIST);
}

/* The process of the latest file that was a TCP socket: files come process by process, and the
 * programs' one reader asks for them. */
static struct tb_wire_process holder;
static __u64 holder_start_ns; /* of the task, which may be a thread */
static int holder_pid;

static __always_inline void read_holder(struct tb_wire_process *to, struct task_struct *task)
{
    if (holder_pid != task->pid || holder_start_ns != task->start_boottime) {
        read_process(&holder, task);
        holder_start_ns = task->start_boottime;
        holder_pid = task->pid;
    }
    *to = holder;
}

static __always_inline void tell_held(struct bpf_iter__task_file *context, struct task_struct *task,
                                      struct sock *sk, enum access how)
{
    struct tb_wire_socket record = {};

    if (!is_tcp(sk, how))
        return;
    read_socket(&record, sk, how);
    if (record.state == BPF_TCP_SYN_SENT)
        note_connecting(sk);
    if (record.state == BPF_TCP_CLOSE || record.local_port == 0)
        return; /* not connected yet, or no longer */
    record.task.time_ns = bpf_ktime_get_ns();
    record.task.kind = record.state == BPF_TCP_LISTEN ? TB_WIRE_LISTEN : TB_WIRE_HELD;
    record.task.fd = context->fd;
    read_holder(&record.task.process, task);
    bpf_seq_write(context->meta->seq, &record, sizeof(record));
}

/* Before Linux 5.11, which has bpf_sock_from_file(). */
static __always_inline struct sock *socket_of(struct file *file)
{
    struct socket *socket;

    if (file->f_inode->i_sb->s_magic != SOCKFS_MAGIC)
        return NULL;
    socket = file->private_data;
    return BPF_CORE_READ(socket, sk);
}

SEC("iter/task_file")
int each_file(struct bpf_iter__task_file *context)
{
    struct task_struct *task = context->task;
    struct file *file = context->file;
    struct socket *socket;
    struct sock *sk;

    if (!task || !file)
        return 0;
    if (task->pid != task->tgid && task->files == BPF_CORE_READ(task, group_leader, files))
        return 0; /* a thread, and its files are the process's */
    if (bpf_core_enum_value_exists(enum bpf_func_id, BPF_FUNC_sock_from_file)) {
        socket = bpf_sock_from_file(file);
        sk = socket ? socket->sk : NULL;
        if (sk)
            tell_held(context, task, sk, TYPED);
    } else {
        sk = socket_of(file);
        if (sk)
            tell_held(context, task, sk, COPIED);
    }
    return 0;
}
