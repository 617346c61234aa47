// What somebody typed outlives a reload, the end of a session, a server that is away, and a newer proposal.
// It is kept in this tab alone, under the person's login, and goes when the decision is stored.
(() => {
  "use strict";
  const $ = (selector, root = document) => root.querySelector(selector);
  const $$ = (selector, root = document) => [...root.querySelectorAll(selector)];
  const store = {
    get: (k) => { try { return JSON.parse(sessionStorage.getItem(k) || "null"); } catch { return null; } },
    set: (k, v) => { try { sessionStorage.setItem(k, JSON.stringify(v)); } catch { /* full or switched off */ } },
    drop: (k) => { try { sessionStorage.removeItem(k); } catch { /* switched off */ } },
  };
  const login = document.body.dataset.login || "";
  const keyOf = (path) => `countersign.draft.${login}.${path}`;
  const decided = $("#toast[data-done]");
  if (decided) store.drop(keyOf(decided.dataset.done));

  const form = $("#decision");
  if (!form) return;
  const path = form.action.replace(/^.*(\/reviews\/[^/]+\/\d+)\/decide.*$/, "$1");
  const key = keyOf(path);
  const digest = form.dataset.digest;
  const texts = ["reject_text", "respond_text"];
  const named = (name) => [...form.elements].find((e) => e.name === name && e.type !== "hidden" && e.type !== "radio");

  const collect = () => {
    const fields = {};
    for (const pair of $$("[data-editor]")) {
      const input = $("input, select, textarea", pair);
      if (input.value !== pair.dataset.original) fields[input.name] = input.value;
    }
    for (const name of texts) { const box = named(name); if (box && box.value.trim()) fields[name] = box.value; }
    const unticked = $$("input.tick[name=tick]").filter((b) => !b.checked && !b.disabled).map((b) => b.value);
    const reason = $("input[name=reason_code]:checked");
    return { digest, at: Date.now(), fields, unticked, reason: reason ? reason.value : "" };
  };
  const holds = (d) => d && (Object.keys(d.fields).length > 0 || d.unticked.length > 0 || d.reason !== "");
  const asServed = JSON.stringify({ ...collect(), at: 0 });
  const save = () => { const now = collect(); if (JSON.stringify({ ...now, at: 0 }) === asServed && !form.dataset.tried) store.drop(key); else store.set(key, now); };
  const apply = (draft) => {
    for (const [name, value] of Object.entries(draft.fields)) {
      const input = named(name);
      if (!input || input.value === value) continue;
      input.value = value;
      input.dispatchEvent(new Event("input", { bubbles: true }));
    }
    for (const box of $$("input.tick[name=tick]")) {
      if (!box.disabled && draft.unticked.includes(box.value) === box.checked) box.click();
    }
    const reason = draft.reason && $$("input[name=reason_code]").find((r) => r.value === draft.reason);
    if (reason) reason.checked = true;
  };
  const notice = (tone, bold, text, buttons) => {
    $("#draft-notice")?.remove();
    const box = document.createElement("div");
    box.className = `alert ${tone}`;
    box.id = "draft-notice";
    box.setAttribute("role", "status");
    const said = document.createElement("span");
    said.className = "grow";
    const strong = document.createElement("b");
    strong.textContent = bold;
    said.append(strong, ` ${text}`);
    box.append(said);
    for (const [label, act] of buttons) {
      const button = document.createElement("button");
      button.type = "button";
      button.className = "btn small";
      button.textContent = label;
      button.addEventListener("click", () => act(box));
      box.append(button);
    }
    $("#change").before(box);
  };
  const clock = (at) => new Intl.DateTimeFormat(undefined, { hour: "2-digit", minute: "2-digit", hourCycle: "h23" }).format(at);

  const mine = store.get(key);
  const before = Number(path.split("/").pop()) > 1 && keysBefore().map((k) => [k, store.get(k)]).find(([, d]) => holds(d));
  if (holds(mine) && mine.digest === digest) {
    if (!form.dataset.tried) {
      const changed = JSON.stringify({ ...mine, at: 0 }) !== asServed;
      apply(mine);
      if (changed) notice("info", `Your edits from ${clock(mine.at)} are back.`, "Nothing was signed.", [["Discard them", () => { store.drop(key); location.reload(); }]]);
    }
  } else if (holds(mine) || before) {
    const [oldKey, draft] = holds(mine) ? [key, mine] : before;
    notice("warn", "The proposal changed while you edited it.", `What you typed at ${clock(draft.at)} is kept.`, [
      ["Bring it over", (box) => { apply(draft); store.drop(oldKey); save(); box.remove(); }],
      ["Discard it", (box) => { store.drop(oldKey); box.remove(); }],
    ]);
  }
  function keysBefore() {
    const [, , caseId, round] = path.split("/");
    return Array.from({ length: Number(round) - 1 }, (_, n) => keyOf(`/reviews/${caseId}/${Number(round) - 1 - n}`));
  }
  for (const kind of ["input", "change"]) document.addEventListener(kind, (e) => { if (e.target.form === form) save(); });
  document.addEventListener("click", (e) => { if (e.target.closest("[data-reset]")) save(); });

  // Before the form leaves the page: is anybody there to take it? If not, the page stays as it is.
  let known = false, asking = false;
  document.addEventListener("submit", (e) => {
    if (e.target !== form || known) return;
    e.preventDefault();
    e.stopImmediatePropagation();
    if (asking) return;
    asking = true;
    save();
    const button = e.submitter;
    fetch("/healthz", { cache: "no-store", signal: AbortSignal.timeout(10_000) })
      .then((answer) => (answer.ok ? "" : "The database cannot be reached."), () => "The server cannot be reached.")
      .then((trouble) => {
        asking = false;
        if (trouble) { notice("bad", "Not signed.", `${trouble} What you typed is kept here; try again in a moment.`, [["Try again", (box) => { box.remove(); form.requestSubmit(button); }]]); return; }
        known = true;
        form.requestSubmit(button);
      });
  }, true);
})();
