/** The Markdown editor. It owns its text while it is open; each change is told upward. Loaded on demand. */
import { defaultKeymap, history, historyKeymap } from "@codemirror/commands";
import { highlightSelectionMatches, openSearchPanel, search, searchKeymap } from "@codemirror/search";
import { EditorState } from "@codemirror/state";
import { EditorView, keymap } from "@codemirror/view";
import { Bold, Heading, Italic, Link2, List, ListOrdered, Search } from "lucide-react";
import { useEffect, useRef, useState } from "react";
import { baseExtensions } from "./codemirror";
import { FORMATS, type Format, formattingKeys } from "./formatting";

type Props = { initial: string; label: string; onChange: (text: string) => void };

export default function SourceEditor({ initial, label, onChange }: Props) {
  const host = useRef<HTMLDivElement>(null);
  const start = useRef(initial);
  const tell = useRef(onChange);
  const [editor, setEditor] = useState<EditorView | null>(null);
  useEffect(() => {
    tell.current = onChange;
  });
  useEffect(() => {
    if (!host.current) return;
    const view = new EditorView({
      parent: host.current,
      state: EditorState.create({
        doc: start.current,
        extensions: [
          ...baseExtensions(label),
          history(),
          search({ top: true }),
          highlightSelectionMatches(),
          keymap.of([...formattingKeys, ...searchKeymap, ...defaultKeymap, ...historyKeymap]),
          EditorView.updateListener.of((update) => {
            if (update.docChanged) tell.current(update.state.doc.toString());
          }),
        ],
      }),
    });
    view.focus();
    setEditor(view);
    return () => {
      setEditor(null);
      view.destroy();
    };
  }, [label]);
  return (
    <div className="flex h-full flex-col">
      {editor && <Toolbar editor={editor} />}
      <div ref={host} className="min-h-0 flex-1" />
    </div>
  );
}

const ICON = {
  bold: Bold,
  italic: Italic,
  heading: Heading,
  list: List,
  numbers: ListOrdered,
  link: Link2,
} as const satisfies Record<Format, typeof Bold>;

const spoken = (key: string): string => key.replace("Mod", "Ctrl/⌘").replaceAll("-", " ");

function Toolbar({ editor }: { editor: EditorView }) {
  const formats = Object.keys(ICON) as Format[];
  return (
    <div
      role="toolbar"
      aria-label="Formatting"
      className="flex shrink-0 items-center gap-0.5 border-rule border-b px-2 py-1"
    >
      {formats.map((format) => {
        const Icon = ICON[format];
        const { name, key, run } = FORMATS[format];
        return (
          <button
            key={format}
            type="button"
            className="btn btn-ghost btn-icon"
            aria-label={name}
            title={`${name} (${spoken(key)})`}
            onClick={() => {
              run(editor);
              editor.focus();
            }}
          >
            <Icon size={14} aria-hidden />
          </button>
        );
      })}
      <span className="flex-1" />
      <button
        type="button"
        className="btn btn-ghost btn-icon"
        aria-label="Search in the text"
        title="Search in the text (Ctrl/⌘ f)"
        onClick={() => openSearchPanel(editor)}
      >
        <Search size={14} aria-hidden />
      </button>
    </div>
  );
}
