import { useState } from 'react';
import type { AggregateEvent, ProjectionStep } from '../../../src/contract/index.ts';
import { Moment } from '../parts/facts.tsx';
import { Fields } from '../parts/fields.tsx';
import { Json } from '../parts/json.tsx';
import { Mark } from '../parts/mark.tsx';

/** The events in order, one open at a time: what it says, and what each projection made of it. Arrow keys go from event to event. */
export function Steps({ events }: { readonly events: readonly AggregateEvent[] }) {
  const [at, setAt] = useState(events.length - 1);
  const event = events[Math.min(at, events.length - 1)]!;
  return (
    <div className="steps">
      <ol className="step-list" aria-label="Events">
        {events.map((one, index) => (
          <li key={one.id}>
            <button
              type="button"
              className="step"
              aria-pressed={index === at}
              onClick={() => setAt(index)}
              onKeyDown={({ key, currentTarget }) => {
                const to = { ArrowDown: index + 1, ArrowUp: index - 1 }[key];
                if (to === undefined || !events[to]) return;
                setAt(to);
                const item = currentTarget.parentElement!;
                const next = key === 'ArrowDown' ? item.nextElementSibling : item.previousElementSibling;
                next?.querySelector('button')?.focus();
              }}
            >
              <b>{one.version}</b> {one.type}
              <span className="quiet">{one.time.slice(0, 19).replace('T', ' ')} UTC</span>
            </button>
          </li>
        ))}
      </ol>
      <div className="step-body">
        <h3>
          {event.version} {event.type}
        </h3>
        <p className="quiet">
          <Moment at={event.time} aged />, by {event.actor ?? 'unknown: the event names no actor'}, id{' '}
          <code>{event.id}</code>
          {event.correlationId !== null && (
            <>
              , correlation <code>{event.correlationId}</code>
            </>
          )}
        </p>
        <Json name="Data of the event" value={event.data} />
        {event.projections.map((step) => (
          <Step key={step.projection} step={step} />
        ))}
      </div>
    </div>
  );
}

function Step({ step }: { readonly step: ProjectionStep }) {
  const { projection, outcome, reason, changed, document, tombstone } = step;
  return (
    <section aria-label={`What ${projection} made of it`}>
      <h4>
        {projection}{' '}
        <Mark tone={outcome === 'refused' ? 'bad' : outcome === 'applied' ? 'ok' : 'quiet'}>
          {outcome}
          {reason !== null && `: ${reason}`}
        </Mark>
        {tombstone !== null && <span className="quiet"> tombstone: {tombstone}</span>}
      </h4>
      {changed.length === 0 ? (
        <p className="quiet">No field changed.</p>
      ) : (
        <Fields name={`Fields of ${projection} that changed`} left="before" right="after" fields={changed} />
      )}
      {document !== null && (
        <details>
          <summary>The document after this event</summary>
          <Json name={`${projection} after the event`} value={document} />
        </details>
      )}
    </section>
  );
}
