import { json } from '../words/format.ts';

/** A document as JSON, as it is. */
export function Json({ name, value }: { readonly name: string; readonly value: unknown }) {
  return (
    <pre className="json" tabIndex={0} role="region" aria-label={name}>
      {json(value, 2)}
    </pre>
  );
}
