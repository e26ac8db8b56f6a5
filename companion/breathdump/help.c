/* SPDX-License-Identifier: GPL-2.0-or-later */
/* help.c - what breathdump says of itself */
#include "help.h"

#include "capture.h"
#include "complaint.h"
#include "word.h"

static const char *const english[] = {
    "usage: breathdump [-i INTERFACE [-f FILTER]]... [-w FILE]\n"
    "                  [-- COMMAND [ARGUMENT]...]\n"
    "\n"
    "Captures packets, with the process at each end, into a pcapng file that only\n"
    "its owner can read.\n"
    "\n"
    "What to capture; -f, -s, -B and -p hold for the -i before them, or for all\n"
    "  -i, --interface NAME          one, or several by several -i; default: any\n"
    "  -f FILTER                     capture filter, as tcpdump has it\n"
    "  -s, --snapshot-length N       keep N octets of each packet; 0: whole packets\n"
    "  -B, --buffer-size MIB         the kernel's room for packets; default: 16\n"
    "  -p, --no-promiscuous-mode     only packets for this machine\n"
    "      --netns NAME|PATH|PID     in this network namespace\n"
    "      --pid PID[,PID]...        only connections of these processes, which run\n"
    "                                already,\n"
    "      --process NAME[,NAME]...  of processes or programs of these names,\n"
    "      --user USER[,USER]...     or of these users\n"
    "  -- COMMAND [ARGUMENT]...      run it, capture only its connections and its\n"
    "                                children's, and stop when it ends; signals are\n"
    "                                passed on to it\n"
    "  -D, --list-interfaces         list the interfaces\n"
    "\n",
    "How processes are known\n"
    "      --attribution HOW         auto (default): the best that is allowed;\n"
    "                                bpf, proc: that one or nothing; none\n"
    "      --cmdline                 record the processes' arguments too: they may\n"
    "                                hold secrets\n"
    "      --event-buffer MIB        room for what happens to sockets and processes\n"
    "                                until it is read; default: 8\n"
    "\n",
    "Where to\n"
    "  -w FILE                       a file, a FIFO, or - for stdout\n"
    "  -b, --ring-buffer CONDITION   several files, the next one after duration:S,\n"
    "                                filesize:KB, interval:S or packets:N; files:N\n"
    "                                keeps the last N; nametimenum:2;\n"
    "                                printname:FILE\n"
    "\n"
    "When to stop\n"
    "  -c N                          after N packets\n"
    "  -a, --autostop CONDITION      after duration:S, filesize:KB, files:N,\n"
    "                                packets:N\n"
    "\n"
    "  -q, --quiet                   say nothing but errors\n"
    "      --lang=en|ja              the language of what it says; otherwise the\n"
    "                                locale's\n"
    "  -h, --help\n"
    "  -v, --version\n"
    "\n"
    "Exit status: 0; 1 no such interface, namespace or process; 2 wrong usage; 4 the\n"
    "system refused, or the capture broke off. With COMMAND its own; 126 or 127 if\n"
    "it cannot be run.\n"
    "\n"
    "examples:\n"
    "  breathdump -i lo -f 'port 8080' -w hello.pcapng\n"
    "  breathdump -w curl.pcapng -- curl http://127.0.0.1:8080/\n",
    NULL
};

static const char *const japanese[] = {
    "使い方: breathdump [-i インターフェース [-f フィルター]]... [-w ファイル]\n"
    "                   [-- コマンド [引数]...]\n"
    "\n"
    "パケットを、両端のプロセスとともに pcapng ファイルにキャプチャします。\n"
    "ファイルは所有者だけが読めます。\n"
    "\n"
    "何をキャプチャするか\n"
    "(-f、-s、-B、-p は直前の -i に、-i より前ならすべてに適用されます)\n"
    "  -i, --interface 名前          インターフェース。-i を繰り返すと複数。\n"
    "                                指定しないと any\n"
    "  -f フィルター                 キャプチャフィルター (tcpdump と同じ書き方)\n"
    "  -s, --snapshot-length N       各パケットの先頭 N バイトだけ。0 ではすべて\n"
    "  -B, --buffer-size MiB         カーネルのバッファー。指定しないと 16\n"
    "  -p, --no-promiscuous-mode     このマシン宛てのパケットだけ\n"
    "      --netns 名前|パス|PID     このネットワーク名前空間で\n"
    "      --pid PID[,PID]...        すでに動いているこれらのプロセス、\n"
    "      --process 名前[,名前]...  これらの名前のプロセスやプログラム、\n"
    "      --user ユーザー[,...]     これらのユーザーのコネクションだけ\n"
    "  -- コマンド [引数]...         コマンドを実行し、それとその子孫のコネクション\n"
    "                                だけをキャプチャし、終わったら止めます。\n"
    "                                シグナルはコマンドに伝えます\n"
    "  -D, --list-interfaces         インターフェースの一覧を表示します\n"
    "\n",
    "プロセスを知る方法\n"
    "      --attribution 方法        auto (初期値) は許される最善の方法、\n"
    "                                bpf と proc はその方法だけ、none はなし\n"
    "      --cmdline                 プロセスの引数も記録します。\n"
    "                                秘密が含まれることがあります\n"
    "      --event-buffer MiB        ソケットとプロセスのイベントのバッファー。\n"
    "                                指定しないと 8\n"
    "\n",
    "出力先\n"
    "  -w ファイル                   ファイル、FIFO、または - (標準出力)\n"
    "  -b, --ring-buffer 条件        複数のファイルに分けます。duration:秒、\n"
    "                                filesize:KB、interval:秒、packets:個数 で\n"
    "                                次のファイルへ。files:個数 は最後のものだけを\n"
    "                                残し、ほかに nametimenum:2、\n"
    "                                printname:ファイル\n"
    "\n"
    "いつ止めるか\n"
    "  -c N                          N パケットで\n"
    "  -a, --autostop 条件           duration:秒、filesize:KB、files:個数、\n"
    "                                packets:個数\n"
    "\n"
    "  -q, --quiet                   エラー以外は表示しません\n"
    "      --lang=en|ja              表示の言語。指定しないとロケールに従います\n"
    "  -h, --help\n"
    "  -v, --version\n"
    "\n"
    "終了ステータス: 0。1 はインターフェース、名前空間、プロセスがない、\n"
    "2 は使い方の誤り、4 はシステムが拒否したかキャプチャが途中で終わった場合。\n"
    "コマンドを指定すると、その終了ステータス。実行できなければ 126 か 127\n"
    "\n"
    "例:\n"
    "  breathdump -i lo -f 'port 8080' -w hello.pcapng\n"
    "  breathdump -w curl.pcapng -- curl http://127.0.0.1:8080/\n",
    NULL
};

void tb_help_print(FILE *stream)
{
    const char *const *parts = tb_word_is_japanese() ? japanese : english;

    for (; *parts != NULL; parts++)
        (void)fputs(*parts, stream);
}

void tb_help_print_version(FILE *stream)
{
    (void)fprintf(stream, "breathdump %s\n%s\n", TB_VERSION, tb_capture_library());
}

void tb_help_print_interfaces(FILE *stream, const struct tb_interfaces *interfaces)
{
    for (size_t i = 0; i < interfaces->count; i++) {
        const struct tb_interface *interface = &interfaces->list[i];

        (void)fprintf(stream, "%zu. ", i + 1);
        tb_print_safely(stream, interface->name);
        if (interface->description[0] != '\0') {
            (void)fputs(" (", stream);
            tb_print_safely(stream, tb_word(interface->description));
            (void)fputc(')', stream);
        }
        (void)fputs(interface->is_up ? tb_word(" [up]") : tb_word(" [down]"), stream);
        (void)fputc('\n', stream);
    }
}
