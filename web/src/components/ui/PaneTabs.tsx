/** Chooses between panes that stand side by side where there is room; or between the faces of one pane. */
type Props<Id extends string> = {
  label: string;
  panes: readonly { id: Id; name: string; note?: string | undefined }[];
  pane: Id;
  onPane: (pane: Id) => void;
  className?: string;
};

export function PaneTabs<Id extends string>({ label, panes, pane, onPane, className = "" }: Props<Id>) {
  return (
    <div
      role="group"
      aria-label={label}
      className={`grid shrink-0 auto-cols-fr grid-flow-col border-rule border-b ${className}`}
    >
      {panes.map(({ id, name, note }) => (
        <button
          key={id}
          type="button"
          aria-pressed={pane === id}
          onClick={() => onPane(id)}
          className={`h-9 truncate px-2 text-sm outline-offset-[-3px] ${pane === id ? "border-ink border-b-2 font-medium" : "text-ink-2 hover:text-ink"}`}
        >
          {name}
          {note && <span className="num ml-1.5 text-2xs text-ink-3">{note}</span>}
        </button>
      ))}
    </div>
  );
}
