import type { ReactNode } from 'react';
import type { Tone } from '../words/verdicts.ts';
import { Mark } from './mark.tsx';

export interface NoticeProps {
  readonly tone: Tone;
  readonly title: string;
  /** Reads it out at once. */
  readonly alert?: boolean;
  readonly children?: ReactNode;
}

/** A sentence that somebody has to see, with what it means for them. */
export function Notice({ tone, title, alert = false, children }: NoticeProps) {
  return (
    <div className={`notice tone-${tone}`} role={alert ? 'alert' : undefined}>
      <Mark tone={tone}>{title}</Mark> {children}
    </div>
  );
}

/** What stands in the place of something that did not come. */
export function Failed({ what, problem }: { readonly what: string; readonly problem: Error }) {
  return (
    <Notice tone="bad" title={`${what}: unknown.`} alert>
      {problem.message}
    </Notice>
  );
}
