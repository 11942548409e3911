import type { DriftAnswer, DriftView } from '../../../src/contract/index.ts';
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
  const { cards } = useLive();
  const card = cards.get(projection ?? '');
  const { value, problem, loading } = useAnswer<DriftAnswer>(
    projection === undefined ? null : routes.drift(projection),
    10_000,
  );
  return (
    <>
      <h1>Repair and drift{projection !== undefined && ` of ${projection}`}</h1>
      <ProjectionTabs page="drift" current={projection} />
      {projection !== undefined && cards.size > 0 && !card && (
        <Notice tone="unknown" title={`There is no read model ${projection} here.`} />
      )}
      {projection !== undefined && card && (
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
          {value && (
            <Fact name="last whole comparison">
              {value.last ? (
                <span>
                  {value.last.outcome}, {counted(value.last.differing, 'document')} differing, of{' '}
                  <code>{value.last.generation}</code>, <Moment at={value.last.at} aged />
                </span>
              ) : (
                <span className="quiet">none</span>
              )}
            </Fact>
          )}
        </Facts>
      )}
      {problem && <Failed what="The last comparison" problem={problem} />}
      {loading && <p role="status">Reading it …</p>}
      {value?.drift === null && (
        <p>No comparison was started from this console yet. Verify to see its findings here.</p>
      )}
      {value?.drift && <Drift drift={value.drift} context={card?.context ?? ''} />}
    </>
  );
}

/** What each class of the command line means. */
const classes: Readonly<Record<string, string>> = {
  missing: 'the document is not there',
  extra: 'the log does not know it',
  stale: 'it is behind',
  different: 'other content, or a version its events never had',
  inFlight: 'no error: a consumer is about to apply an event of it',
  behind: 'no error: its events are in the log, and nobody feeds their partition',
  unpublished: 'no error: its events are not in the log yet',
};
const drifts = ['missing', 'extra', 'stale', 'different'];
/** What one action names at most: its command line has an end. */
const mostRepaired = 100;

function Drift({ drift, context }: { readonly drift: DriftView; readonly context: string }) {
  const names = [...new Set([...Object.keys(classes), ...Object.keys(drift.counts)])];
  const repairable = drift.drift
    .filter((one) => drifts.includes(one.class))
    .map(({ id }) => id)
    .slice(0, mostRepaired);
  return (
    <>
      <h2>Last comparison started here</h2>
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
      <Table name="By class" columns={['class', '#documents', 'meaning']}>
        {names.flatMap((name) =>
          drift.counts[name] === undefined ? (
            []
          ) : (
            <tr key={name}>
              <th scope="row">{name}</th>
              <td className="number">{number(drift.counts[name])}</td>
              <td>
                <span className="quiet">{classes[name] ?? ''}</span>
              </td>
            </tr>
          ),
        )}
      </Table>
      <h2>Documents that differ</h2>
      {repairable.length > 0 && (
        <p>
          <ActionButton
            action="repair"
            projection={drift.projection}
            options={{ aggregateId: repairable.join(',') }}
            label={`Repair the ${repairable.length === drift.drift.length ? '' : 'first '}${number(repairable.length)} listed`}
          />
        </p>
      )}
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
