// Photos of the passes in force, small, sealed on this phone, found by the mark a pass carries signed. What no pass in force
// carries is dropped with the next list. A picture that does not give the mark is not shown: nobody can slip another face in.
//
//   const photos = openPhotos(await openSealed(shelf), device);
//   await photos.refresh(); await photos.show(holder, mark)      // true when it is there
//   await photos.forget()

const AT_ONCE = 50, LIST = "photos";

export function openPhotos(sealed, device) {
  const named = (mark) => `photo ${mark}`;

  async function refresh() {
    const before = await sealed.get(LIST) || { marks: [], etag: "" };
    const answer = await device.ask("/api/gates/photos", { etag: before.etag });
    const wanted = answer.status === 304 ? before.wanted : answer.body.photos, marks = new Set(before.marks);
    const now = new Set(wanted);
    for (const mark of marks) if (!now.has(mark)) { await sealed.remove(named(mark)); marks.delete(mark); }
    const keep = (etag) => sealed.put(LIST, { marks: [...marks], wanted, etag });
    const missing = wanted.filter((mark) => !marks.has(mark));
    for (let from = 0; from < missing.length; from += AT_ONCE) {
      const { body } = await device.ask(`/api/gates/thumbnails?marks=${missing.slice(from, from + AT_ONCE).join(",")}`);
      for (const one of body) { await sealed.put(named(one.photo), one.webp); marks.add(one.photo); }
      await keep(""); // what has come stays, should the network go now
    }
    await keep(answer.etag || before.etag);
  }

  async function pictureOf(mark) {
    const kept = await sealed.get(named(mark));
    if (!kept) return null;
    const bytes = Uint8Array.from(atob(kept), (one) => one.charCodeAt(0));
    const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));
    return [...digest.slice(0, 8)].map((one) => one.toString(16).padStart(2, "0")).join("") === mark ? kept : null;
  }

  async function show(holder, mark) {
    const kept = mark ? await pictureOf(mark) : null;
    holder.hidden = !kept;
    if (kept) holder.src = `data:image/webp;base64,${kept}`; else holder.removeAttribute("src");
    return Boolean(kept);
  }
  // A phone that was stopped keeps no faces.
  async function forget() {
    const kept = await sealed.get(LIST);
    for (const mark of kept ? kept.marks : []) await sealed.remove(named(mark));
    await sealed.remove(LIST);
  }
  return { refresh, show, forget };
}
