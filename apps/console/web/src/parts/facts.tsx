import type { ReactNode } from 'react';
import type { Known } from '../../../src/contract/index.ts';
import { useNow } from '../live/use-live.tsx';
import { age, local, utc } from '../words/moments.ts';

/** Names and values, one line each. */
export function Facts({ children }: { readonly children: ReactNode }) {
  return <dl className="facts">{children}</dl>;
}

export function Fact({ name, children }: { readonly name: string; readonly children: ReactNode }) {
  return (
    <div className="fact">
      <dt>{name}</dt>
      <dd>{children}</dd>
    </div>
  );
}

/** What may not be known: then it says so, and why. That there is none is known. */
export function Shown<T>({
  of,
  children,
}: {
  readonly of: Known<T>;
  readonly children: (value: T) => ReactNode;
}) {
  if (of.known) return <>{children(of.value)}</>;
  return of.none ? <span>none: {of.why}</span> : <Unknown why={of.why} />;
}

export function Unknown({ why }: { readonly why: string }) {
  return (
    <span className="unknown">
      <b>unknown</b>: {why}
    </span>
  );
}

/** A moment in UTC; in the reader's time zone where the pointer rests on it. */
export function Moment({ at, aged = false }: { readonly at: string; readonly aged?: boolean }) {
  return (
    <>
      <time dateTime={at} title={local(at)}>
        {utc(at)}
      </time>
      {aged && (
        <>
          {' '}
          <Age at={at} />
        </>
      )}
    </>
  );
}

export function Age({ at }: { readonly at: string }) {
  const now = useNow();
  return <span className="quiet">({age(at, now)})</span>;
}

/** A hash, short; whole in the title. */
export function Hash({ children }: { readonly children: string }) {
  return <code title={children}>{children.slice(0, 12)}…</code>;
}
