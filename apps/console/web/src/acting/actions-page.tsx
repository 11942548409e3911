import type { ActionResult } from '../../../src/contract/index.ts';
import { routes } from '../../../src/contract/routes.ts';
import { useAnswer } from '../api/use-answer.ts';
import { address } from '../app/place.ts';
import { useLive } from '../live/use-live.tsx';
import { Moment } from '../parts/facts.tsx';
import { Mark } from '../parts/mark.tsx';
import { Failed } from '../parts/notice.tsx';
import { Empty, Table } from '../parts/table.tsx';
import { actionTitle, actionTone } from '../words/verdicts.ts';

const columns = [
  'when (UTC)',
  'action',
  'read model',
  'state',
  'by',
  'approved by',
  '#exit code',
  'what came of it',
];

export function ActionsPage() {
  const live = useLive().actions;
  const { value, problem, loading } = useAnswer<{ actions: ActionResult[] }>(routes.actions, 10_000);
  const fetched = value?.actions ?? [];
  const added = [...live.values()].filter(({ id }) => !fetched.some((action) => action.id === id));
  const all = [...added, ...fetched.map((action) => live.get(action.id) ?? action)].sort((one, other) =>
    other.requestedAt.localeCompare(one.requestedAt),
  );
  return (
    <>
      <h1>Actions of this console</h1>
      {problem && <Failed what="Actions" problem={problem} />}
      {loading && <p role="status">Reading them …</p>}
      {!loading && (
        <Table name="Actions" columns={columns}>
          {all.length === 0 && <Empty columns={columns.length}>Nothing was asked for from here.</Empty>}
          {all.map((action) => (
            <tr key={action.id}>
              <td>
                <Moment at={action.requestedAt} />
              </td>
              <th scope="row">
                <a href={address(['actions', action.id])}>{actionTitle(action.request.action)}</a>
              </th>
              <td>{action.request.projection ?? ''}</td>
              <td>
                <Mark tone={actionTone(action.state)}>{action.state.replaceAll('-', ' ')}</Mark>
              </td>
              <td>{action.requestedBy}</td>
              <td>{action.approvedBy ?? ''}</td>
              <td className="number">{action.exitCode ?? ''}</td>
              <td>{action.message ?? ''}</td>
            </tr>
          ))}
        </Table>
      )}
    </>
  );
}
