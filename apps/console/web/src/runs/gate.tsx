import type { GateCheck, RunDetail } from '../../../src/contract/index.ts';
import { address } from '../app/place.ts';
import { useLive } from '../live/use-live.tsx';
import { Mark } from '../parts/mark.tsx';
import { Table } from '../parts/table.tsx';

export interface GateProps {
  readonly checks: readonly GateCheck[];
  readonly first: RunDetail['firstDifferences'];
  readonly projection: string;
}

/** What the log says against what the store holds; those that failed first. */
export function Gate({ checks, first, projection }: GateProps) {
  const context = useLive().cards.get(projection)?.context ?? '';
  const sorted = [...checks].sort((one, other) => Number(one.passed) - Number(other.passed));
  const failed = checks.filter(({ passed }) => !passed).length;
  return (
    <section aria-labelledby="gate">
      <h2 id="gate">
        Gate{' '}
        {checks.length > 0 && (
          <Mark tone={failed === 0 ? 'ok' : 'bad'}>
            {failed === 0
              ? `passed, ${checks.length} checks`
              : `refused: ${failed} of ${checks.length} checks failed`}
          </Mark>
        )}
      </h2>
      {checks.length === 0 ? (
        <p className="quiet">The run did not come to the gate, or has not yet.</p>
      ) : (
        <Table name="Gate" columns={['check', 'expected by the log', 'found in the store', 'result']}>
          {sorted.map((check) => (
            <tr key={check.check}>
              <th scope="row">{check.check}</th>
              <td>
                <code>{check.expected}</code>
              </td>
              <td>
                <code>{check.actual}</code>
              </td>
              <td>
                <Mark tone={check.passed ? 'ok' : 'bad'}>{check.passed ? 'passed' : 'failed'}</Mark>
              </td>
            </tr>
          ))}
        </Table>
      )}
      {first.length > 0 && (
        <>
          <h3>First documents that differ</h3>
          <Table name="First documents that differ" columns={['document', 'what differs']}>
            {first.map(({ id, what }) => (
              <tr key={id}>
                <th scope="row">
                  <a href={address(['aggregates'], { context, id })}>{id}</a>
                </th>
                <td>{what}</td>
              </tr>
            ))}
          </Table>
        </>
      )}
    </section>
  );
}
