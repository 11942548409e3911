import { useState, type FormEvent } from 'react';
import { Button, Form } from 'react-aria-components';
import type { DeadLetterList } from '../../../src/contract/index.ts';
import { address, go } from '../app/place.ts';
import { useLive } from '../live/use-live.tsx';
import { number } from '../words/format.ts';

const states = ['open', 'resolved', 'discarded'] as const;

export interface Filter {
  readonly context?: string;
  readonly state?: (typeof states)[number];
  readonly type?: string;
  readonly reason?: string;
  readonly aggregateId?: string;
}

/** What the address asks for. */
export function filterOf(query: URLSearchParams): Filter {
  const of = (name: string): string | undefined => query.get(name) || undefined;
  const [context, type, reason, aggregateId] = [of('context'), of('type'), of('reason'), of('aggregateId')];
  const state = states.find((name) => name === query.get('state'));
  return {
    ...(context !== undefined && { context }),
    ...(state !== undefined && { state }),
    ...(type !== undefined && { type }),
    ...(reason !== undefined && { reason }),
    ...(aggregateId !== undefined && { aggregateId }),
  };
}

interface FiltersProps {
  readonly filter: Filter;
  readonly facets: DeadLetterList['facets'] | undefined;
}

export function Filters({ filter, facets }: FiltersProps) {
  const { writeSides } = useLive();
  const [aggregateId, setAggregateId] = useState(filter.aggregateId ?? '');
  const choose = (change: Partial<Record<keyof Filter, string>>): void =>
    go(address(['dead-letters'], { ...filter, ...change }));
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    choose({ aggregateId: aggregateId.trim() });
  };
  return (
    <Form className="filters" onSubmit={submit}>
      <Choice
        name="context"
        value={filter.context}
        from={countless([...writeSides.keys()])}
        choose={(context) => choose({ context })}
      />
      <Choice
        name="state"
        value={filter.state}
        from={{ ...countless(states), ...facets?.states }}
        choose={(state) => choose({ state })}
      />
      <Choice
        name="type"
        value={filter.type}
        from={facets?.types ?? {}}
        choose={(type) => choose({ type })}
      />
      <Choice
        name="error"
        value={filter.reason}
        from={facets?.reasons ?? {}}
        choose={(reason) => choose({ reason })}
      />
      <label>
        aggregate
        <input
          value={aggregateId}
          spellCheck={false}
          onChange={(event) => setAggregateId(event.target.value)}
        />
      </label>
      <Button type="submit" className="button">
        Filter
      </Button>
    </Form>
  );
}

function countless(names: readonly string[]): Record<string, undefined> {
  return Object.fromEntries(names.map((name) => [name, undefined]));
}

interface ChoiceProps {
  readonly name: string;
  readonly value: string | undefined;
  /** How many there are of each, where that is known. */
  readonly from: Readonly<Record<string, number | undefined>>;
  readonly choose: (value: string) => void;
}

function Choice({ name, value = '', from, choose }: ChoiceProps) {
  const options = value === '' || value in from ? from : { ...from, [value]: undefined };
  return (
    <label>
      {name}
      <select value={value} onChange={(event) => choose(event.target.value)}>
        <option value="">all</option>
        {Object.entries(options).map(([option, count]) => (
          <option key={option} value={option}>
            {option}
            {count !== undefined && ` (${number(count)})`}
          </option>
        ))}
      </select>
    </label>
  );
}
