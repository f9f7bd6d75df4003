/** A moment: short in the text, exact on hover. */
import { briefly, exactly } from "~/lib/time";

export function When({ at, className = "" }: { at: string; className?: string }) {
  return (
    <time dateTime={at} title={exactly(at)} className={`num ${className}`}>
      {briefly(at)}
    </time>
  );
}
