/* SPDX-License-Identifier: GPL-2.0-or-later */
/* ws_compat.h - all that differs between the versions of Wireshark; includes their headers
 *
 * No other file may look at a version number. */
#ifndef TB_WS_COMPAT_H
#define TB_WS_COMPAT_H

/* Before any of Wireshark's headers: 4.0's need it, and its development package has no config.h */
#ifndef HAVE_SSIZE_T
#define HAVE_SSIZE_T 1
#endif
/* This is a plugin: WS_DLL_PUBLIC_DEF exports what we define */
#define WS_BUILD_DLL

#include <ws_version.h>

#define TB_WS_VERSION (WIRESHARK_VERSION_MAJOR * 100 + WIRESHARK_VERSION_MINOR)
#if TB_WS_VERSION < 400 || TB_WS_VERSION > 406 || TB_WS_VERSION % 2 != 0
#error "tcp-breath needs Wireshark 4.0, 4.2, 4.4 or 4.6: this version is not supported"
#endif

#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <ws_symbol_export.h>

#include <epan/column-info.h>
#include <epan/column-utils.h>
#include <epan/conversation_filter.h>
#include <epan/exceptions.h>
#include <epan/expert.h>
#include <epan/packet.h>
#include <epan/prefs.h>
#include <epan/proto_data.h>
#include <epan/stat_tap_ui.h>
#include <epan/stats_tree.h>
#include <epan/tap.h>
#include <epan/to_str.h>
#include <wiretap/wtap.h>
#include <wsutil/report_message.h>

/* Variables of boolean preferences: gboolean (an int) became bool in 4.4 */
#if TB_WS_VERSION < 404
typedef gboolean tb_ws_bool;
#else
typedef bool tb_ws_bool;
#endif

/* The interface that the packet was captured on; false: not known. Sections of pcapng count
 * from 4.4 on, and their interfaces in each. */
struct tb_ws_interface {
    uint32_t id;
    unsigned section;
};

static inline bool tb_ws_interface(const packet_info *pinfo, struct tb_ws_interface *interface)
{
    const wtap_rec *rec = pinfo->rec;

    if (rec->rec_type != REC_TYPE_PACKET || (rec->presence_flags & WTAP_HAS_INTERFACE_ID) == 0)
        return false;
    interface->id = rec->rec_header.packet_header.interface_id;
#if TB_WS_VERSION < 404
    interface->section = 0;
#else
    interface->section =
        (rec->presence_flags & WTAP_HAS_SECTION_NUMBER) != 0 ? rec->section_number : 0;
#endif
    return true;
}

#if TB_WS_VERSION < 404
#define TB_WS_OF_INTERFACE(get, pinfo, interface) get((pinfo)->epan, (interface).id)
#else
#define TB_WS_OF_INTERFACE(get, pinfo, interface)                                                  \
    get((pinfo)->epan, (interface).id, (interface).section)
#endif

/* Its name; NULL: not known. */
static inline const char *tb_ws_interface_name(const packet_info *pinfo)
{
    struct tb_ws_interface interface;

    return tb_ws_interface(pinfo, &interface)
               ? TB_WS_OF_INTERFACE(epan_get_interface_name, pinfo, interface)
               : NULL;
}

/* Calls `passes` for each option of a packet while it returns true; whether it always has. */
typedef tb_ws_bool tb_ws_passes(wtap_block_t block, unsigned option, wtap_opttype_e type,
                                wtap_optval_t *value, void *data);

static inline bool tb_ws_all_options(const packet_info *pinfo, tb_ws_passes *passes)
{
    return pinfo->rec->block == NULL || wtap_block_foreach_option(pinfo->rec->block, passes, NULL);
}

/* Whether a packet's option names a process of Darwin's. Wireshark reads them from 4.6 on. */
static inline bool tb_ws_is_darwin_process(unsigned option)
{
#if TB_WS_VERSION < 406
    (void)option;
    return false;
#else
    return option == OPT_PKT_DARWIN_PIB_ID;
#endif
}

/* The process of Darwin's that a packet's options name; false: none. */
static inline bool tb_ws_darwin_process(const packet_info *pinfo, uint32_t *pid, const char **name)
{
#if TB_WS_VERSION < 406
    (void)pinfo;
    (void)pid;
    (void)name;
    return false;
#else
    const wtap_rec *rec = pinfo->rec;
    const unsigned section =
        (rec->presence_flags & WTAP_HAS_SECTION_NUMBER) != 0 ? rec->section_number : 0;
    uint32_t block;

    if (rec->block == NULL || wtap_block_get_uint32_option_value(rec->block, OPT_PKT_DARWIN_PIB_ID,
                                                                 &block) != WTAP_OPTTYPE_SUCCESS)
        return false;
    *pid = (uint32_t)epan_get_process_id(pinfo->epan, block, section);
    *name = epan_get_process_name(pinfo->epan, block, section);
    return true;
#endif
}

/* What proto_item_set_text(item, "%s", text) does, without its price: most lines are never read.
 * `length` octets, terminated; the item is one of a visible tree. */
static inline void tb_ws_set_text(proto_item *item, const char *text, size_t length)
{
    field_info *info = PITEM_FINFO(item);

    if (info == NULL || length >= ITEM_LABEL_LENGTH) {
        proto_item_set_text(item, "%s", text); /* which says that it is cut */
        return;
    }
    if (info->rep == NULL)
        info->rep = wmem_new(PNODE_POOL(item), item_label_t);
    memcpy(info->rep->representation, text, length + 1);
#if TB_WS_VERSION >= 406
    info->rep->value_pos = 0;
    info->rep->value_len = 0;
#endif
}

/* What proto_tree_add_subtree() does: a line that is no field. */
static inline proto_tree *tb_ws_add_line(proto_tree *tree, tvbuff_t *tvb, int subtree,
                                         const char *text, size_t length)
{
    proto_item *item = proto_tree_add_item(tree, hf_text_only, tvb, 0, 0, ENC_NA);

    tb_ws_set_text(item, text, length);
    return proto_item_add_subtree(item, subtree);
}

/* What col_prepend_fstr(cinfo, COL_INFO, "%s", text) does, moving the column's text but once.
 * `length` octets, fewer than COL_MAX_INFO_LEN; the column is writable. */
static inline void tb_ws_prepend_info(column_info *cinfo, const char *text, size_t length)
{
    for (int i = cinfo->col_first[COL_INFO]; i <= cinfo->col_last[COL_INFO]; i++) {
        col_item_t *column = &cinfo->columns[i];
        size_t behind;

        if (!column->fmt_matx[COL_INFO])
            continue;
        behind = strlen(column->col_data);
        if (behind > COL_MAX_INFO_LEN - 1 - length)
            behind = COL_MAX_INFO_LEN - 1 - length;
        memmove(column->col_buf + length, column->col_data, behind);
        memcpy(column->col_buf, text, length);
        column->col_buf[length + behind] = '\0';
        column->col_data = column->col_buf;
        if (column->col_fence > 0)
            column->col_fence += (int)length;
    }
}

/* Whether this program is tshark, as it has told GLib: the others have windows, or ask for them. */
static inline bool tb_ws_is_tshark(void)
{
    const char *name = g_get_prgname();

    return name != NULL && g_str_has_prefix(name, "tshark");
}

/* What begins a statistic of the command line, and its end: it tells of a failure from 4.6 on, and
 * before that it has to end the program itself, as Wireshark's own do. */
#if TB_WS_VERSION < 406
typedef void tb_ws_tap_begun;
#define TB_WS_TAP_BEGUN(begun)                                                                     \
    do {                                                                                           \
        if (!(begun))                                                                              \
            exit(1);                                                                               \
    } while (0)
#else
typedef bool tb_ws_tap_begun;
#define TB_WS_TAP_BEGUN(begun) return begun
#endif

/* Conversation filters: they are given what they were registered with from 4.4 on. `name` is the
 * prefix of the functions name_is_valid(pinfo) and name_build(pinfo). */
#if TB_WS_VERSION < 404
#define TB_WS_CONVERSATION_FILTER(name)                                                            \
    static gboolean name##_valid_for(struct _packet_info *pinfo)                                   \
    {                                                                                              \
        return name##_is_valid(pinfo);                                                             \
    }                                                                                              \
    static gchar *name##_built_for(struct _packet_info *pinfo)                                     \
    {                                                                                              \
        return name##_build(pinfo);                                                                \
    }
#define tb_ws_register_conversation_filter(name, shown)                                            \
    register_conversation_filter("tcp-breath", shown, name##_valid_for, name##_built_for)
#else
#define TB_WS_CONVERSATION_FILTER(name)                                                            \
    static bool name##_valid_for(struct _packet_info *pinfo, void *data)                           \
    {                                                                                              \
        (void)data;                                                                                \
        return name##_is_valid(pinfo);                                                             \
    }                                                                                              \
    static char *name##_built_for(struct _packet_info *pinfo, void *data)                          \
    {                                                                                              \
        (void)data;                                                                                \
        return name##_build(pinfo);                                                                \
    }
#define tb_ws_register_conversation_filter(name, shown)                                            \
    register_conversation_filter("tcp-breath", shown, name##_valid_for, name##_built_for, NULL)
#endif

/* epan/sequence_analysis.h is in no development package: as much of it as is used. The structures
 * are Wireshark's to make; what follows the members here is not looked at. */
struct tb_ws_arrow {
    uint32_t frame_number;
    address src_addr;
    uint16_t port_src;
    address dst_addr;
    uint16_t port_dst;
    char *frame_label; /* freed with g_free(), as the next two */
    char *time_str;
    char *comment;
    uint16_t conv_num;
    unsigned fg_color;
    unsigned bg_color;
    tb_ws_bool has_color_filter;
    tb_ws_bool display;
    unsigned src_node;
    unsigned dst_node;
    uint16_t line_style; /* width of the arrow */
};

struct tb_ws_ladder {
    const char *name;
    tb_ws_bool any_addr;
    int nconv;
    GQueue *items; /* of struct tb_ws_arrow */
};

WS_DLL_PUBLIC void register_seq_analysis(const char *name, const char *ui_name, const int proto_id,
                                         const char *tap_listener, unsigned tap_flags,
                                         tap_packet_cb tap_func);
WS_DLL_PUBLIC struct tb_ws_arrow *
sequence_analysis_create_sai_with_addresses(packet_info *pinfo, struct tb_ws_ladder *ladder);

/* wsutil/plugins.h, which defines it, is not in 4.0's development package; plugin_describe() is
 * looked up from 4.2 on and passed over before. */
#define TB_WS_PLUGIN_DISSECTOR 1u

#endif
