/* Unpacks the modules and says by an import map where each of them is; no module of this page has an address. */
(async () => {
  "use strict";
  const packed = JSON.parse(document.getElementById("packed").textContent);
  const bytes = (text) => Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));
  const stream = new Blob([bytes(packed.modules)]).stream().pipeThrough(new DecompressionStream("deflate"));
  const modules = JSON.parse(await new Response(stream).text());
  const address = ([name, text]) => [name, `data:text/javascript;charset=utf-8,${encodeURIComponent(`${text}\n//# sourceURL=${name}\n`)}`];
  const map = document.createElement("script");
  map.type = "importmap";
  map.textContent = JSON.stringify({ imports: Object.fromEntries(Object.entries(modules).map(address)) });
  document.head.append(map);
  const { open } = await import("gatviz/report.js");
  await open(document.getElementById("report"), bytes(packed.report), packed.told.map((layer) => layer.map((text) => (text ? bytes(text) : null))));
})();
