import type { ReactNode } from 'react';
import type { Tone } from '../words/verdicts.ts';

/** Shapes differ as much as colours do. */
const shapes: Readonly<Record<Tone, string>> = { ok: '●', warn: '▲', bad: '■', unknown: '?', quiet: '◌' };

export function Mark({ tone, children }: { readonly tone: Tone; readonly children: ReactNode }) {
  return (
    <span className={`mark tone-${tone}`}>
      <span className="shape" aria-hidden="true">
        {shapes[tone]}
      </span>
      {children}
    </span>
  );
}
