/* SPDX-License-Identifier: GPL-2.0-or-later */
/* fuzz_arguments.c - the input is what breathdump is asked for, by a user or by Wireshark
 *
 * Octets 0 end a word. A word is an option's number, modulo how many there are, and its value.
 * Whatever is asked for is taken, or refused by an exit status with words. */
#include <stdlib.h>
#include <string.h>

#include "extcap.h"
#include "options.h"
#include "pieces.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const enum tb_option options[] = { TB_OPTION_INTERFACE,
                                          TB_OPTION_FILTER,
                                          TB_OPTION_WRITE,
                                          TB_OPTION_SNAPLEN,
                                          TB_OPTION_COUNT,
                                          TB_OPTION_RING,
                                          TB_OPTION_STOP,
                                          TB_OPTION_BUFFER,
                                          TB_OPTION_NOT_PROMISCUOUS,
                                          TB_OPTION_LIST,
                                          TB_OPTION_QUIET,
                                          TB_OPTION_HELP,
                                          TB_OPTION_VERSION,
                                          TB_OPTION_NETNS,
                                          TB_OPTION_LANGUAGE,
                                          TB_OPTION_PID,
                                          TB_OPTION_PROCESS,
                                          TB_OPTION_CMDLINE,
                                          TB_OPTION_EVENT_BUFFER,
                                          TB_OPTION_ATTRIBUTION,
                                          TB_OPTION_EXTCAP_INTERFACES,
                                          TB_OPTION_EXTCAP_INTERFACE,
                                          TB_OPTION_EXTCAP_DLTS,
                                          TB_OPTION_EXTCAP_CONFIG,
                                          TB_OPTION_EXTCAP_CAPTURE,
                                          TB_OPTION_EXTCAP_FILTER,
                                          TB_OPTION_EXTCAP_FIFO,
                                          TB_OPTION_EXTCAP_VERSION };

static void check_refusal(int status, const struct tb_complaint *complaint)
{
    REQUIRE(status > 0 && status < 128);
    REQUIRE(memchr(complaint->object, '\0', sizeof complaint->object) != NULL);
    REQUIRE(memchr(complaint->reason, '\0', sizeof complaint->reason) != NULL);
    REQUIRE(complaint->reason[0] != '\0');
}

static bool is_inside(const char *text, const char *words, size_t size)
{
    return text == NULL || (text >= words && text < words + size);
}

static void check(const struct tb_options *asked, const char *words, size_t size)
{
    REQUIRE(asked->interface_count <= TB_INTERFACES_MAX);
    for (size_t i = 0; i < asked->interface_count; i++) {
        REQUIRE(asked->interfaces[i].name != NULL);
        REQUIRE(is_inside(asked->interfaces[i].filter, words, size));
    }
    REQUIRE(asked->mode <= TB_MODE_EXTCAP_FILTER && asked->attribution <= TB_ATTRIBUTION_NONE);
}

/* What Wireshark is told has the same shape, whatever is in it. */
static void check_sentence(const char *value)
{
    static char sentence[8192];
    const struct tb_extcap_pair pairs[] = { { "value", value }, { "display", value }, { 0 } };
    const size_t length = tb_extcap_sentence(sentence, sizeof sentence, "interface", pairs);
    int depth = 0;
    int opened = 0;

    REQUIRE(strlen(sentence) == length);
    for (size_t i = 0; i < length; i++) {
        opened += sentence[i] == '{';
        depth += (sentence[i] == '{') - (sentence[i] == '}');
        REQUIRE(depth == 0 || depth == 1);
        REQUIRE((sentence[i] == '\n') == (i + 1 == length));
        REQUIRE(sentence[i] == '\n' || (unsigned char)sentence[i] >= ' ');
    }
    REQUIRE(length == 0 || (depth == 0 && opened == 2));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct tb_options asked;
    struct tb_complaint complaint = { 0 };
    char *words = malloc(size + 1);
    char *word = words;
    int status = 0;

    REQUIRE(words != NULL);
    if (size > 0)
        memcpy(words, data, size);
    words[size] = '\0';
    tb_options_begin(&asked);
    while (status == 0 && word < words + size) {
        const size_t which = (uint8_t)*word % (sizeof options / sizeof *options);
        const char *value = *word == '\0' ? word : word + 1;

        check_sentence(value);
        status = tb_options_set(&asked, options[which], "--option", value, &complaint);
        word = word + strlen(word) + 1;
    }
    if (status == 0)
        status = tb_options_end(&asked, &complaint);
    if (status == 0)
        check(&asked, words, size + 1);
    else
        check_refusal(status, &complaint);
    free(words);
    return 0;
}
