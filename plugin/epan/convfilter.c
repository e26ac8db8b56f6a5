/* SPDX-License-Identifier: GPL-2.0-or-later */
/* convfilter.c - Conversation Filter > TCP Breath: this connection, this exchange, this process
 *
 * Wireshark asks with nothing but the packet's own data, while the frame that is shown is
 * dissected: there the dissection leaves what the filters need. */
#include "convfilter.h"

#include <stdio.h>

#include "fields.h"
#include "stats.h"

enum {
    SHOWN_OCTETS = 128,
    NOTE_KEY = 0 /* among the packet's data of our protocol that live as long as the dissection */
};

struct note {
    uint32_t connection;
    uint32_t exchange; /* 0: none */
    uint32_t pid;      /* of the sender, or else of the receiver; with has_pid */
    bool has_pid;
};

/* Wireshark reads these when it makes its menus: after the preferences. */
static char shown[3][SHOWN_OCTETS];

void tb_filters_note(const struct tb_visit *visit, packet_info *pinfo)
{
    struct note *note;

    if (visit->conn == NULL || p_get_proto_data(pinfo->pool, pinfo, tb_proto, NOTE_KEY) != NULL)
        return;
    note = wmem_new0(pinfo->pool, struct note);
    note->connection = visit->conn->number;
    note->exchange = visit->record.event.exchange;
    for (unsigned end = TB_NOTE_SRC; end < TB_NOTE_END_COUNT && !note->has_pid; end++) {
        if (visit->owner[end] == NULL || (visit->owner[end]->owner.has & TB_OWNER_PID) == 0)
            continue;
        note->pid = visit->owner[end]->owner.pid;
        note->has_pid = true;
    }
    p_add_proto_data(pinfo->pool, pinfo, tb_proto, NOTE_KEY, note);
}

static const struct note *note_of(packet_info *pinfo)
{
    return (const struct note *)p_get_proto_data(pinfo->pool, pinfo, tb_proto, NOTE_KEY);
}

static bool connection_is_valid(packet_info *pinfo)
{
    return note_of(pinfo) != NULL;
}

static char *connection_build(packet_info *pinfo)
{
    return g_strdup_printf("tcp-breath.connection == %u", note_of(pinfo)->connection);
}

static bool exchange_is_valid(packet_info *pinfo)
{
    return note_of(pinfo) != NULL && note_of(pinfo)->exchange != 0;
}

static char *exchange_build(packet_info *pinfo)
{
    const struct note *note = note_of(pinfo);

    return g_strdup_printf("tcp-breath.connection == %u && tcp-breath.exchange == %u",
                           note->connection, note->exchange);
}

static bool process_is_valid(packet_info *pinfo)
{
    return note_of(pinfo) != NULL && note_of(pinfo)->has_pid;
}

static char *process_build(packet_info *pinfo)
{
    return g_strdup_printf("tcp-breath.pid == %u", note_of(pinfo)->pid);
}

TB_WS_CONVERSATION_FILTER(connection)
TB_WS_CONVERSATION_FILTER(exchange)
TB_WS_CONVERSATION_FILTER(process)

void tb_filters_reword(void)
{
    static const enum tb_label labels[] = { TB_LABEL_FILTER_CONNECTION, TB_LABEL_FILTER_EXCHANGE,
                                            TB_LABEL_FILTER_PROCESS };

    for (size_t i = 0; i < sizeof(labels) / sizeof(labels[0]); i++)
        snprintf(shown[i], sizeof(shown[i]), "%s", tb_text_label(tb_pref_lang(), labels[i]));
}

void tb_filters_register(void)
{
    tb_filters_reword();
    tb_ws_register_conversation_filter(connection, shown[0]);
    tb_ws_register_conversation_filter(exchange, shown[1]);
    tb_ws_register_conversation_filter(process, shown[2]);
}
