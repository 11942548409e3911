import { useState, type FormEvent } from 'react';
import { Button, Form, Input, Label, TextField } from 'react-aria-components';
import type { AggregateView } from '../../../src/contract/index.ts';
import { routes } from '../../../src/contract/routes.ts';
import { ActionButton } from '../acting/action-buttons.tsx';
import { useAnswer } from '../api/use-answer.ts';
import { address, go } from '../app/place.ts';
import { useLive } from '../live/use-live.tsx';
import { Shown } from '../parts/facts.tsx';
import { Json } from '../parts/json.tsx';
import { Mark } from '../parts/mark.tsx';
import { Failed, Notice } from '../parts/notice.tsx';
import { counted } from '../words/format.ts';
import { Steps } from './steps.tsx';

/** One aggregate: what happened to it, what each projection made of that, and what is stored. */
export function AggregatePage({ context, id }: { readonly context: string; readonly id: string }) {
  const { value, problem, loading } = useAnswer<AggregateView>(
    context === '' || id === '' ? null : routes.aggregate(context, id),
  );
  return (
    <>
      <h1>Aggregate{id !== '' && ` ${id}`}</h1>
      <Search key={`${context} ${id}`} context={context} id={id} />
      {problem && <Failed what="The aggregate" problem={problem} />}
      {loading && <p role="status">Reading its events …</p>}
      {value && (
        <>
          {value.more && (
            <Notice tone="warn" title={`It has more events than the ${value.events.length} shown.`}>
              What is stored cannot be judged by them.
            </Notice>
          )}
          <Stored aggregate={value} />
          <h2>
            Events{' '}
            <span className="quiet">
              {counted(value.events.length, 'event')}, read from the {value.source.replace('-', ' ')}
            </span>
          </h2>
          {value.events.length === 0 ? <p>It has no event.</p> : <Steps events={value.events} />}
        </>
      )}
    </>
  );
}

function Search({ context, id }: { readonly context: string; readonly id: string }) {
  const { writeSides, cards } = useLive();
  const contexts = [...new Set([...[...cards.values()].map((card) => card.context), ...writeSides.keys()])];
  const [wanted, setWanted] = useState(id);
  const [within, setWithin] = useState(context);
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    go(address(['aggregates'], { context: within === '' ? contexts[0] : within, id: wanted.trim() }));
  };
  return (
    <Form className="filters" onSubmit={submit}>
      <label>
        context
        <select value={within} onChange={(event) => setWithin(event.target.value)}>
          {contexts.map((name) => (
            <option key={name}>{name}</option>
          ))}
        </select>
      </label>
      <TextField value={wanted} onChange={setWanted} isRequired>
        <Label>id of the aggregate</Label>
        <Input spellCheck="false" />
      </TextField>
      <Button type="submit" className="button action">
        Show
      </Button>
    </Form>
  );
}

function Stored({ aggregate }: { readonly aggregate: AggregateView }) {
  return (
    <section aria-labelledby="stored">
      <h2 id="stored">As stored</h2>
      <div className="cards">
        {aggregate.stored.map(({ projection, generation, document, asExpected }) => (
          <article key={projection} className="card">
            <header>
              <h3>{projection}</h3>
              <Shown of={asExpected}>
                {(as) => (
                  <Mark tone={as ? 'ok' : 'bad'}>{as ? 'as the events say' : 'not what the events say'}</Mark>
                )}
              </Shown>
            </header>
            <p className="quiet">{generation ?? 'no generation is read'}</p>
            {!(asExpected.known && asExpected.value) && (
              <ActionButton
                action="repair"
                projection={projection}
                options={{ aggregateId: aggregate.aggregateId }}
                label={`Repair it in ${projection}`}
              />
            )}
            <Shown of={document}>
              {(stored) =>
                stored === null ? (
                  <p>No document.</p>
                ) : (
                  <>
                    <p>
                      version {stored.version}
                      {stored.tombstone !== null && `, a tombstone: ${stored.tombstone}`}
                    </p>
                    <Json name={`${projection} as stored`} value={stored.document} />
                  </>
                )
              }
            </Shown>
          </article>
        ))}
      </div>
    </section>
  );
}
