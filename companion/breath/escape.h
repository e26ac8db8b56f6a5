/* SPDX-License-Identifier: GPL-2.0-or-later */
/* escape.h - text from outside as part of an HTML page
 *
 * What a capture holds is hostile: a process may be called "</script>". Whatever the octets are,
 * what is added is valid UTF-8 and ends no element, attribute or string that it stands in. */
#ifndef TB_ESCAPE_H
#define TB_ESCAPE_H

#include "line.h"

/* As text of an element, or within a quoted attribute. */
void tb_escape_html(struct tb_line *line, const char *octets, size_t length);

/* As a JSON string, with its quotes, that may stand in a script element: no "<" is left in it
 * (HTML, "Restrictions for contents of script elements"). */
void tb_escape_json(struct tb_line *line, const char *octets, size_t length);

/* Likewise of a terminated text; and as the next key of the object that the line ends in. */
void tb_escape_json_text(struct tb_line *line, const char *text);
void tb_escape_json_key(struct tb_line *line, const char *key);

/* Replaces, in place, what no line of JSON may hold as it is: controls and octets that are no
 * UTF-8, each by a question mark. */
void tb_escape_clean(char *octets, size_t length);

#endif
