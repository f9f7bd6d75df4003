/**
 * One hidden, sandboxed frame draws every diagram in the app, under a policy of its own: it has no origin,
 * no cookies, no way back but a message with an SVG, which is sanitised before it is shown.
 */

const VARIABLES = {
  background: "--sheet",
  primaryColor: "--accent-soft",
  primaryTextColor: "--ink",
  primaryBorderColor: "--accent",
  lineColor: "--ink-3",
  textColor: "--ink",
  secondaryColor: "--well",
  tertiaryColor: "--well",
  clusterBkg: "--well",
  clusterBorder: "--rule-2",
  edgeLabelBackground: "--sheet",
  noteBkgColor: "--review-soft",
  noteTextColor: "--ink",
  actorTextColor: "--ink",
  signalTextColor: "--ink",
  signalColor: "--ink-3",
  attributeBackgroundColorOdd: "--sheet",
  attributeBackgroundColorEven: "--well",
};

const PATIENCE = 15_000;
const waiting = new Map<string, { done: (svg: string) => void; failed: (error: Error) => void }>();
let frame: Promise<Window> | null = null;
let sequence = 0;

type Answer = { ready?: boolean; id?: string; svg?: string; error?: string };

function openFrame(): Promise<Window> {
  return new Promise((resolve, reject) => {
    const element = document.createElement("iframe");
    element.setAttribute("sandbox", "allow-scripts");
    element.setAttribute("aria-hidden", "true");
    element.title = "Diagram renderer";
    element.tabIndex = -1;
    element.src = "/diagram.html";
    element.className = "pointer-events-none fixed top-0 -left-[3000px] h-[800px] w-[1200px] opacity-0";
    const timer = setTimeout(() => reject(new Error("the diagram renderer did not start")), PATIENCE);
    addEventListener("message", (event: MessageEvent<Answer>) => {
      if (event.source !== element.contentWindow || !element.contentWindow) return;
      if (event.data.ready) {
        clearTimeout(timer);
        resolve(element.contentWindow);
        return;
      }
      const id = event.data.id ?? "";
      const entry = waiting.get(id);
      waiting.delete(id);
      if (typeof event.data.svg === "string") entry?.done(event.data.svg);
      else entry?.failed(new Error(event.data.error ?? "the diagram is not valid"));
    });
    document.body.append(element);
  });
}

/** mermaid can't read oklch(): each token is resolved to hex by painting one pixel. */
function resolveColours(): Record<string, string> {
  const canvas = document.createElement("canvas");
  canvas.width = 1;
  canvas.height = 1;
  const context = canvas.getContext("2d", { willReadFrequently: true });
  if (!context) return {};
  const style = getComputedStyle(document.documentElement);
  const colours: Record<string, string> = {};
  for (const [name, token] of Object.entries(VARIABLES)) {
    context.fillStyle = style.getPropertyValue(token).trim();
    context.fillRect(0, 0, 1, 1);
    const [r = 0, g = 0, b = 0] = context.getImageData(0, 0, 1, 1).data;
    colours[name] = `#${[r, g, b].map((channel) => channel.toString(16).padStart(2, "0")).join("")}`;
  }
  return colours;
}

export async function drawDiagram(code: string): Promise<string> {
  frame ??= openFrame();
  const target = await frame;
  sequence += 1;
  const id = `diagram-${sequence}`;
  return new Promise((done, failed) => {
    const timer = setTimeout(() => {
      if (waiting.delete(id)) failed(new Error("the diagram took too long to draw"));
    }, PATIENCE);
    waiting.set(id, {
      done: (svg) => {
        clearTimeout(timer);
        done(svg);
      },
      failed: (error) => {
        clearTimeout(timer);
        failed(error);
      },
    });
    target.postMessage({ id, code, colours: resolveColours() }, "*");
  });
}
