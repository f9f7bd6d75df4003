/**
 * From Markdown to HTML that may be shown. Everything a model or a person writes is hostile until it has
 * been through here: raw HTML is printed as text, images become links (no beacons), only plain text markup
 * survives, and links lead out with no referrer.
 */
import DOMPurify from "dompurify";
import { Marked, type Token } from "marked";

const escapeHtml = (text: string): string =>
  text.replace(/&/g, "&amp;").replace(/</g, "&lt;").replace(/>/g, "&gt;").replace(/"/g, "&quot;");

/** Our own diff marks, and nothing else, may stand as HTML in the source. */
const DIFF_MARK = /^<\/?(?:ins|del)>$/;

const marked = new Marked({
  gfm: true,
  breaks: false,
  renderer: {
    html: ({ text }) => (DIFF_MARK.test(text.trim()) ? text : escapeHtml(text)),
    image: ({ href, text }) => `<a href="${escapeHtml(href)}">${escapeHtml(text || href)}</a>`,
  },
});

const purifier = DOMPurify(window);
purifier.addHook("afterSanitizeAttributes", (node) => {
  if (node.tagName === "A") {
    const href = node.getAttribute("href") ?? "";
    if (/^https?:/i.test(href)) {
      node.setAttribute("rel", "noopener noreferrer nofollow");
      node.setAttribute("target", "_blank");
      node.setAttribute("title", href);
    }
  }
  if (node.tagName === "PRE") node.setAttribute("tabindex", "0");
  if (node.tagName === "INPUT") {
    node.setAttribute("disabled", "");
    node.setAttribute("aria-label", "task");
  }
});

const ALLOWED = {
  ALLOWED_TAGS: [
    ...[
      "p",
      "h1",
      "h2",
      "h3",
      "h4",
      "h5",
      "h6",
      "ul",
      "ol",
      "li",
      "strong",
      "em",
      "del",
      "ins",
      "code",
      "pre",
    ],
    ...["blockquote", "table", "thead", "tbody", "tr", "th", "td", "a", "br", "hr", "input"],
  ],
  ALLOWED_ATTR: ["href", "align", "type", "checked", "disabled", "start"],
  ALLOWED_URI_REGEXP: /^(?:https?:|mailto:|#)/i,
};

export function toHtml(markdown: string): string {
  return purifier.sanitize(marked.parse(markdown, { async: false }), ALLOWED);
}

export type Block = { raw: string; lang?: string; code?: string };
export type BlockCache = { text: string; blocks: Block[] };

/** The top-level blocks of a text. While it only grows, all but the last two are kept and never parsed again. */
export function splitBlocks(text: string, cache?: BlockCache): Block[] {
  let kept: Block[] = [];
  if (cache?.text && text.startsWith(cache.text)) kept = cache.blocks.slice(0, -2);
  const from = kept.reduce((length, block) => length + block.raw.length, 0);
  const blocks = [...kept, ...lex(text, from)];
  if (cache) {
    cache.text = text;
    cache.blocks = blocks;
  }
  return blocks;
}

function lex(text: string, from: number): Block[] {
  const fresh: Block[] = [];
  let at = from;
  const tokens: Token[] = marked.lexer(text.slice(from));
  for (const token of tokens) {
    // marked may rewrite white space in `raw`: take the length from it and the characters from the source.
    const raw = text.slice(at, at + token.raw.length);
    at += token.raw.length;
    const last = fresh.at(-1);
    if (token.type === "space" && last) last.raw += raw;
    else if (token.type === "code") fresh.push({ raw, lang: token.lang ?? "", code: token.text });
    else fresh.push({ raw });
  }
  const last = fresh.at(-1);
  if (at < text.length) {
    if (last) last.raw += text.slice(at);
    else fresh.push({ raw: text.slice(at) });
  }
  return fresh;
}
