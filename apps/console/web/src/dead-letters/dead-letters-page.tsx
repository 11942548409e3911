import { useState } from 'react';
import { Button } from 'react-aria-components';
import type { ActionRequest, DeadLetterList, DeadLetterView } from '../../../src/contract/index.ts';
import { routes } from '../../../src/contract/routes.ts';
import { ActionButton } from '../acting/action-buttons.tsx';
import { useAnswer } from '../api/use-answer.ts';
import { address, go } from '../app/place.ts';
import { Moment } from '../parts/facts.tsx';
import { Mark } from '../parts/mark.tsx';
import { Failed } from '../parts/notice.tsx';
import { Empty, Table } from '../parts/table.tsx';
import { counted, number, position } from '../words/format.ts';
import { Filters, filterOf, type Filter } from './filters.tsx';
import { Payload } from './payload.tsx';

const pageSize = 100;
const columns = [
  'choose',
  'when (UTC)',
  'state',
  'type',
  'error',
  'aggregate',
  '#version',
  'where in the log',
  'payload',
];

/** Dead letters by filter, a page at a time however many there are, and what can be done with those chosen or with all that match. */
export function DeadLettersPage({ query }: { readonly query: URLSearchParams }) {
  const filter = filterOf(query);
  const after = query.get('after') ?? undefined;
  const { value, problem, loading, reload } = useAnswer<DeadLetterList>(
    routes.deadLetters({ ...filter, ...(after !== undefined && { after }), limit: pageSize }),
  );
  return (
    <>
      <h1>Dead letters</h1>
      <Filters filter={filter} facets={value?.facets} />
      {problem && <Failed what="Dead letters" problem={problem} />}
      {loading && <p role="status">Reading the dead-letter topics …</p>}
      {value && (
        <Letters key={JSON.stringify(filter)} list={value} filter={filter} after={after} reload={reload} />
      )}
    </>
  );
}

interface LettersProps {
  readonly list: DeadLetterList;
  readonly filter: Filter;
  readonly after: string | undefined;
  readonly reload: () => void;
}

function Letters({ list, filter, after, reload }: LettersProps) {
  const [chosen, setChosen] = useState<ReadonlySet<string>>(new Set());
  const [shown, setShown] = useState<string>();
  const choose = (id: string, on: boolean): void =>
    setChosen((before) => new Set(on ? [...before, id] : [...before].filter((other) => other !== id)));
  const open = list.letters.filter(({ state }) => state === 'open').map(({ id }) => id);
  const all = open.length > 0 && open.every((id) => chosen.has(id));
  const ids = [...chosen].join(',');
  const every = everyOneOf(filter);
  return (
    <>
      <p className="line-of-actions">
        <span>
          {list.atLeast && 'at least '}
          <b>{counted(list.total, 'letter')}</b> match, newest first; {counted(chosen.size, 'letter')} chosen
        </span>
        <label>
          <input
            type="checkbox"
            checked={all}
            disabled={open.length === 0}
            onChange={(event) =>
              setChosen((before) => new Set(event.target.checked ? [...before, ...open] : []))
            }
          />{' '}
          all open ones of this page
        </label>
        <ActionButton
          action="redrive"
          options={{ ids }}
          disabled={chosen.size === 0}
          label={`Redrive ${number(chosen.size)} chosen`}
        />
        <ActionButton
          action="discard"
          options={{ ids }}
          disabled={chosen.size === 0}
          label={`Discard ${number(chosen.size)} chosen`}
        />
        <ActionButton
          action="redrive"
          options={every}
          disabled={list.total === 0}
          label="Redrive all open ones"
        />
        {!('all' in every) && (
          <ActionButton
            action="discard"
            options={every}
            disabled={list.total === 0}
            label="Discard all open ones"
          />
        )}
        <Button className="button small" onPress={reload}>
          Read again
        </Button>
      </p>
      <Table name="Dead letters" columns={columns}>
        {list.letters.length === 0 && <Empty columns={columns.length}>None matches.</Empty>}
        {list.letters.map((letter) => (
          <Row
            key={letter.id}
            letter={letter}
            chosen={chosen.has(letter.id)}
            choose={choose}
            show={() => setShown(letter.id)}
          />
        ))}
      </Table>
      <p className="line-of-actions">
        {after !== undefined && (
          <Button className="button" onPress={() => go(address(['dead-letters'], { ...filter }))}>
            Back to the newest
          </Button>
        )}
        {list.next !== null && (
          <Button
            className="button"
            onPress={() => go(address(['dead-letters'], { ...filter, after: list.next! }))}
          >
            Older {pageSize}
          </Button>
        )}
      </p>
      {shown !== undefined && <Payload key={shown} id={shown} close={() => setShown(undefined)} />}
    </>
  );
}

/** All open letters of a filter as options of an action. */
function everyOneOf({ context, type, reason, aggregateId }: Filter): ActionRequest['options'] {
  const filter = {
    ...(type !== undefined && { type }),
    ...(reason !== undefined && { error: reason }),
    ...(context !== undefined && { context }),
    ...(aggregateId !== undefined && { aggregateId }),
  };
  return Object.keys(filter).length === 0 ? { all: true } : filter;
}

interface RowProps {
  readonly letter: DeadLetterView;
  readonly chosen: boolean;
  readonly choose: (id: string, on: boolean) => void;
  readonly show: () => void;
}

function Row({ letter, chosen, choose, show }: RowProps) {
  const { id, state, original, aggregateId, context, action } = letter;
  return (
    <tr>
      <td>
        <input
          type="checkbox"
          aria-label={`Choose ${id}`}
          checked={chosen}
          disabled={state !== 'open'}
          onChange={(event) => choose(id, event.target.checked)}
        />
      </td>
      <td>
        <Moment at={letter.at} />
      </td>
      <td>
        <Mark tone={state === 'open' ? 'bad' : state === 'resolved' ? 'ok' : 'quiet'}>{state}</Mark>
        {action && (
          <span className="quiet line">
            {action.what} by {action.who}
          </span>
        )}
      </td>
      <td>{letter.type ?? <span className="quiet">unknown: it could not be read</span>}</td>
      <td>
        <b>{letter.reason}</b> <span className="message">{letter.message}</span>
      </td>
      <td>
        {aggregateId !== null && (
          <a href={address(['aggregates'], { context, id: aggregateId })}>{aggregateId}</a>
        )}
      </td>
      <td className="number">{letter.version ?? ''}</td>
      <td>
        <code>
          {original.topic} {original.partition}:{position(original.offset)}
        </code>
      </td>
      <td>
        <Button className="button small" aria-label={`Show the payload of ${id}`} onPress={show}>
          Show
        </Button>
      </td>
    </tr>
  );
}
