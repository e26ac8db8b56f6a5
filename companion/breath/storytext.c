/* SPDX-License-Identifier: GPL-2.0-or-later */
/* storytext.c - sentences without their numbers */
#include "storytext.h"

#include <stdbool.h>
#include <string.h>

enum {
    PLACE_OCTETS = 3,
    PLACE_LOW = 0x80, /* the third octet of U+E000; U+E03F has 0xbf */
};

static const char digits[] = "0123456789";
static const char place_high[] = "\xee\x80"; /* the first two of U+E000 */

static size_t number_length(const char *text)
{
    const size_t whole = strspn(text, digits);
    const size_t rest = text[whole] == '.' ? strspn(text + whole + 1, digits) : 0;

    return rest > 0 ? whole + 1 + rest : whole;
}

/* TB_STORY_NUMBERS_MAX: there is no room. */
static size_t place_of(struct tb_story_numbers *numbers, const char *text, size_t length)
{
    for (size_t i = 0; i < numbers->count; i++) {
        if (numbers->list[i].length == length && memcmp(numbers->list[i].text, text, length) == 0)
            return i;
    }
    if (numbers->count < TB_STORY_NUMBERS_MAX) {
        numbers->list[numbers->count].text = text;
        numbers->list[numbers->count].length = length;
        return numbers->count++;
    }
    return TB_STORY_NUMBERS_MAX;
}

static void put_number(struct tb_line *line, struct tb_story_numbers *numbers, const char *text,
                       size_t length)
{
    const size_t place = place_of(numbers, text, length);
    const char octets[PLACE_OCTETS] = { place_high[0], place_high[1], (char)(PLACE_LOW + place) };

    if (place == TB_STORY_NUMBERS_MAX)
        tb_line_put_octets(line, text, length);
    else
        tb_line_put_octets(line, octets, sizeof(octets));
}

static bool is_place(const char *text)
{
    return text[0] == place_high[0] && text[1] == place_high[1];
}

void tb_story_text_put(struct tb_line *line, const char *sentence, struct tb_story_numbers *numbers)
{
    for (size_t length; *sentence != '\0'; sentence += length) {
        length = number_length(sentence);
        if (length > 0) {
            put_number(line, numbers, sentence, length);
        } else if (is_place(sentence)) {
            length = PLACE_OCTETS;
            tb_line_put(line, "\xef\xbf\xbd");
        } else {
            length = 1 + strcspn(sentence + 1, "0123456789\xee");
            tb_line_put_octets(line, sentence, length);
        }
    }
}
