import type { DriftView } from '../../../src/contract/index.ts';
import { routes } from '../../../src/contract/routes.ts';
import { ActionButton } from '../acting/action-buttons.tsx';
import { useAnswer } from '../api/use-answer.ts';
import { address } from '../app/place.ts';
import { useLive } from '../live/use-live.tsx';
import { Fact, Facts, Moment, Shown } from '../parts/facts.tsx';
import { Failed, Notice } from '../parts/notice.tsx';
import { ProjectionTabs, useProjection } from '../parts/projection-tabs.tsx';
import { Empty, Table } from '../parts/table.tsx';
import { counted, duration, number, position } from '../words/format.ts';

/** The last comparison of what readers use with the log, and repairing what differs. */
export function DriftPage({ projection: named }: { readonly projection: string | undefined }) {
  const projection = useProjection(named);
  const card = useLive().cards.get(projection ?? '');
  const { value, problem, loading } = useAnswer<{ drift: DriftView | null }>(
    projection === undefined ? null : routes.drift(projection),
    10_000,
  );
  return (
    <>
      <h1>Repair and drift{projection !== undefined && ` of ${projection}`}</h1>
      <ProjectionTabs page="drift" current={projection} />
      {projection !== undefined && (
        <p className="line-of-actions">
          <ActionButton action="verify" projection={projection} />
          <ActionButton action="repair" projection={projection} />
        </p>
      )}
      {card && (
        <Facts>
          <Fact name="repairs">
            <Shown of={card.repairs}>
              {({ open, failed, oldestOpenSeconds }) => (
                <span>
                  {counted(open, 'repair')} open, {number(failed)} failed
                  {oldestOpenSeconds !== null && `; the oldest is open for ${duration(oldestOpenSeconds)}`}
                </span>
              )}
            </Shown>
          </Fact>
        </Facts>
      )}
      {problem && <Failed what="The last comparison" problem={problem} />}
      {loading && <p role="status">Reading it …</p>}
      {value?.drift === null && <p>No comparison was asked for from this console yet. Verify to have one.</p>}
      {value?.drift && <Drift drift={value.drift} context={card?.context ?? ''} />}
    </>
  );
}

function Drift({ drift, context }: { readonly drift: DriftView; readonly context: string }) {
  return (
    <>
      <h2>Last comparison</h2>
      <Facts>
        <Fact name="when">
          <span>
            <Moment at={drift.at} aged />,{' '}
            <a href={address(['actions', drift.actionId])}>how it was asked for</a>
          </span>
        </Fact>
        <Fact name="outcome">{drift.outcome}</Fact>
        <Fact name="generation">
          <code>{drift.generation}</code>
        </Fact>
        <Fact name="compared up to">
          <code>
            {Object.entries(drift.watermark)
              .map(([partition, end]) => `${partition}:${position(end)}`)
              .join('  ')}
          </code>
        </Fact>
      </Facts>
      {drift.warnings.map((warning) => (
        <Notice key={warning} tone="warn" title={warning} />
      ))}
      <h2>By class</h2>
      <Table name="By class" columns={['class', '#documents']}>
        {Object.entries(drift.counts).map(([name, count]) => (
          <tr key={name}>
            <th scope="row">{name}</th>
            <td className="number">{number(count)}</td>
          </tr>
        ))}
      </Table>
      <h2>Documents that differ</h2>
      <Table name="Documents that differ" columns={['document', 'class']}>
        {drift.drift.length === 0 && <Empty columns={2}>None.</Empty>}
        {drift.drift.map(({ id, class: kind }) => (
          <tr key={id}>
            <th scope="row">
              <a href={address(['aggregates'], { context, id })}>{id}</a>
            </th>
            <td>{kind}</td>
          </tr>
        ))}
      </Table>
    </>
  );
}
