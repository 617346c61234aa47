// A list that stays true while others work: told by the server, it asks for its own address again. Works without.
(() => {
  "use strict";
  const lane = document.querySelector("#lane");
  if (!lane) return;
  let renewing = false;
  let again = false;
  const renew = async () => {
    if (renewing) { again = true; return; }
    renewing = true;
    const answer = await fetch(location.href, { redirect: "manual" }).catch(() => null);
    renewing = false;
    if (answer?.ok) {
      const fresh = new DOMParser().parseFromString(await answer.text(), "text/html");
      const focused = document.activeElement?.getAttribute("href");
      for (const part of fresh.querySelectorAll("[data-live]")) document.getElementById(part.id)?.replaceWith(part);
      document.querySelector(".nav")?.replaceWith(fresh.querySelector(".nav"));
      lane.dataset.version = fresh.querySelector("#lane")?.dataset.version || "";
      document.dispatchEvent(new Event("renewed"));
      if (focused) lane.querySelector(`a[href="${CSS.escape(focused)}"]`)?.focus({ preventScroll: true });
    }
    if (again) { again = false; renew(); }
  };
  for (const select of lane.querySelectorAll("select")) select.addEventListener("change", () => select.form.requestSubmit());
  lane.querySelector("form.find")?.addEventListener("submit", (e) => {
    for (const control of e.target.elements) if (control.name && !control.value) control.disabled = true;
  });
  addEventListener("pageshow", () => { for (const control of lane.querySelectorAll("form.find [name]")) control.disabled = false; });

  // a page that nobody looks at holds no connection, of which a browser has few
  let told = null;
  let waiting = 0;
  const hush = () => { told?.close(); told = null; };
  const listen = () => {
    if (told || document.hidden) return;
    told = new EventSource(`/events?seen=${encodeURIComponent(lane.dataset.version)}`);
    told.addEventListener("queue", () => { clearTimeout(waiting); waiting = setTimeout(renew, 150); });
    told.addEventListener("over", () => told.close());
  };
  document.addEventListener("visibilitychange", () => (document.hidden ? hush() : listen()));
  addEventListener("pagehide", hush);
  addEventListener("pageshow", listen);
  listen();
})();
