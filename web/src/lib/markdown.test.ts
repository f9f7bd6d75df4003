/** What a model or a person writes can't run, load or break out. */
import { describe, expect, it } from "vitest";
import { type BlockCache, splitBlocks, toHtml } from "./markdown";

function render(markdown: string): HTMLElement {
  const host = document.createElement("div");
  host.innerHTML = toHtml(markdown);
  return host;
}

describe("hostile Markdown", () => {
  it.each([
    ["a script", "<script>globalThis.hacked = true</script>"],
    ["an image with onerror", '<img src=x onerror="globalThis.hacked = true">'],
    ["an svg with onload", '<svg onload="globalThis.hacked = true"><script>1</script></svg>'],
    ["an iframe", '<iframe srcdoc="<script>1</script>"></iframe>'],
    ["a form", '<form action="https://evil.example"><input name=q><button>go</button></form>'],
    ["a style", "<style>body { display: none }</style>"],
    ["a style attribute", 'text <span style="position:fixed">over</span>'],
    ["mutation bait", '<math><mtext><table><mglyph><style><img src=x onerror="1">'],
  ])("shows %s as text and makes no element of it", (_name, source) => {
    const host = render(source);
    expect(host.querySelector("script,img,svg,iframe,form,style,math,button,object,embed")).toBeNull();
    for (const element of host.querySelectorAll("*")) {
      for (const attribute of element.attributes) expect(attribute.name).not.toMatch(/^on|^style$|^src$/);
    }
    expect(host.textContent?.trim()).not.toBe("");
  });

  it.each(["javascript:alert(1)", "JaVaScRiPt:alert(1)", "data:text/html,<script>1</script>", "vbscript:x"])(
    "drops the address %s",
    (address) => {
      const link = render(`[click](${address})`).querySelector("a");
      expect(link?.getAttribute("href") ?? null).toBeNull();
    },
  );

  it("turns a remote image into a link, so that nothing is fetched", () => {
    const host = render("![a chart](https://tracker.example/pixel.png)");
    expect(host.querySelector("img")).toBeNull();
    expect(host.querySelector("a")?.getAttribute("href")).toBe("https://tracker.example/pixel.png");
    expect(host.textContent).toContain("a chart");
  });

  it("gives outward links no referrer and no opener, and says where they lead", () => {
    const link = render("[docs](https://example.com/a)").querySelector("a");
    expect(link?.getAttribute("rel")).toBe("noopener noreferrer nofollow");
    expect(link?.getAttribute("title")).toBe("https://example.com/a");
  });

  it("keeps attribute quotes inside an image address from breaking out", () => {
    const host = render('![x](https://e.example/"onmouseover="alert(1))');
    for (const element of host.querySelectorAll("*")) expect(element.hasAttribute("onmouseover")).toBe(false);
  });
});

describe("splitBlocks", () => {
  const text =
    "# Title\n\nA paragraph\nin two lines.\n\n- one\n- two\n\n```mermaid\nflowchart LR\n```\n\n| a | b |\n|---|---|\n| 1 | 2 |\n\nEnd.";

  it("loses no character, however the text grows", () => {
    const cache: BlockCache = { text: "", blocks: [] };
    for (let length = 1; length <= text.length; length++) {
      const blocks = splitBlocks(text.slice(0, length), cache);
      expect(blocks.map((block) => block.raw).join("")).toBe(text.slice(0, length));
    }
    expect(cache.blocks.map((block) => block.raw)).toEqual(splitBlocks(text).map((block) => block.raw));
  });

  it("finds the diagrams", () => {
    expect(splitBlocks(text).find((block) => block.lang === "mermaid")?.code).toBe("flowchart LR");
  });

  it("starts afresh when the text is replaced", () => {
    const cache: BlockCache = { text: "", blocks: [] };
    splitBlocks("one\n\ntwo", cache);
    expect(splitBlocks("three", cache).map((block) => block.raw)).toEqual(["three"]);
  });
});

describe("ids of the document", () => {
  it("lead to their trace, as plain text stays plain", () => {
    const html = toHtml("- **R-1.2** holds by AD-3, see Q-9.", "linked");
    expect(html).toContain('<strong><a href="#trace-R-1.2">R-1.2</a></strong>');
    expect(html).toContain('by <a href="#trace-AD-3">AD-3</a>, see <a href="#trace-Q-9">Q-9</a>.');
    expect(toHtml("R-1")).not.toContain("<a");
  });

  it("are none in code, in links, and in the middle of a word", () => {
    const html = toHtml("`R-1` [R-2](https://example.com) XR-3 R-4a PAY-R-5 docs/R-6 R-0", "linked");
    expect(html).not.toContain("#trace-");
  });
});
