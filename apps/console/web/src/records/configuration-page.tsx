import type { ConfigurationView } from '../../../src/contract/index.ts';
import { routes } from '../../../src/contract/routes.ts';
import { useAnswer } from '../api/use-answer.ts';
import { Failed } from '../parts/notice.tsx';
import { Table } from '../parts/table.tsx';

/** What this console runs with. The server sends no secret. */
export function ConfigurationPage() {
  const { value, problem, loading } = useAnswer<ConfigurationView>(routes.configuration);
  return (
    <>
      <h1>Configuration in force</h1>
      {problem && <Failed what="The configuration" problem={problem} />}
      {loading && <p role="status">Reading it …</p>}
      {value && (
        <>
          <Table name="Settings" columns={['setting', 'value', 'from']}>
            {value.settings.map(({ name, value: set, secret, from }) => (
              <tr key={name}>
                <th scope="row">
                  <code>{name}</code>
                </th>
                <td>
                  {set === null ? (
                    <span className="quiet">not set</span>
                  ) : secret ? (
                    <span>
                      set, and secret
                      {set !== 'set' && (
                        <>
                          ; leads to <code>{set}</code>
                        </>
                      )}
                    </span>
                  ) : (
                    <code>{set}</code>
                  )}
                </td>
                <td>{from}</td>
              </tr>
            ))}
          </Table>
          <h2>Contexts</h2>
          <Table
            name="Contexts"
            columns={[
              'context',
              'topic',
              'dead letters',
              'event store',
              'read model',
              '#version',
              'storage',
              'readers use',
            ]}
          >
            {value.contexts.flatMap((context) =>
              context.projections.map((projection) => (
                <tr key={`${context.name} ${projection.name}`}>
                  <th scope="row">{context.name}</th>
                  <td>
                    <code>{context.topic}</code>
                  </td>
                  <td>
                    <code>{context.deadLetterTopic}</code>
                  </td>
                  <td>{context.eventStore ? 'yes' : 'no'}</td>
                  <td>{projection.name}</td>
                  <td className="number">{projection.version}</td>
                  <td>{projection.storage}</td>
                  <td>
                    <code>{projection.readers}</code>
                  </td>
                </tr>
              )),
            )}
          </Table>
        </>
      )}
    </>
  );
}
