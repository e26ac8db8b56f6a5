# SPDX-License-Identifier: GPL-2.0-or-later
# fields.awk - docs/fields.md, or docs/fields.ja.md with -v ja=1
#
# Three files: fields.ja.tsv; "FIELD<tab>CAPTURE<tab>FILTER" of tests/golden/catalogue.sh, which tries
# each of them; and our lines of `tshark -G fields`.
BEGIN {
    FS = "\t"
    end["", 0] = "どちらかの端のプロセス"
    end["src", 0] = "送信側のプロセス"
    end["dst", 0] = "受信側のプロセス"
    end["client", 0] = "クライアント側のプロセス"
    end["server", 0] = "サーバー側のプロセス"
    type["FT_STRING"] = ja ? "文字列" : "string"
    type["FT_BOOLEAN"] = ja ? "有無" : "there or not"
    type["FT_NONE"] = type["FT_BOOLEAN"]
    type["FT_FRAMENUM"] = ja ? "フレーム番号" : "frame number"
    type["FT_RELATIVE_TIME"] = ja ? "秒" : "seconds"
    type["FT_UINT8"] = type["FT_UINT32"] = type["FT_UINT64"] = ja ? "整数 (0 以上)" : "unsigned number"
    type["FT_INT32"] = ja ? "整数" : "number"
    heading["segment"] = ja ? "セグメント" : "The segment"
    heading["mark"] = ja ? "マーク" : "Marks"
    heading["listener"] = ja ? "プロセス: 待ち受けと記録方法" : "Processes: who listens, and how they are known"
    heading[""] = ja ? "プロセス: どちらかの端" : "Processes: either end"
    heading["src"] = ja ? "プロセス: 送信側" : "Processes: the sender"
    heading["dst"] = ja ? "プロセス: 受信側" : "Processes: the receiver"
    heading["client"] = ja ? "プロセス: クライアント" : "Processes: the client"
    heading["server"] = ja ? "プロセス: サーバー" : "Processes: the server"
    heading["expert"] = ja ? "エキスパート情報" : "Expert infos"
    owners = " process pid cmdline exe user uid container fd start source certainty "
}

FNR == 1 { part++ }
/^#/ { next }
part == 1 { japanese[$1] = $2; next }
part == 2 { capture[$1] = $2; filter[$1] = $3; next }

# Which table a field is in; sets of_end where it belongs to a process
function group_of(name, first, rest)
{
    first = name
    sub(/\..*/, "", first)
    rest = substr(name, length(first) + 2)
    if (first == "mark" || first == "expert")
        return first
    if (first == "listener" || name == "mechanism")
        return "listener"
    if (index(owners, " " name " "))
        return ""
    if (first in heading && index(owners, " " rest " "))
        return first
    return "segment"
}

function described(name, group, key, text)
{
    if (!ja)
        return $8
    if (name in japanese)
        return japanese[name]
    key = "*" (group == "" ? name : substr(name, length(group) + 2))
    text = japanese[key]
    gsub(/\{end\}/, end[group, 0], text)
    return text
}

# A cell must not end in the middle of a filter.
function cell(text)
{
    gsub(/\|/, "\\|", text)
    return text
}

{
    name = substr($3, length("tcp-breath.") + 1)
    group = group_of(name)
    text = described(name, group)
    if (text == "" || !(name in filter)) {
        print name ": has no description, or no row in tests/golden/catalogue.sh" >"/dev/stderr"
        bad = 1
    }
    if (!(group in seen)) {
        seen[group] = 1
        order[++groups] = group
    }
    # "| `x` |" is how the tests of docs/ read a table: filters stand whole
    rows[group] = rows[group] "| `" $3 "` | " type[$4] " | " cell(text) " | `" cell(filter[name]) \
        "` | " capture[name] " |\n"
    if (!($4 in type)) {
        print name ": " $4 ": no word for it" >"/dev/stderr"
        bad = 1
    }
}

END {
    if (ja) {
        print "# フィールド\n\nEnglish: [fields.md](fields.md)\n"
        print "TCP Breath が表示フィルター、カラム、`-e` に加えるフィールドの一覧です。Wireshark への登録から生成しており、" \
            "例はすべてテストで確かめています: `tshark -2 -r captures/キャプチャ.pcapng -Y '例'`。" \
            "値は表示言語によらず英語です。フェーズ、ステップ、マークの意味は [phases.ja.md](phases.ja.md)、" \
            "プロセスを知る方法は [process-notes.ja.md](process-notes.ja.md) をご覧ください。" \
            "`slow_response` の例には `-o tcp-breath.slow_response_ms:10` も指定してください。"
    } else {
        print "# Fields\n\n日本語: [fields.ja.md](fields.ja.md)\n"
        print "Every field that TCP Breath adds to display filters, columns and `-e`. The page is made from what"
        print "Wireshark has registered, and every example is tried by the tests: `tshark -2 -r"
        print "captures/CAPTURE.pcapng -Y 'EXAMPLE'`. Values are English in every language. What phases, steps and"
        print "marks mean is in [phases.md](phases.md), how processes are known in"
        print "[process-notes.md](process-notes.md). The example of `slow_response` needs"
        print "`-o tcp-breath.slow_response_ms:10` too."
    }
    for (i = 1; i <= groups; i++) {
        print "\n## " heading[order[i]] "\n"
        print ja ? "| フィールド | 型 | 説明 | 例 | キャプチャ |" : \
            "| field | type | what it holds | example | capture |"
        print "|---|---|---|---|---|"
        printf "%s", rows[order[i]]
    }
    exit bad
}
