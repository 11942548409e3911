import type { RunView } from '../../../src/contract/index.ts';
import { routes } from '../../../src/contract/routes.ts';
import { useAnswer } from '../api/use-answer.ts';
import { address } from '../app/place.ts';
import { Moment } from '../parts/facts.tsx';
import { Mark } from '../parts/mark.tsx';
import { Failed } from '../parts/notice.tsx';
import { Empty, Table } from '../parts/table.tsx';
import { duration, short } from '../words/format.ts';
import { modeWord, runTone } from '../words/verdicts.ts';

const columns = [
  'run',
  'read model',
  'state',
  'what',
  'started (UTC)',
  'took',
  'by',
  'generation',
  '#exit code',
];

export function RunsPage() {
  const { value, problem, loading } = useAnswer<{ runs: RunView[] }>(routes.runs({ limit: 100 }), 5_000);
  return (
    <>
      <h1>Runs</h1>
      <p className="quiet">The newest 100 of the registry; read again every five seconds.</p>
      {problem && <Failed what="Runs" problem={problem} />}
      {loading && <p role="status">Reading the registry …</p>}
      {value && (
        <Table name="Runs" columns={columns}>
          {value.runs.length === 0 && <Empty columns={columns.length}>No run is written down.</Empty>}
          {value.runs.map((run) => (
            <tr key={run.runId}>
              <th scope="row">
                <a href={address(['runs', run.runId])} title={run.runId}>
                  {short(run.runId)}
                </a>
              </th>
              <td>{run.projection}</td>
              <td>
                <Mark tone={runTone(run.state)}>{run.state.toLowerCase()}</Mark>
              </td>
              <td>
                {modeWord(run.mode)} from {run.source}
                {run.shard !== null && `, part ${run.shard}`}
                {run.outcome !== null && `: ${run.outcome}`}
              </td>
              <td>
                <Moment at={run.startedAt} />
              </td>
              <td>{took(run)}</td>
              <td>
                {run.startedBy.user}@{run.startedBy.host}
              </td>
              <td>{run.generation === null ? '' : <code>{run.generation}</code>}</td>
              <td className="number">{run.exitCode ?? ''}</td>
            </tr>
          ))}
        </Table>
      )}
    </>
  );
}

export function took({ startedAt, endedAt }: Pick<RunView, 'startedAt' | 'endedAt'>): string {
  return endedAt === null ? 'not ended' : duration((Date.parse(endedAt) - Date.parse(startedAt)) / 1000);
}
