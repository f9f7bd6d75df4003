/** Runs inside the sandboxed frame: an opaque origin without cookies, storage, API or the page's DOM. */
import "@fontsource-variable/ibm-plex-sans/wght.css";
import mermaid from "mermaid";

type Request = { id: string; code: string; colours: Record<string, string> };

let sequence = 0;

async function draw({ code, colours }: Request): Promise<string> {
  await document.fonts.load('13px "IBM Plex Sans Variable"');
  mermaid.initialize({
    startOnLoad: false,
    securityLevel: "strict",
    htmlLabels: false,
    flowchart: { htmlLabels: false, curve: "linear" },
    theme: "base",
    fontFamily: '"IBM Plex Sans Variable", sans-serif',
    themeVariables: { ...colours, fontSize: "13px" },
  });
  sequence += 1;
  const { svg } = await mermaid.render(`d${sequence}`, code);
  return svg;
}

addEventListener("message", (event: MessageEvent<Request>) => {
  if (event.source !== parent) return;
  const { id } = event.data;
  draw(event.data).then(
    (svg) => parent.postMessage({ id, svg }, "*"),
    (error: unknown) => {
      const text = error instanceof Error ? error.message : "the diagram is not valid";
      parent.postMessage({ id, error: text.split("\n")[0] }, "*");
    },
  );
});

parent.postMessage({ ready: true }, "*");
