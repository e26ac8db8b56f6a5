/* SPDX-License-Identifier: GPL-2.0-or-later */
/* plugin.c - what Wireshark looks for in a plugin */
#include "ws_compat.h"

#include "dissect.h"
#include "fields.h"

WS_DLL_PUBLIC const char plugin_version[];
WS_DLL_PUBLIC const int plugin_want_major;
WS_DLL_PUBLIC const int plugin_want_minor;
WS_DLL_PUBLIC void plugin_register(void);
WS_DLL_PUBLIC uint32_t plugin_describe(void);

WS_DLL_PUBLIC_DEF const char plugin_version[] = TB_VERSION;
/* Wireshark refuses, in one line, a plugin built for another major.minor. */
WS_DLL_PUBLIC_DEF const int plugin_want_major = WIRESHARK_VERSION_MAJOR;
WS_DLL_PUBLIC_DEF const int plugin_want_minor = WIRESHARK_VERSION_MINOR;

WS_DLL_PUBLIC_DEF void plugin_register(void)
{
    static proto_plugin plugin;

    plugin.register_protoinfo = tb_fields_register;
    plugin.register_handoff = tb_dissect_attach;
    proto_register_plugin(&plugin);
}

WS_DLL_PUBLIC_DEF uint32_t plugin_describe(void)
{
    return TB_WS_PLUGIN_DISSECTOR;
}
