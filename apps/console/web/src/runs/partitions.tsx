import type { PartitionView } from '../../../src/contract/index.ts';
import { Mark } from '../parts/mark.tsx';
import { Table } from '../parts/table.tsx';
import { counted, position, rate, remaining } from '../words/format.ts';

/** How far a run is in each partition; what is open comes first. */
export function Partitions({ partitions }: { readonly partitions: readonly PartitionView[] }) {
  const sorted = [...partitions].sort(
    (one, other) => Number(one.done) - Number(other.done) || one.partition - other.partition,
  );
  const done = partitions.filter((partition) => partition.done).length;
  return (
    <section aria-labelledby="partitions">
      <h2 id="partitions">
        Partitions{' '}
        {partitions.length > 0 && (
          <span className="quiet">
            {done} of {counted(partitions.length, 'partition')} read to the end
          </span>
        )}
      </h2>
      {partitions.length === 0 ? (
        <p className="quiet">The run saved no position.</p>
      ) : (
        <div className="tall">
          <Table
            name="Partitions"
            columns={['#partition', '#next to read', '#end', '#events left', '#rate', 'state']}
          >
            {sorted.map(({ partition, position: at, end, eventsPerSecond, done: isDone }) => (
              <tr key={partition}>
                <th scope="row" className="number">
                  {partition}
                </th>
                <td className="number">{position(at)}</td>
                <td className="number">{position(end)}</td>
                <td className="number">{position(String(remaining(at, end)))}</td>
                <td className="number">{rate(eventsPerSecond)}</td>
                <td>
                  <Mark tone={isDone ? 'ok' : 'quiet'}>{isDone ? 'done' : 'open'}</Mark>
                </td>
              </tr>
            ))}
          </Table>
        </div>
      )}
    </section>
  );
}
