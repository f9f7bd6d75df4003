/** A Mermaid diagram. One that does not parse shows its source and the error; it never breaks the page. */
import DOMPurify from "dompurify";
import { useEffect, useLayoutEffect, useRef, useState } from "react";
import { useTheme } from "~/lib/theme";
import { noteBroken, noteDrawn } from "./broken";
import { drawDiagram } from "./renderer";

const drawn = new Map<string, string>();

type State = { svg: string } | { error: string } | null;

export default function Diagram({ code }: { code: string }) {
  const theme = useTheme();
  const key = `${theme}\n${code}`;
  const cached = drawn.get(key);
  const [state, setState] = useState<State>(cached ? { svg: cached } : null);
  useEffect(() => {
    let gone = false;
    const show = (next: State) => {
      if (!gone) setState(next);
    };
    const hit = drawn.get(key);
    if (hit) show({ svg: hit });
    else {
      drawDiagram(code).then(
        (svg) => {
          drawn.set(key, svg);
          noteDrawn(code);
          show({ svg });
        },
        (thrown: unknown) => {
          const error = thrown instanceof Error ? thrown.message : "the diagram is not valid";
          noteBroken(code, error);
          show({ error });
        },
      );
    }
    return () => {
      gone = true;
    };
  }, [key, code]);

  if (!state) return <div className="my-3 h-32 rounded-md border border-rule bg-well" aria-busy="true" />;
  if ("error" in state) return <BrokenDiagram code={code} error={state.error} />;
  return (
    <figure className="my-4 overflow-x-auto">
      <Svg svg={state.svg} label={`Diagram: ${code.replace(/\s+/g, " ").slice(0, 160)}`} />
    </figure>
  );
}

function BrokenDiagram({ code, error }: { code: string; error: string }) {
  return (
    <figure className="my-3 rounded-md border border-review/50 bg-review-soft p-3 font-sans text-xs">
      <figcaption className="text-ink">
        <b className="font-medium">Advisory finding.</b> This diagram can't be drawn: {error}
      </figcaption>
      <pre>{code}</pre>
    </figure>
  );
}

/** In a shadow root: its styles come through CSSOM (not subject to style-src), its markup through DOMPurify. */
function Svg({ svg, label }: { svg: string; label: string }) {
  const host = useRef<HTMLDivElement>(null);
  useLayoutEffect(() => {
    if (!host.current) return;
    const root = host.current.shadowRoot ?? host.current.attachShadow({ mode: "open" });
    const rules = [...svg.matchAll(/<style[^>]*>([\s\S]*?)<\/style>/g)].map((match) => match[1]).join("\n");
    const sheet = new CSSStyleSheet();
    sheet.replaceSync(`${rules} svg { max-width: 100%; height: auto; display: block; margin: 0 auto; }`);
    root.adoptedStyleSheets = [sheet];
    const fragment = DOMPurify.sanitize(svg.replace(/<style[\s\S]*?<\/style>/g, ""), {
      USE_PROFILES: { svg: true, svgFilters: true },
      RETURN_DOM_FRAGMENT: true,
    });
    root.replaceChildren(fragment);
  }, [svg]);
  return <div ref={host} role="img" aria-label={label} />;
}
