import { useState } from 'react';
import { Button } from 'react-aria-components';
import type { GenerationList, GenerationView } from '../../../src/contract/index.ts';
import { routes } from '../../../src/contract/routes.ts';
import { ActionButton } from '../acting/action-buttons.tsx';
import { useAnswer } from '../api/use-answer.ts';
import { address, go } from '../app/place.ts';
import { Hash, Moment, Shown } from '../parts/facts.tsx';
import { Mark } from '../parts/mark.tsx';
import { Failed } from '../parts/notice.tsx';
import { ProjectionTabs, useProjection } from '../parts/projection-tabs.tsx';
import { Empty, Table } from '../parts/table.tsx';
import { counted, duration, short } from '../words/format.ts';

const columns = [
  'compare',
  'generation',
  'state',
  'since (UTC)',
  'lag',
  'fed by',
  'digest',
  'version, fingerprint',
  'run',
  'do',
];

/** All generations of a read model, and any two of them to compare. */
export function GenerationsPage({ projection: named }: { readonly projection: string | undefined }) {
  const projection = useProjection(named);
  const { value, problem, loading, reload } = useAnswer<GenerationList>(
    projection === undefined ? null : routes.generations(projection),
    10_000,
  );
  return (
    <>
      <h1>Generations{projection !== undefined && ` of ${projection}`}</h1>
      <ProjectionTabs page="generations" current={projection} />
      {problem && <Failed what="Generations" problem={problem} />}
      {loading && <p role="status">Reading registry and store …</p>}
      {value && <Generations key={value.projection} list={value} onDone={reload} />}
    </>
  );
}

function Generations({ list }: { readonly list: GenerationList; readonly onDone: () => void }) {
  const [chosen, setChosen] = useState<readonly string[]>([]);
  const choose = (name: string, on: boolean): void =>
    setChosen((before) => (on ? [...before, name].slice(-2) : before.filter((other) => other !== name)));
  const [left, right] = list.generations.map(({ name }) => name).filter((name) => chosen.includes(name));
  return (
    <>
      <Table name="Generations" columns={columns}>
        {list.generations.length === 0 && <Empty columns={columns.length}>None is registered.</Empty>}
        {list.generations.map((generation) => (
          <Row
            key={generation.name}
            generation={generation}
            chosen={chosen.includes(generation.name)}
            choose={(on) => choose(generation.name, on)}
          />
        ))}
      </Table>
      <p>
        <Button
          className="button action"
          isDisabled={left === undefined || right === undefined}
          onPress={() => go(address(['compare'], { left, right }))}
        >
          Compare two by content
        </Button>{' '}
        <span className="quiet">
          {left !== undefined && right !== undefined
            ? `${left} with ${right}`
            : 'Choose two that are stored.'}
        </span>
      </p>
      <h2>Timeline</h2>
      <Table name="Timeline" columns={['when (UTC)', 'generation', 'became', 'by']}>
        {list.timeline.length === 0 && <Empty columns={4}>Nothing is written down.</Empty>}
        {[...list.timeline].reverse().map((entry) => (
          <tr key={`${entry.at} ${entry.generation} ${entry.state}`}>
            <td>
              <Moment at={entry.at} aged />
            </td>
            <td>
              <code>{entry.generation}</code>
            </td>
            <td>{entry.state}</td>
            <td>
              <Shown of={entry.who}>{(who) => who}</Shown>
            </td>
          </tr>
        ))}
      </Table>
      <h2>What registry and store do not agree on</h2>
      <p>
        Stored and not registered:{' '}
        <Shown of={list.orphans}>
          {(names) => (names.length === 0 ? 'none' : <code>{names.join(', ')}</code>)}
        </Shown>
        . Registered and not stored:{' '}
        <Shown of={list.missing}>
          {(names) => (names.length === 0 ? 'none' : <code>{names.join(', ')}</code>)}
        </Shown>
        .
      </p>
    </>
  );
}

interface RowProps {
  readonly generation: GenerationView;
  readonly chosen: boolean;
  readonly choose: (on: boolean) => void;
}

function Row({ generation, chosen, choose }: RowProps) {
  const { name, projection, state, served, stored, feeders, digest } = generation;
  return (
    <tr className={served ? 'served' : undefined}>
      <td>
        <input
          type="checkbox"
          aria-label={`Compare ${name}`}
          checked={chosen}
          disabled={stored !== true}
          onChange={(event) => choose(event.target.checked)}
        />
      </td>
      <th scope="row">
        <code>{name}</code>
      </th>
      <td>
        <Mark tone={served ? 'ok' : state === 'FAILED' ? 'bad' : 'quiet'}>
          {state}
          {served && ', read now'}
        </Mark>
        {stored === false && <Mark tone="bad">not stored</Mark>}
        {stored === null && <Mark tone="unknown">unknown whether stored</Mark>}
        {generation.untilTs !== null && <span className="quiet">as of {generation.untilTs}</span>}
      </td>
      <td>
        <Moment at={generation.stateSince} />
      </td>
      <td>
        {generation.lagEvents === null ? (
          <span className="quiet">
            {generation.fed ? 'unknown: the log or its positions could not be read' : 'none: it is not fed'}
          </span>
        ) : (
          `${counted(generation.lagEvents, 'event')}${generation.lagSeconds === null ? '' : `, ${duration(generation.lagSeconds)}`}`
        )}
      </td>
      <td>
        {feeders.length === 0 && <span className="quiet">nobody</span>}
        {feeders.map((feeder) => (
          <span key={feeder.feederId} className="line">
            {short(feeder.feederId)}: {counted(feeder.partitions.length, 'partition')}, heard{' '}
            {duration(feeder.silentSeconds)} ago
          </span>
        ))}
        {generation.refusedBy.map((who) => (
          <Mark key={who} tone="warn">
            refused by {who}
          </Mark>
        ))}
      </td>
      <td>{digest === null ? <span className="quiet">none</span> : <Hash>{digest}</Hash>}</td>
      <td>
        {generation.projectionVersion}, <code>{generation.fingerprint.slice(0, 8)}</code>
      </td>
      <td>
        {generation.runId !== null && (
          <a href={address(['runs', generation.runId])}>{short(generation.runId)}</a>
        )}
      </td>
      <td>
        {!served && ['VERIFIED', 'STANDBY', 'BUILT'].includes(state) && (
          <ActionButton
            action="promote"
            projection={projection}
            options={{ generation: name }}
            label="Promote"
          />
        )}
      </td>
    </tr>
  );
}
