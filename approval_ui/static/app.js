// Keyboard, live edit marks, countdowns. Everything here is a convenience: each act is a plain form without it.
(() => {
  "use strict";
  const $ = (selector, root = document) => root.querySelector(selector);
  const $$ = (selector, root = document) => [...root.querySelectorAll(selector)];
  const started = performance.now();
  const DEAF_AFTER_DECIDING_MS = 600;

  // times: in the reader's own zone, and what is left until them
  const two = (n) => String(n).padStart(2, "0");
  const clock = new Intl.DateTimeFormat(undefined, { hour: "2-digit", minute: "2-digit", hourCycle: "h23" });
  const day = new Intl.DateTimeFormat(undefined, { day: "numeric", month: "short", hour: "2-digit", minute: "2-digit", hourCycle: "h23" });
  const inOwnZone = () => {
    for (const at of $$("time[data-style]")) {
      const when = new Date(at.dateTime);
      at.title = when.toLocaleString();
      const today = when.toDateString() === new Date().toDateString();
      at.textContent = (at.dataset.style === "clock" || today ? clock : day).format(when);
    }
  };
  inOwnZone();
  document.addEventListener("renewed", inOwnZone);
  const left = (ms) => {
    const minutes = Math.floor(ms / 60000);
    if (minutes < 1) return "now";
    if (minutes < 60) return `${minutes} min`;
    if (minutes < 1440) return `${Math.floor(minutes / 60)} h ${two(minutes % 60)}`;
    return minutes < 2880 ? "tomorrow" : `${Math.floor(minutes / 1440)} days`;
  };
  const tick = () => {
    const now = Date.now();
    for (const at of $$("time[data-left]")) {
      const text = left(new Date(at.dateTime) - now);
      at.textContent = text === "now" || text === "tomorrow" ? text : at.dataset.left + text;
    }
    for (const at of $$("time[data-countdown]")) {
      const seconds = Math.max(0, Math.ceil((new Date(at.dateTime) - now) / 1000));
      at.textContent = `${Math.floor(seconds / 60)}:${two(seconds % 60)}`;
      if (seconds === 0) at.closest(".alert, .toast")?.querySelector("form")?.setAttribute("hidden", "");
    }
  };
  tick();
  setInterval(tick, 1000);

  // menus and the list of keys
  const keys = $("#keys");
  const openKeys = () => { if (keys && !keys.open) keys.showModal(); };
  $$("[data-open=keys]").forEach((b) => b.addEventListener("click", openKeys));
  $$("[data-close]").forEach((b) => b.addEventListener("click", () => b.closest("dialog").close()));
  document.addEventListener("click", (e) => $$("details.menu[open]").forEach((d) => { if (!d.contains(e.target)) d.open = false; }));
  const page = document.body.dataset;
  const keysOn = $("#keys-on");
  keysOn?.addEventListener("change", () => {
    page.keys = keysOn.checked ? "on" : "off";
    fetch("/preferences", { method: "POST", body: new URLSearchParams({ csrf: page.csrf, name: "keys", value: page.keys }) }).catch(() => null);
  });

  // footnotes light up their evidence
  $$(".fn").forEach((fn) => {
    const target = document.getElementById(`ev-${fn.dataset.ev}`);
    if (!target) return;
    fn.addEventListener("mouseenter", () => target.classList.add("lit"));
    fn.addEventListener("mouseleave", () => target.classList.remove("lit"));
    fn.addEventListener("click", (e) => { e.preventDefault(); $$(".ev.lit").forEach((n) => n.classList.remove("lit")); target.classList.add("lit"); target.scrollIntoView({ block: "center" }); });
  });

  const queue = $("#queue");

  const form = $("#decision");
  const bar = $("#decide");
  const work = $("#work");
  const go = (href) => { if (href) location.assign(href); };

  // ticks and edits
  const approve = $("#approve");
  const editors = $$("[data-editor]");
  const asProposed = new Map();
  const inputOf = (pair) => $("input, select, textarea", pair);
  const isEdited = (pair) => inputOf(pair).value !== pair.dataset.original;
  const refresh = () => {
    if (!bar) return;
    const mailTick = $("[data-mail] > h2 > input.tick");
    let on = 0;
    for (const box of $$("input.tick[name=tick]")) {
      const action = box.closest("[data-action]");
      const held = action.hasAttribute("data-after-mail") && mailTick && !mailTick.checked;
      action.classList.toggle("off", !box.checked || held);
      if (box.checked && !held) on += 1;
    }
    let edits = 0;
    for (const pair of editors) {
      const edited = isEdited(pair);
      pair.classList.toggle("edited", edited);
      if (edited && !pair.closest(".off")) edits += 1;
    }
    for (const change of $$(".change")) change.classList.toggle("edited", $$(".pair.edited", change).length > 0);
    for (const card of $$("[data-mail]")) card.classList.toggle("edited", $$(".pair.edited", card).length > 0);
    const total = Number(form.dataset.count);
    $("[data-label]", approve).textContent = edits ? "Sign edited" : on < total ? `Approve ${on} of ${total}` : $("[data-label]", approve).dataset.plain;
    const locked = approve.hasAttribute("title");
    approve.disabled = locked || on === 0;
    const hint = $("[data-hint-text]");
    if (hint) hint.textContent = on === 0 ? "Nothing is ticked; reject instead" : edits ? `Signs ${edits === 1 ? "1 edit" : `${edits} edits`}, as shown` : "Signs exactly what is shown";
  };
  // Words of the proposal and of the edit side by side: what went, what came.
  const words = (text) => text.split(/(\s+)/).filter((w) => w !== "");
  const compared = (before, after) => {
    const a = words(before), b = words(after);
    const same = a.length * b.length > 4e6 ? null : Array.from({ length: a.length + 1 }, () => new Uint16Array(b.length + 1));
    if (!same) return [["ins", after]];
    for (let i = a.length - 1; i >= 0; i -= 1) for (let j = b.length - 1; j >= 0; j -= 1) same[i][j] = a[i] === b[j] ? same[i + 1][j + 1] + 1 : Math.max(same[i + 1][j], same[i][j + 1]);
    const parts = [];
    const add = (kind, word) => { const last = parts.at(-1); if (last && last[0] === kind) last[1] += word; else parts.push([kind, word]); };
    let i = 0, j = 0;
    while (i < a.length || j < b.length) {
      if (i < a.length && j < b.length && a[i] === b[j]) { add("", a[i]); i += 1; j += 1; }
      else if (j >= b.length || (i < a.length && same[i + 1][j] >= same[i][j + 1])) { add("del", a[i]); i += 1; }
      else { add("ins", b[j]); j += 1; }
    }
    return parts;
  };
  const marked = (before, after) => compared(before, after).map(([kind, text]) => { const node = document.createElement(kind || "span"); node.textContent = text; return node; });
  const show = (pair) => {
    // Leaving the editor, the page shows what will be signed, as text.
    const input = inputOf(pair);
    const text = input.tagName === "SELECT" ? input.selectedOptions[0]?.textContent ?? "" : input.value;
    const row = pair.closest(".change");
    const shown = row && $("[data-shown]", row);
    if (shown) shown.textContent = text || "empty";
    const name = input.name.split(".").pop();
    const live = pair.closest("[data-mail]") && $(`[data-live=${name}]`);
    if (live) {
      if (!asProposed.has(live)) asProposed.set(live, [...live.childNodes]);
      if (isEdited(pair)) { live.classList.add("diff"); live.replaceChildren(...marked(pair.dataset.original, text)); }
      else { live.classList.remove("diff"); live.replaceChildren(...asProposed.get(live)); }
    }
    const strong = !shown && row && name === "subject" && $(".read .strong", row);
    if (strong) strong.textContent = text;
  };
  for (const pair of editors) {
    inputOf(pair).addEventListener("input", () => { refresh(); show(pair); });
    $("[data-reset]", pair).addEventListener("click", () => { const i = inputOf(pair); i.value = pair.dataset.original; show(pair); refresh(); i.focus(); });
    if (isEdited(pair)) show(pair);
  }
  $$("input.tick[name=tick]").forEach((box) => box.addEventListener("change", refresh));
  refresh();

  if (form && bar) {
    const panels = { reject: $("#reject-panel"), respond: $("#respond-panel") };
    const blocked = (control) => control.getAttribute("aria-disabled") === "true";
    const openPanel = (name) => {
      for (const [key, panel] of Object.entries(panels)) {
        const open = key === name && panel.hidden;
        panel.hidden = !open;
        $(`#${key}`).setAttribute("aria-expanded", String(open));
        if (open) (key === "respond" ? $("textarea", panel) : $("input", panel) || $("textarea", panel)).focus({ preventScroll: true });
      }
    };
    const closePanels = () => { openPanel(""); document.activeElement?.blur(); };
    const edit = $("#edit");
    const setEditing = (on) => {
      work.classList.toggle("editing", on);
      $("[data-label]", edit).textContent = on ? "Done" : "Edit";
      if (on) { const first = $(".edit .in", work); if (first) first.focus({ preventScroll: true }); } else document.activeElement?.blur();
    };
    edit.addEventListener("click", (e) => { e.preventDefault(); if (!blocked(edit)) setEditing(!work.classList.contains("editing")); });
    for (const name of Object.keys(panels)) {
      const button = $(`#${name}`);
      button.addEventListener("click", (e) => { e.preventDefault(); if (!blocked(button)) openPanel(name); });
    }
    $$("[data-cancel]").forEach((b) => b.addEventListener("click", closePanels));
    let sent = false;
    form.addEventListener("submit", (e) => {
      if (sent) { e.preventDefault(); return; }
      sent = true;
      $("#seconds-open").value = Math.round((performance.now() - started) / 1000);
    });
    addEventListener("pageshow", (e) => { if (e.persisted) location.reload(); });

    const press = (button) => { if (!button.disabled && !blocked(button)) form.requestSubmit(button); };
    const openVerdict = () => (!panels.reject.hidden ? $("button[value=reject]", panels.reject) : !panels.respond.hidden ? $("button[value=respond]", panels.respond) : approve);
    const decisive = new Set(["a", "e", "d", "r", "x"]);
    document.addEventListener("keydown", (e) => {
      if (e.isComposing || keys?.open) return;
      const typing = e.target.matches("textarea, select, input:not(.tick):not([type=radio])");
      if (e.key === "Escape") { if (!panels.reject.hidden || !panels.respond.hidden) closePanels(); else if (work.classList.contains("editing")) setEditing(false); return; }
      const deaf = $("#toast:not([data-harmless])") && performance.now() - started < DEAF_AFTER_DECIDING_MS;
      if (e.key === "Enter" && (e.ctrlKey || e.metaKey)) { e.preventDefault(); if (!deaf && !e.repeat) press(openVerdict()); return; }
      // Enter in an input would press the form's first button, which is not what anybody means by it.
      if (e.key === "Enter" && e.target.matches("input") && e.target.form === form) { e.preventDefault(); return; }
      if (typing || e.ctrlKey || e.metaKey || e.altKey || e.repeat || page.keys === "off") return;
      const key = e.key.toLowerCase();
      if (decisive.has(key) && deaf) { e.preventDefault(); return; }
      if (!panels.reject.hidden && /^[1-9]$/.test(key)) {
        const reason = $$("input[name=reason_code]", panels.reject)[Number(key) - 1];
        if (reason) { e.preventDefault(); reason.checked = true; reason.focus({ preventScroll: true }); }
        return;
      }
      const asking = !panels.reject.hidden || !panels.respond.hidden;
      if (asking && key !== "r" && key !== "d") return;
      if (key === "a") press(approve);
      else if (key === "e") edit.click();
      else if (key === "d") $("#respond").click();
      else if (key === "r") $("#reject").click();
      else if (key === "c") $("#desk [data-key=c]")?.click();
      else if (key === "s" || key === "g") { const menu = $(`#desk [data-menu=${key}]`); if (menu) { menu.open = true; $("button, select", menu)?.focus(); } }
      else if (key === "x") { const box = (e.target.closest?.("[data-action]") || $("[data-action]:hover"))?.querySelector("input.tick") || $("input.tick[name=tick]"); if (box && !box.disabled) box.click(); }
      else return;
      e.preventDefault();
    });
  }

  document.addEventListener("keydown", (e) => {
    if (e.target.matches("textarea, select, input:not(.tick):not([type=radio])") || e.ctrlKey || e.metaKey || e.altKey || e.isComposing) return;
    if (e.key === "?") { e.preventDefault(); openKeys(); return; }
    if (page.keys === "off" || keys?.open) return;
    const key = e.key.toLowerCase();
    if (key === "z") { const undo = $("#toast-undo"); if (undo) { e.preventDefault(); go(undo.href); } return; }
    if (key !== "j" && key !== "k") return;
    const items = $$(".item", queue || document);
    const at = items.findIndex((i) => i.hasAttribute("aria-current"));
    const to = items[at < 0 ? 0 : at + (key === "j" ? 1 : -1)]?.href || (key === "j" ? queue?.dataset.following : queue?.dataset.previous);
    if (to) { e.preventDefault(); go(to); }
  });

  // a toast goes by itself unless it holds a countdown
  const toast = $("#toast");
  if (toast && !$("[data-countdown], [data-stays]", toast)) setTimeout(() => toast.remove(), 6000);
  if (/[?&](done|said)=/.test(location.search)) {
    const url = new URL(location.href);
    for (const name of ["done", "said"]) url.searchParams.delete(name);
    history.replaceState(null, "", url);
  }
})();
