/**
 * From Markdown to HTML that may be shown. Everything a model or a person writes is hostile until it has
 * been through here: raw HTML is printed as text, images become links (no beacons), only plain text markup
 * survives, and links lead out with no referrer.
 */
import DOMPurify from "dompurify";
import { Marked, type MarkedExtension, type Token } from "marked";

const escapeHtml = (text: string): string =>
  text.replace(/&/g, "&amp;").replace(/</g, "&lt;").replace(/>/g, "&gt;").replace(/"/g, "&quot;");

/** Our own diff marks, and nothing else, may stand as HTML in the source. */
const DIFF_MARK = /^<\/?(?:ins|del)>$/;

const OPTIONS: MarkedExtension = {
  gfm: true,
  breaks: false,
  renderer: {
    html: ({ text }) => (DIFF_MARK.test(text.trim()) ? text : escapeHtml(text)),
    image: ({ href, text }) => `<a href="${escapeHtml(href)}">${escapeHtml(text || href)}</a>`,
  },
};
const marked = new Marked(OPTIONS);

/** Where the link on an id of the document leads: the page opens its trace. */
export const TRACE = "#trace-";
const ID = /(?:R|N|AD|A|Q|D|E)-[1-9]\d{0,5}(?:\.[1-9]\d{0,3})?(?![\p{L}\p{N}_-])/u;
const ID_ANYWHERE = new RegExp(`(?<![\\p{L}\\p{N}_./-])${ID.source}`, "u");
const ID_FIRST = new RegExp(`^${ID.source}`, "u");

/** Requirements, decisions and the like become links to their trace; not in code, and not within another link. */
const markedWithIds = new Marked(OPTIONS, {
  extensions: [
    {
      name: "id",
      level: "inline",
      start: (src) => {
        const at = src.search(ID_ANYWHERE);
        return at === -1 ? undefined : at;
      },
      tokenizer(src) {
        const raw = this.lexer.state.inLink ? undefined : ID_FIRST.exec(src)?.[0];
        return raw ? { type: "id", raw } : undefined;
      },
      renderer: ({ raw }) => `<a href="${TRACE}${raw}">${raw}</a>`,
    },
  ],
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

export function toHtml(markdown: string, ids: "plain" | "linked" = "plain"): string {
  const parser = ids === "linked" ? markedWithIds : marked;
  return purifier.sanitize(parser.parse(markdown, { async: false }), ALLOWED);
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
