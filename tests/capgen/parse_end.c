/* SPDX-License-Identifier: GPL-2.0-or-later */
/* parse_end.c - what a line says about one end of a connection */
#include "parse_end.h"

#include <string.h>

#include "ip.h"
#include "parse_number.h"

bool cg_parse_endpoint(char *text, struct cg_end *end)
{
    char *colon = strrchr(text, ':');
    bool bracketed = *text == '[' && colon != NULL && colon[-1] == ']';
    uint32_t port;

    if (colon == NULL || !cg_parse_number(colon + 1, 65535, &port))
        return false;
    colon[bracketed ? -1 : 0] = '\0';
    end->port = (uint16_t)port;
    return cg_address_parse(bracketed ? text + 1 : text, &end->address) &&
           end->address.v6 == bracketed;
}

static bool parse_end_number(const char *name, const char *text, struct cg_end *end)
{
    uint32_t number;

    if (!cg_parse_number(text, UINT32_MAX, &number))
        return false;
    if (strcmp(name, "mss") == 0 && number <= UINT16_MAX) {
        end->has_mss = true;
        end->mss = (uint16_t)number;
    } else if (strcmp(name, "ws") == 0 && number <= 14) { /* RFC 7323 section 2.3 */
        end->has_ws = true;
        end->ws = (uint8_t)number;
    } else if (strcmp(name, "ts") == 0) {
        end->has_ts = true;
        end->ts_start = number;
    } else if (strcmp(name, "win") == 0) {
        end->window = number;
    } else if (strcmp(name, "isn") == 0) {
        end->explicit_isn = true;
        end->isn = number;
    } else {
        return false;
    }
    return true;
}

bool cg_parse_end_setting(char *text, struct cg_end *end)
{
    char *value = strchr(text, '=');

    if (value != NULL) {
        *value++ = '\0';
        return parse_end_number(text, value, end);
    }
    if (strcmp(text, "sackok") == 0)
        end->sackok = true;
    else if (strcmp(text, "bsd") == 0)
        end->bsd = true;
    else
        return false;
    return true;
}
