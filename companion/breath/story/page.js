// page.js - draws the story: what is drawn, what a choice shows, in which language
//
// Everything that comes from the capture goes through textContent and setAttribute; nothing is ever
// parsed as HTML. Rows of a ladder are drawn when they come near the window, a table when it is
// opened, so that ten thousand segments cost no more than those that are seen.
"use strict";
(() => {
const data = JSON.parse(document.getElementById("data").textContent);
const NS = 1e6; // of a millisecond
const ROW = 46, CHUNK = 100, BINS = 160, ROWS = 100, TALL = 12, AT_ONCE = 40, LANES = 4;
const MARK = Object.fromEntries(data.marks.map((mark, at) => [mark[0], at]));
const DOUBTS = ["midstream", "inferred", "lost-before", "truncated", "one-direction"];
const DOUBT_BITS = DOUBTS.reduce((bits, name) => bits | 1 << MARK[name], 0);
let language = document.documentElement.lang === "ja" ? 1 : 0;

// ---- Words

const JAPANESE = /[\u3040-\u30ff\u3400-\u9fff]/, LATIN = /[A-Za-z0-9]/;

// A space where Latin letters or digits and kana or kanji would touch.
function join(before, after) {
  const left = before.slice(-1), right = after.slice(0, 1);
  const touch = JAPANESE.test(left) && LATIN.test(right) || (LATIN.test(left) || left === ")") && JAPANESE.test(right);
  return before + (touch ? " " : "") + after;
}

function word(key, tokens) {
  const parts = data.words[key][language].split(/\{(\w+)\}/);
  let text = parts[0];
  for (let i = 1; i < parts.length; i += 2) {
    const value = String(tokens[parts[i]]);
    text = language ? join(join(text, value), parts[i + 1]) : text + value + parts[i + 1];
  }
  return text;
}

function counted(key, n) {
  return word(n === 1 ? key.replace(/s$/, "") : key, { n: grouped(n) });
}

function grouped(n) {
  return String(n).replace(/\B(?=(\d{3})+$)/g, ",");
}

const bytes = (n) => counted("bytes", n);

// As the plugin's sentences have them: "0.094 ms".
function duration(ns) {
  if (Math.abs(ns) < 1000 * NS) return (ns / NS).toFixed(3) + (language ? " ミリ秒" : " ms");
  return (ns / (1000 * NS)).toFixed(3) + (language ? " 秒" : " s");
}

// Short, of one unit, for a column: "+0.096 ms".
function stamp(ns) {
  const ms = ns / NS;
  return ms >= 1000 ? (ms / 1000).toFixed(3) + " s" : ms.toFixed(3) + " ms";
}

function startText() {
  const number = Number(data.start);
  const when = new Date(Number.isFinite(number) ? number * 1000 : data.start);
  if (!data.start || Number.isNaN(when.getTime())) return "?";
  return when.toISOString().replace("T", " ").replace(/\.\d*Z$/, " UTC");
}

// ---- Elements

function set(node, attributes, children) {
  for (const [name, value] of Object.entries(attributes || {})) {
    if (value === undefined || value === false) continue;
    if (typeof value === "function") node.addEventListener(name, value);
    else node.setAttribute(name, value === true ? "" : value);
  }
  for (const child of children.flat(Infinity)) {
    if (child !== null && child !== undefined) node.append(child);
  }
  return node;
}

const el = (name, attributes, ...children) => set(document.createElement(name), attributes, children);
const svg = (name, attributes, ...children) =>
  set(document.createElementNS("http://www.w3.org/2000/svg", name), attributes, children);
const byId = (id) => document.getElementById(id);

// ---- What the capture holds

const segments = [];
const connections = data.connections.map((row, at) => ({
  at, number: row[0], client: row[1], place: [[row[2], row[3]], [row[4], row[5]]],
  leftOut: row[6], listener: row[7], segments: [], ends: [[], []], bytes: [0, 0], marks: 0,
}));
const interfaces = data.interfaces.map(() => ({ segments: 0, bytes: 0 }));

function read() {
  const ends = new Map();
  let time = 0, network = 0;
  for (const row of data.segments) {
    const more = row[14];
    const connection = connections[row[0]];
    time += row[2];
    if (more.n !== undefined) network = more.n;
    const told = ends.get(connection) || [0, 0];
    if (more.e !== undefined) told[0] = more.e;
    if (more.E !== undefined) told[1] = more.E;
    ends.set(connection, told);
    const segment = {
      connection, frame: row[1], time, side: row[3], phase: row[4], step: row[5], flags: row[6],
      length: row[7], state: [row[8], row[9]], marks: row[10], rfc: row[11], sentence: row[12],
      numbers: row[13], more: row[14], ends: [0, 0], place: connection.segments.length,
    };
    add(segment, connection, told);
    if (interfaces[network]) {
      interfaces[network].segments++;
      interfaces[network].bytes += segment.length;
    }
  }
}

function add(segment, connection, told) {
  for (const side of [0, 1]) {
    let lane = connection.ends[side].indexOf(told[side]);
    if (lane < 0) lane = connection.ends[side].push(told[side]) - 1;
    segment.ends[side] = lane;
  }
  connection.bytes[segment.side] += segment.length;
  connection.marks |= segment.marks;
  connection.segments.push(segment);
  segments.push(segment);
}

const end = (id) => data.ends[id] || {};
const isKnown = (who) => who.p !== undefined || who.i !== undefined;

function name(who) {
  if (!isKnown(who)) return word("unknown_process");
  const text = (who.p === undefined ? "?" : who.p) + (who.i === undefined ? "" : " (" + who.i + ")");
  return who.c === "sure" ? text : text + " (" + word("unsure") + ")";
}

function address(connection, side) {
  const [host, port] = connection.place[side];
  if (!host) return port ? ":" + port : "?";
  return (host.includes(":") ? "[" + host + "]" : host) + ":" + port;
}

// The process, and where it is unknown the address alone.
function party(connection, side, lane) {
  const who = end(connection.ends[side][lane || 0]);
  return isKnown(who) ? name(who) : address(connection, side);
}

// Everybody who held that end, one after the other.
function parties(connection, side) {
  const names = connection.ends[side].map((id, lane) => [isKnown(end(id)), lane]).filter((one) => one[0])
    .map((one) => party(connection, side, one[1]));
  const shown = names.slice(0, LANES).join(language ? "、" : ", ");
  return names.length > LANES ? shown + " +" + (names.length - LANES) : shown;
}

function sentence(segment) {
  const text = data.sentences[segment.sentence] ? data.sentences[segment.sentence][language] : "";
  return text.replace(/[\ue000-\ue03b]/g, (place) => segment.numbers[place.charCodeAt(0) - 0xe000] || "");
}

const phase = (segment) => data.phases[segment.phase][1 + language];

function step(segment) {
  const text = data.steps[segment.step][1 + language], more = segment.more;
  const count = more.h ? more.h + "/3 " : more.t ? more.t.join(", ") + "/4 " : "";
  return count + text;
}

function rfcLabel(url) {
  const found = /\/rfc(\d+)(?:[^#]*#(?:section|appendix)-([\w.]+))?/.exec(url);
  if (!found) return url;
  const rfc = "RFC " + found[1];
  return found[2] ? word("rfc_section", { rfc, section: found[2] }) : rfc;
}

function link(segment) {
  const url = data.rfcs[segment.rfc];
  return url ? el("a", { href: url, rel: "noopener noreferrer", target: "_blank" }, rfcLabel(url)) : null;
}

function remarks(segment) {
  const list = data.marks.filter((mark, at) => segment.marks >> at & 1).map((mark) => mark[1 + language]);
  if (segment.more.m) list.push(word("several_layers"));
  return list;
}

// Each exchange of a connection: what its last segments told.
function exchangesOf(connection) {
  if (connection.exchanges) return connection.exchanges;
  const list = new Map();
  for (const segment of connection.segments) {
    const more = segment.more, id = more.X ? more.X[more.X.length - 1] : more.x;
    if (!id) continue;
    const row = list.get(id) || { id, frames: [segment, segment] };
    list.set(id, row);
    row.frames[1] = segment;
    if (more.Q !== undefined && segment.side === connection.client) {
      row.request = more.Q;
      row.requestTime = more.q;
    }
    if (more.S !== undefined && segment.side !== connection.client && !more.X) {
      row.response = more.S;
      row.responseTime = more.s;
    }
    if (more.r !== undefined && !more.X) row.wait = more.r;
  }
  connection.exchanges = [...list.values()];
  return connection.exchanges;
}

const STATE = Object.fromEntries(data.states.map((state, at) => [state, at]));

function ending(connection) {
  const last = connection.segments[connection.segments.length - 1];
  const is = (side, ...names) => names.some((state) => last.state[side] === STATE[state]);
  if (connection.leftOut) return "ended_unknown";
  if (connection.marks >> MARK.refused & 1) return "ended_refused";
  if (connection.segments.some((one) => data.phases[one.phase][0] === "reset" && !(one.marks >> MARK.ineffective & 1) &&
      data.steps[one.step][0] === "reset")) return "ended_reset";
  if ([0, 1].every((side) => is(side, "CLOSED", "TIME-WAIT"))) return "ended_closed";
  if ([0, 1].some((side) => is(side, "SYN-SENT", "SYN-RECEIVED"))) return "ended_opening";
  if ([0, 1].some((side) => is(side, "UNKNOWN"))) return "ended_unknown";
  return [0, 1].every((side) => is(side, "ESTABLISHED")) ? "ended_open" : "ended_closing";
}

// ---- Breathing

// `list`: segments; up: what the client sends.
function plot(list, id) {
  const first = list[0].time, span = Math.max(1, list[list.length - 1].time - first);
  const bins = Math.max(12, Math.min(BINS, list.length * 4));
  const sums = [new Float64Array(bins), new Float64Array(bins)], totals = [0, 0];
  for (const segment of list) {
    const way = segment.side === segment.connection.client ? 0 : 1;
    sums[way][Math.min(bins - 1, Math.floor((segment.time - first) / span * bins))] += segment.length;
    totals[way] += segment.length;
  }
  const tokens = {
    out: bytes(totals[0]), in: bytes(totals[1]), bins: grouped(bins), step: duration(span / bins),
    out_most: bytes(Math.max(...sums[0])), in_most: bytes(Math.max(...sums[1])),
  };
  return el("div", { class: "plot", id }, drawPlot(sums, bins, span, tokens));
}

function drawPlot(sums, bins, span, tokens) {
  const W = Math.max(320, Math.min(1000, document.documentElement.clientWidth - 50)), H = 150, left = 125, middle = H / 2 - 8, tall = middle - 16;
  const width = (W - left) / bins;
  const most = [Math.max(1, ...sums[0]), Math.max(1, ...sums[1])];
  const bars = [0, 1].map((way) => {
    let path = "";
    sums[way].forEach((sum, at) => {
      if (!sum) return;
      const high = Math.max(1.5, sum / most[way] * tall);
      path += "M" + (left + at * width).toFixed(1) + " " + middle + "v" + ((way ? 1 : -1) * high).toFixed(1) +
        "h" + Math.max(1.5, width - 0.8).toFixed(1) + "V" + middle + "z";
    });
    return svg("path", { class: way ? "down" : "up", d: path });
  });
  const peak = (way) => word("peak", { n: grouped(Math.max(...sums[way])) });
  const text = (x, y, content, anchor) =>
    svg("text", { x, y, "font-size": 13, class: "time", "text-anchor": anchor || "start" }, content);
  return svg("svg", { viewBox: "0 0 " + W + " " + H, role: "img", "aria-label": word("breathing_alt", tokens) },
    bars, svg("line", { class: "axis", x1: left, x2: W, y1: middle, y2: middle }),
    text(0, middle - 41, "↑ " + word("out")), text(0, middle - 24, tokens.out), text(0, middle - 7, peak(0)),
    text(0, middle + 17, "↓ " + word("in")), text(0, middle + 34, tokens.in), text(0, middle + 51, peak(1)),
    text(left, H - 4, "0"), text(W, H - 4, stamp(span), "end"));
}

// ---- The ladder

// Where the boxes above a ladder stand, each side in its half, and the lifelines below them. A side
// that passed through more hands than there is room for has one lifeline for the last of them.
function lanes(connection, W) {
  const boxes = [[], []], rails = [[], []];
  for (const side of [0, 1]) {
    const count = Math.min(LANES, connection.ends[side].length), isLeft = side === connection.client;
    const room = Math.min(230, (W / 2 - 6) / count - 4), margin = isLeft ? 96 : 74;
    const free = count === 1 ? Math.max(0, Math.min(56, (W - 640) / 4)) : 0;
    for (let i = 0; i < connection.ends[side].length; i++) {
      const at = Math.min(i, count - 1), begin = 2 + free + at * (room + 4);
      const rail = Math.max(margin + 8 + at * 18, Math.min(begin + room / 2, W / 2 - 24));
      boxes[side].push({ begin: isLeft ? begin : W - begin - room, room });
      rails[side].push(isLeft ? rail : W - rail);
    }
  }
  return { boxes, rails };
}

const wide = (ch, size) => ch > "\u2e80" ? size : size * 0.58;
const length = (text, size) => [...text].reduce((sum, ch) => sum + wide(ch, size), 0);

function fit(text, room, size) {
  let used = 0, kept = "";
  for (const ch of text) {
    used += wide(ch, size);
    if (used > room) return kept.slice(0, -1) + "…";
    kept += ch;
  }
  return kept;
}

function heads(connection, W) {
  const H = 62, { boxes } = lanes(connection, W);
  const draw = (side, lane) => {
    const who = end(connection.ends[side][lane]), { begin, room } = boxes[side][lane];
    const state = !isKnown(who) ? " unknown" : who.c === "sure" ? "" : " unsure";
    const beyond = lane === LANES - 1 ? connection.ends[side].length - LANES : 0;
    const line = (y, text, kind) =>
      svg("text", { x: begin + room / 2, y, "text-anchor": "middle", "font-size": 12.5, class: kind }, fit(text, room - 8, 12.5));
    return svg("g", {}, svg("title", {}, name(who) + ", " + address(connection, side)),
      svg("rect", { class: "box" + state, x: begin, y: 4, width: room, height: H - 8, rx: 6 }),
      line(20, word(side === connection.client ? "client" : "server"), "time"),
      line(36, name(who) + (beyond > 0 ? " +" + beyond : ""), "who"), line(51, address(connection, side), "time"));
  };
  return svg("svg", { width: W, height: H, viewBox: "0 0 " + W + " " + H, role: "presentation" },
    [0, 1].map((side) => boxes[side].slice(0, LANES).map((_, lane) => draw(side, lane))));
}

// As the profile's colouring rules: what was sent again stands out, whatever its phase.
const AGAIN = new Set(["retransmission", "fast-retransmission", "out-of-order", "dup-ack"]);
const kindOf = (segment) => AGAIN.has(data.steps[segment.step][0]) ? "a" : String(segment.phase);

function label(segment) {
  const text = step(segment);
  return segment.length ? text + " · " + bytes(segment.length) : text;
}

function spoken(segment) {
  const connection = segment.connection, other = 1 - segment.side;
  return word("frame_n", { n: segment.frame }) + ", " + party(connection, segment.side, segment.ends[segment.side]) +
    " → " + party(connection, other, segment.ends[other]) + ", " + phase(segment) + ": " + sentence(segment) +
    " " + remarks(segment).join(" ");
}

function row(view, segment) {
  const connection = segment.connection, all = view.rails, W = view.width;
  const y = segment.place % CHUNK * ROW, x1 = all[segment.side][segment.ends[segment.side]];
  const x2 = all[1 - segment.side][segment.ends[1 - segment.side]], way = x2 > x1 ? 1 : -1;
  const doubt = segment.marks & DOUBT_BITS || segment.more.m, at = y + 34, kind = "p" + kindOf(segment);
  const isReset = data.steps[segment.step][0] === "reset";
  const tip = isReset ? "M" + (x2 - way * 10 - 5) + " " + (at - 5) + "l10 10m0 -10l-10 10"
    : "M" + x2 + " " + at + "l" + -way * 9 + " -5v10z";
  const text = fit(label(segment), Math.abs(x2 - x1) + (W < 480 ? 70 : doubt ? -36 : -16), 13);
  return svg("g", {
    class: "row", role: "option", id: "s" + connection.at + "-" + segment.place, "aria-selected": "false",
    "aria-posinset": segment.place + 1, "aria-setsize": connection.segments.length, "aria-label": spoken(segment),
    "data-place": segment.place,
  },
  svg("rect", { class: "field", x: 0, y, width: W, height: ROW, rx: 4 }),
  [...new Set(all.flat())].map((x) => svg("line", { class: "rail", x1: x, x2: x, y1: y, y2: y + ROW })),
  segment.marks >> MARK["lost-before"] & 1
    ? svg("line", { class: "gap", x1: Math.min(x1, x2), x2: Math.max(x1, x2), y1: y + 2, y2: y + 2 }) : null,
  svg("line", { class: "arrow " + kind, x1, x2: x2 - way * 6, y1: at, y2: at }),
  svg("path", { class: isReset ? "cross " + kind : kind, d: tip }),
  svg("rect", { class: "b" + kindOf(segment), x: (x1 + x2) / 2 - length(text, 13) / 2 - 7, y: y + 6, rx: 4,
    width: length(text, 13) + 14, height: 20 }),
  svg("text", { class: "on on" + kindOf(segment), x: (x1 + x2) / 2, y: y + 20.5, "text-anchor": "middle", "font-size": 13 }, text),
  doubt ? svg("text", { class: "badge", x: way > 0 ? x1 + 8 : x1 - 8, y: y + 22, "font-size": 15,
    "text-anchor": way > 0 ? "start" : "end" }, "?") : null,
  svg("text", { class: "time", x: 4, y: at + 4, "font-size": 12 }, stamp(segment.time - connection.segments[0].time)),
  svg("text", { class: "time", x: W - 4, y: at + 4, "font-size": 12, "text-anchor": "end" }, "#" + segment.frame));
}

class Ladder {
  constructor(connection) {
    this.connection = connection;
    this.chosen = -1;
    this.box = el("div", {
      class: "ladder", role: "listbox", tabindex: "0", "aria-label": word("ladder", { n: connection.number }),
      keydown: (event) => this.key(event), focus: () => this.chosen < 0 && this.choose(0),
      click: (event) => this.point(event, true), mouseover: (event) => this.point(event, false),
      mouseleave: () => this.show(this.chosen),
    });
    this.panel = el("aside", { class: "panel", "aria-label": word("explanation") });
    this.watch = new IntersectionObserver((entries) => {
      for (const entry of entries) if (entry.isIntersecting) this.fill(entry.target);
    }, { rootMargin: "600px" });
  }

  draw() {
    this.width = Math.max(300, Math.min(900, this.box.clientWidth || 700));
    this.rails = lanes(this.connection, this.width).rails;
    this.watch.disconnect();
    this.box.replaceChildren(el("div", { class: "heads", role: "presentation" }, heads(this.connection, this.width)));
    this.chunks = [];
    for (let first = 0; first < this.connection.segments.length; first += CHUNK) {
      const count = Math.min(CHUNK, this.connection.segments.length - first);
      const chunk = svg("svg", {
        width: this.width, height: count * ROW, viewBox: "0 0 " + this.width + " " + count * ROW, role: "group",
        "aria-label": word("frame_n", { n: this.connection.segments[first].frame }), "data-first": first,
      });
      this.chunks.push(chunk);
      this.box.append(chunk);
      this.watch.observe(chunk);
    }
    this.show(this.chosen);
  }

  fill(chunk) {
    this.watch.unobserve(chunk);
    if (chunk.childElementCount) return;
    const first = Number(chunk.dataset.first);
    chunk.append(...this.connection.segments.slice(first, first + CHUNK).map((one) => row(this, one)));
    this.mark();
  }

  fillAll() {
    for (const chunk of this.chunks) this.fill(chunk);
  }

  mark() {
    for (const old of this.box.querySelectorAll('[aria-selected="true"]')) old.setAttribute("aria-selected", "false");
    const node = byId("s" + this.connection.at + "-" + this.chosen);
    if (node) node.setAttribute("aria-selected", "true");
    return node;
  }

  choose(place, scroll) {
    const count = this.connection.segments.length;
    this.chosen = Math.max(0, Math.min(count - 1, place));
    this.fill(this.chunks[Math.floor(this.chosen / CHUNK)]);
    const node = this.mark();
    this.box.setAttribute("aria-activedescendant", node.id);
    if (scroll) node.scrollIntoView({ block: "nearest" });
    this.show(this.chosen);
  }

  key(event) {
    const last = this.connection.segments.length - 1;
    const to = { ArrowDown: this.chosen + 1, ArrowUp: this.chosen - 1, PageDown: this.chosen + 10, PageUp: this.chosen - 10,
      Home: 0, End: last }[event.key];
    if (event.key === "Enter") {
      const first = this.panel.querySelector("a, button");
      if (first) first.focus();
    } else if (to === undefined || event.ctrlKey || event.altKey || event.metaKey) {
      return;
    } else {
      this.choose(to, true);
    }
    event.preventDefault();
  }

  point(event, chooses) {
    const node = event.target.closest(".row");
    if (!node) return;
    if (chooses) this.choose(Number(node.dataset.place));
    else this.show(Number(node.dataset.place));
  }

  show(place) {
    const segment = this.connection.segments[place];
    this.panel.replaceChildren(...(segment ? explain(segment) : [el("p", { class: "soft" }, word("nothing_chosen"))]));
  }
}

// ---- The explanation of a segment

const frames = new Map();

function goTo(frame) {
  const segment = frames.get(frame);
  if (!segment) return;
  if (!viewOf(segment.connection).details.isConnected) addAll();
  const view = open(segment.connection);
  view.choose(segment.place, true);
  view.box.focus();
}

function frameLink(frame) {
  const text = word("frame_n", { n: frame });
  return frames.has(frame) ? el("button", { type: "button", class: "link", click: () => goTo(frame) }, text) : text;
}

function explain(segment) {
  const connection = segment.connection, more = segment.more, client = connection.client;
  const before = connection.segments[segment.place - 1], notes = remarks(segment), other = 1 - segment.side;
  const facts = [
    ["frame", String(segment.frame)],
    ["from_to", party(connection, segment.side, segment.ends[segment.side]) + " → " + party(connection, other, segment.ends[other])],
    ["time", word("since_start", { time: duration(segment.time - connection.segments[0].time) }) +
      (before ? (language ? "、" : ", ") + word("since_last", { time: duration(segment.time - before.time) }) : "")],
    ["flags", data.flags[segment.flags] === undefined ? null : "[" + data.flags[segment.flags] + "]"],
    ["payload", bytes(segment.length)],
    ["states", word("states_of", { client: data.states[segment.state[client]], server: data.states[segment.state[1 - client]] })],
    ["window", more.w === undefined ? null : bytes(more.w)],
    ["exchanges_all", more.X ? more.X.map((n) => word("exchange_n", { n })).join(", ") : more.x ? word("exchange_n", { n: more.x }) : null],
    ["response_time", more.r === undefined ? null : duration(more.r)],
    ["round_trip", more.R === undefined ? null : more.P === undefined || more.C === undefined ? duration(more.R)
      : word("rtt_parts", { rtt: duration(more.R), server: duration(more.P), client: duration(more.C) })],
    ["request_in", more.i ? frameLink(more.i) : null],
    ["response_in", more.I ? frameLink(more.I) : null],
    ["acks", more.a ? frameLink(more.a) : null],
    ["acked_in", more.A ? frameLink(more.A) : null],
    ["remarks", notes.length ? el("ul", {}, notes.map((note) => el("li", { class: "note" }, note))) : null],
    ["read_more", link(segment)],
  ];
  return [
    el("p", { class: "chip c" + kindOf(segment) }, phase(segment) + ": " + step(segment)),
    el("p", { class: "sentence" }, sentence(segment)),
    el("dl", {}, facts.filter((fact) => fact[1] !== null).map(([key, value]) => [el("dt", {}, word(key)), el("dd", {}, value)])),
  ];
}

// ---- Tables

const NUMBERS = new Set(["number", "frame", "time", "payload", "count_segments", "count_bytes", "sent", "waiting",
  "request_bytes", "response_bytes", "takes", "handshake", "slowest", "bytes_out", "bytes_in", "pid", "exchanges_all", "as_client", "as_server"]);

const WHOLE = new Set(["ended", "user", "interface"]); // short words, on one line

// `cells`: of the i-th of so many rows. A long table scrolls in itself, and a very long one shows its
// first rows until all are asked for.
function table(keys, count, cells, caption) {
  const kind = (at) => NUMBERS.has(keys[at]) ? "n" : WHOLE.has(keys[at]) ? "w" : "break", body = el("tbody");
  const add = (to) => {
    for (let i = body.childElementCount; i < to; i++)
      body.append(el("tr", {}, cells(i).map((cell, at) => el("td", { class: kind(at) }, cell))));
  };
  const all = () => {
    add(count);
    if (more) more.remove();
  };
  const more = count > ROWS ? el("button", { type: "button", class: "more", click: all }, word("show_rows", { n: grouped(count) })) : null;
  add(Math.min(count, ROWS));
  return el("div", count > TALL ? { class: "scroll tall", tabindex: "0", role: "region", "aria-label": caption } : { class: "scroll" },
    el("table", { "aria-label": caption },
      el("thead", {}, el("tr", {}, keys.map((key, at) => el("th", { class: kind(at), scope: "col" }, word(key))))), body), more);
}

function segmentTable(connection) {
  return table(["frame", "time", "from_to", "phase", "step", "payload", "meaning", "read_more"],
    connection.segments.length, (i) => rowOf(connection.segments[i]), word("ladder", { n: connection.number }));
}

function rowOf(segment) {
  const connection = segment.connection;
  return [String(segment.frame), stamp(segment.time - connection.segments[0].time),
      party(connection, segment.side, segment.ends[segment.side]) + " → " +
        party(connection, 1 - segment.side, segment.ends[1 - segment.side]),
      phase(segment), step(segment), grouped(segment.length),
      [sentence(segment), remarks(segment).map((note) => el("div", { class: "soft" }, note))], link(segment)];
}

function exchangeTable(list) {
  return table(["number", "request_bytes", "takes", "waiting", "response_bytes", "takes", "frame"],
    list.length, (i) => exchangeRow(list[i]), word("exchanges_all"));
}

function exchangeRow(one) {
  const time = (ns) => ns ? duration(ns) : "";
  const size = (n) => n === undefined ? "" : grouped(n);
  return [String(one.id), size(one.request), time(one.requestTime),
      one.response === undefined ? word("unanswered") : one.wait === undefined ? "" : duration(one.wait), size(one.response), time(one.responseTime),
      [frameLink(one.frames[0].frame), one.frames[0] === one.frames[1] ? null : [" – ", frameLink(one.frames[1].frame)]]];
}

// ---- The page

const views = new Map();

function titleOf(connection) {
  const client = connection.client, list = exchangesOf(connection).length;
  const who = [client, 1 - client].map((side) => {
    const known = parties(connection, side);
    return (known ? known + " " : "") + address(connection, side);
  });
  return [el("strong", {}, word("story_of", { n: connection.number })), who.join(" → "), " ",
    el("span", { class: "soft" }, [counted("segments", connection.segments.length), list ? counted("exchanges", list) : null,
      word(ending(connection))].filter(Boolean).join(language ? "、" : ", "))];
}

function fillConnection(connection) {
  const known = viewOf(connection);
  if (known.view) return known.view;
  const view = new Ladder(connection), list = exchangesOf(connection);
  const alt = el("details", { class: "alt", toggle: () => fillTable(known) }, el("summary", {}, word("as_table")));
  known.view = view;
  known.alt = alt;
  known.inside.replaceChildren(
    ...[connection.leftOut ? el("p", { class: "notice" }, word("left_out_here", { n: grouped(connection.leftOut) })) : null,
      connection.listener ? el("p", { class: "soft" }, word("listener", { process: name({ ...connection.listener, c: "sure" }) })) : null,
      connections.length > 1 && connection.segments.length > 1 ? plot(connection.segments) : null,
      list.length ? [el("h3", {}, word("exchanges_all")), exchangeTable(list)] : null,
      el("h3", {}, word("ladder", { n: connection.number })),
      el("div", { class: "pair" }, view.box, view.panel), alt].flat().filter(Boolean));
  view.draw();
  return view;
}

function fillTable(known) {
  if (known.alt.open && known.alt.childElementCount === 1) known.alt.append(segmentTable(known.connection));
}

function open(connection) {
  const known = viewOf(connection);
  known.details.open = true;
  return fillConnection(connection);
}

// Made when it is its turn, or earlier where somebody goes there.
function viewOf(connection) {
  const made = views.get(connection);
  if (made) return made;
  const inside = el("div", { class: "inside" });
  const details = el("details", { class: "connection", id: "c" + connection.at,
    toggle: () => details.open && fillConnection(connection) }, el("summary", {}, titleOf(connection)), inside);
  const known = { connection, details, inside };
  views.set(connection, known);
  return known;
}

let drawing = 0; // counts, so that an older one ends when a newer begins

// The first connections at once, the others after the window was painted.
function addConnections(section, first, turn) {
  if (turn !== drawing) return;
  const part = connections.slice(first, first + AT_ONCE * (first ? 5 : 1));
  section.append(...part.map((connection) => viewOf(connection).details));
  if (first + part.length < connections.length)
    setTimeout(() => addConnections(section, first + part.length, turn), first ? 0 : 100);
}

function addAll() {
  drawing++;
  byId("connections").append(...connections.map((connection) => viewOf(connection).details));
}

function drawConnections() {
  const section = byId("connections"), opened = new Map();
  for (const [connection, known] of views)
    opened.set(connection, { open: known.details.open, chosen: known.view ? known.view.chosen : -1 });
  views.clear();
  section.replaceChildren(el("h2", { id: "connections-title" }, word("connections_all")),
    el("p", { id: "how" }, word("how")), legend(),
    ...connections.length > 1 ? [connectionTable(), el("div", { class: "tools" },
      el("button", { type: "button", click: () => setAll(true) }, word("open_all")),
      el("button", { type: "button", click: () => setAll(false) }, word("close_all")))] : []);
  addConnections(section, 0, ++drawing);
  if (opened.size === 0) opened.set(connections[0], { open: true, chosen: 0 });
  for (const [connection, before] of opened) {
    if (!before.open) continue;
    if (!viewOf(connection).details.isConnected) addAll();
    const view = open(connection);
    if (before.chosen >= 0) view.choose(before.chosen);
  }
}

function setAll(isOpen) {
  addAll();
  for (const connection of connections) {
    if (isOpen) open(connection);
    else viewOf(connection).details.open = false;
  }
}

function connectionTable() {
  return table(["number", "client", "server", "handshake", "exchanges_all", "slowest", "bytes_out", "bytes_in", "ended"],
    connections.length, (i) => {
      const connection = connections[i], client = connection.client, list = exchangesOf(connection);
      const rtt = connection.segments.find((one) => one.more.R !== undefined);
      const slow = list.reduce((most, one) => Math.max(most, one.wait === undefined ? -1 : one.wait), -1);
      const jump = el("button", { type: "button", class: "link", click: () => {
        if (!viewOf(connection).details.isConnected) addAll();
        const view = open(connection);
        viewOf(connection).details.scrollIntoView();
        view.box.focus({ preventScroll: true });
      } }, connection.number);
      return [jump, parties(connection, client) || address(connection, client),
        parties(connection, 1 - client) || address(connection, 1 - client), rtt ? duration(rtt.more.R) : "",
        String(list.length), slow < 0 ? "" : duration(slow), grouped(connection.bytes[client]),
        grouped(connection.bytes[1 - client]), word(ending(connection))];
    }, word("connections_all"));
}

function drawProcesses() {
  const known = new Map();
  let unknown = 0, all = 0;
  for (const connection of connections) {
    for (const side of [0, 1]) {
      for (const id of connection.ends[side]) {
        all++;
        if (!isKnown(end(id))) unknown++;
        const row = known.get(id) || { who: end(id), as: [0, 0], sent: 0 };
        row.as[side === connection.client ? 0 : 1]++;
        known.set(id, row);
      }
    }
    for (const segment of connection.segments)
      known.get(connection.ends[segment.side][segment.ends[segment.side]]).sent += segment.length;
  }
  const rows = [...known.values()].filter((row) => isKnown(row.who));
  const has = (key) => rows.some((row) => row.who[key] !== undefined);
  const columns = [["process", (row) => [row.who.p || "?", row.who.c === "sure" ? null : [" ", el("span", { class: "doubt" }, word("unsure"))]]],
    ["pid", (row) => row.who.i || ""], has("u") || has("U") ? ["user", (row) => row.who.u || row.who.U || ""] : null,
    has("e") ? ["program", (row) => row.who.e || ""] : null, has("k") ? ["container", (row) => row.who.k || ""] : null,
    has("l") ? ["cmdline", (row) => row.who.l || ""] : null,
    ["known_by", (row) => source(row.who.s)], ["as_client", (row) => row.as[0] ? grouped(row.as[0]) : ""],
    ["as_server", (row) => row.as[1] ? grouped(row.as[1]) : ""], ["sent", (row) => grouped(row.sent)]].filter(Boolean);
  byId("processes").replaceChildren(el("h2", { id: "processes-title" }, word("processes")),
    ...[rows.length ? table(columns.map((column) => column[0]), rows.length,
      (i) => columns.map((column) => column[1](rows[i])), word("processes")) : null,
      unknown ? el("p", { class: "soft" }, word("unknown_about", { n: grouped(unknown), all: grouped(all) })) : null].filter(Boolean));
}

function source(name) {
  const found = data.sources.find((row) => row[0] === name);
  return found ? found[1 + language] : "";
}

function drawInterfaces() {
  const row = (at) => {
    const [id, given] = data.interfaces[at];
    return [given && given !== "unknown" ? given : word("unnamed", { n: id || "0" }),
      grouped(interfaces[at].segments), grouped(interfaces[at].bytes)];
  };
  byId("interfaces").replaceChildren(el("h2", { id: "interfaces-title" }, word("interfaces")),
    table(["interface", "count_segments", "count_bytes"], interfaces.length, row, word("interfaces")));
}

function drawNotices() {
  const list = [];
  if (data.left_out) list.push(word("left_out", { segments: counted("segments", data.left_out), all: segments.length + data.left_out }) +
    (data.connections_left_out ? (language ? "" : " ") +
      word("left_out_whole", { connections: counted("connections", data.connections_left_out) }) : ""));
  if (data.complaint) list.push(word("complaint", { error: data.complaint }));
  if (data.filter !== undefined) list.push(word("filtered", { filter: data.filter }));
  if (data.cmdline) list.push(word("cmdline_here"));
  byId("notices").replaceChildren(...list.map((text) => el("p", { class: "notice" }, text)));
}

function legend() {
  const used = new Set(segments.map(kindOf));
  const entry = (kind, text) => used.has(kind) ? el("li", {}, svg("svg", { viewBox: "0 0 44 16", "aria-hidden": "true" },
    svg("rect", { class: "b" + kind, x: 0, y: 0, width: 14, height: 16, rx: 3 }),
    svg("line", { class: "arrow p" + kind, x1: 17, x2: 37, y1: 8, y2: 8, "stroke-width": 3 }),
    svg("path", { class: "p" + kind, d: "M44 8l-9 -5v10z" })), text) : null;
  return el("ul", { id: "legend", "aria-label": word("colours") },
    data.phases.map((row, at) => entry(String(at), row[1 + language])), entry("a", word("again")));
}

function draw() {
  const last = segments[segments.length - 1];
  document.documentElement.lang = language ? "ja" : "en";
  for (const button of document.querySelectorAll("#languages button"))
    button.setAttribute("aria-pressed", String(Number(button.dataset.language) === language));
  byId("languages").setAttribute("aria-label", word("language"));
  for (const node of document.querySelectorAll("[data-word]")) node.textContent = word(node.dataset.word);
  byId("title").textContent = word("title", { file: data.file });
  byId("lead").textContent = word("lead", { segments: counted("segments", segments.length),
    connections: counted("connections", connections.length), time: duration(last.time - segments[0].time), start: startText() });
  byId("made-by").textContent = word("made_by", { version: data.version });
  drawNotices();
  byId("breathing").replaceChildren(el("h2", { id: "breathing-title" }, word("breathing")),
    el("p", { class: "soft" }, word("breathing_about")), plot(segments));
  drawProcesses();
  drawInterfaces();
  drawConnections();
}

read();
for (const segment of segments) if (!frames.has(segment.frame)) frames.set(segment.frame, segment);
for (const button of document.querySelectorAll("#languages button")) {
  button.addEventListener("click", () => {
    language = Number(button.dataset.language);
    draw();
  });
}
draw();
performance.mark("drawn");
let width = document.documentElement.clientWidth;
addEventListener("resize", () => {
  if (document.documentElement.clientWidth === width) return;
  width = document.documentElement.clientWidth;
  draw();
});
addEventListener("beforeprint", () => {
  for (const known of views.values()) {
    if (!known.details.open || !known.view) continue;
    known.view.fillAll();
    known.alt.open = true;
    fillTable(known);
    for (const button of known.inside.querySelectorAll(".more")) button.click();
  }
});
})();
