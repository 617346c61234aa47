// The list of reviews: keeps its place, stays true while others work, shows its next rows. All of it works without.
(() => {
  "use strict";
  const $ = (selector, root = document) => root.querySelector(selector);
  const $$ = (selector, root = document) => [...root.querySelectorAll(selector)];
  const queue = $("#queue");
  if (!queue) return;
  const hasCard = Boolean($("#work"));
  const PAGE = 50;

  // where the reader was, per filter: coming back by the back button finds it again
  const place = `countersign.queue?${new URLSearchParams(location.search).toString()}`;
  queue.scrollTop = Number(sessionStorage.getItem(place) || sessionStorage.getItem("countersign.queue") || 0);
  $(".item[aria-current]", queue)?.scrollIntoView({ block: "nearest" });
  addEventListener("pagehide", () => { sessionStorage.setItem(place, queue.scrollTop); sessionStorage.setItem("countersign.queue", queue.scrollTop); });

  // an address without the parts that say nothing
  const find = $("#find");
  const tidy = () => { for (const control of $$("input, select", find)) control.disabled = !control.value || (control.name === "state" && control.value === "open") || (control.name === "whose" && control.value === "all"); };
  find.addEventListener("submit", tidy);
  addEventListener("pageshow", () => $$("input, select", find).forEach((control) => { control.disabled = false; }));
  $$("select", find).forEach((select) => select.addEventListener("change", () => find.requestSubmit()));
  document.addEventListener("keydown", (e) => {
    if (e.key !== "/" || e.ctrlKey || e.metaKey || e.altKey || e.target.matches("input:not(.tick):not([type=radio]), textarea, select")) return;
    e.preventDefault();
    $("input[name=q]", find).focus();
  });

  // how long each has waited
  const two = (n) => String(n).padStart(2, "0");
  const lasted = (ms) => {
    const minutes = Math.max(0, Math.floor(ms / 60000));
    if (minutes < 1) return "<1 min";
    if (minutes < 60) return `${minutes} min`;
    if (minutes < 1440) return `${Math.floor(minutes / 60)} h ${two(minutes % 60)}`;
    return minutes < 2880 ? "1 day" : `${Math.floor(minutes / 1440)} days`;
  };
  const age = () => { for (const at of $$("time[data-since]", queue)) at.textContent = lasted(Date.now() - new Date(at.dateTime)); };
  setInterval(age, 30000);

  const ask = async (query) => {
    const selected = $(".item[aria-current]", queue)?.dataset.key || "";
    query.set("selected", selected);
    const answer = await fetch(`/queue?${query}`, { redirect: "manual" }).catch(() => null);
    if (!answer || !answer.ok) return null;
    return $("#queue", new DOMParser().parseFromString(await answer.text(), "text/html"));
  };
  const here = () => {
    const query = new URLSearchParams(location.search);
    for (const name of ["act", "done"]) query.delete(name);
    return query;
  };

  // the next rows, below those that are there
  queue.addEventListener("click", async (e) => {
    const more = e.target.closest("#queue-more");
    if (!more || e.ctrlKey || e.metaKey || e.shiftKey) return;
    e.preventDefault();
    const fresh = await ask(new URL(more.href).searchParams);
    if (!fresh) { location.assign(more.href); return; }
    const rows = $("#queue-rows", queue);
    const first = $(".line .item", fresh);
    more.remove();
    $(".moving:not(#queue-more)", fresh)?.remove();
    rows.append(...$("#queue-rows", fresh).childNodes);
    const next = $("#queue-more .faint", queue);
    if (next) next.textContent = `${$$(".line", queue).length} of ${next.textContent.split(" of ")[1]}`;
    if (first) $(`[data-key="${CSS.escape(first.dataset.key)}"]`, queue)?.focus();
  });

  // the card in view is never changed under the reader's hands; that it is over is said above it
  const tell = (news) => {
    if (!news || !$("#decide") || $("#news")) return;
    const notice = document.createElement("div");
    const text = document.createElement("span");
    const headline = document.createElement("b");
    const link = document.createElement("a");
    Object.assign(notice, { id: "news", className: "alert info" });
    notice.setAttribute("role", "status");
    text.className = "grow";
    headline.textContent = `${news}.`;
    text.append(headline);
    Object.assign(link, { className: "btn small", href: `${location.pathname}?${here()}`, textContent: "Show" });
    notice.append(text, link);
    $("#work .sheetpad").prepend(notice);
  };
  let renewing = false;
  let again = false;
  const renew = async () => {
    if (renewing) { again = true; return; }
    renewing = true;
    const query = here();
    const shown = $$(".line", queue).length;
    if (shown > PAGE) query.set("rows", shown);
    const fresh = await ask(query);
    renewing = false;
    if (fresh) {
      if (!hasCard && fresh.dataset.shown !== "0" && queue.dataset.shown === "0") { location.reload(); return; }
      const picked = new Set($$(".pick:checked", queue).map((box) => box.value));
      const focused = document.activeElement?.closest?.(".line")?.id;
      for (const part of $$("[data-live]", fresh)) $(`#${part.id}`, queue)?.replaceWith(part);
      Object.assign(queue.dataset, fresh.dataset);
      tell(fresh.dataset.news);
      for (const box of $$(".pick", queue)) box.checked = picked.has(box.value);
      if (focused) $(`#${CSS.escape(focused)} .item`, queue)?.focus({ preventScroll: true });
      const count = $(".nav a[href='/'] b");
      if (count && fresh.dataset.all) count.textContent = fresh.dataset.all;
      }
    if (again) { again = false; renew(); }
  };

  // told by the server; a page that nobody looks at holds no connection, of which a browser has few
  let told = null;
  let waiting = 0;
  const listen = () => {
    if (told || document.hidden) return;
    told = new EventSource(`/events?seen=${encodeURIComponent(queue.dataset.version)}`);
    told.addEventListener("queue", () => { clearTimeout(waiting); waiting = setTimeout(renew, 150); });
    told.addEventListener("over", () => { told.close(); });
  };
  const hush = () => { told?.close(); told = null; };
  document.addEventListener("visibilitychange", () => (document.hidden ? hush() : listen()));
  addEventListener("pagehide", hush);
  addEventListener("pageshow", listen);
  listen();
})();
