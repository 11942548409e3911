/** A document as JSON, as it is. */
export function Json({ name, value }: { readonly name: string; readonly value: unknown }) {
  return (
    <pre className="json" tabIndex={0} role="region" aria-label={name}>
      {value === undefined ? 'absent' : JSON.stringify(value, null, 2)}
    </pre>
  );
}
