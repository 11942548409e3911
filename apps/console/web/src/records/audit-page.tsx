import { useState, type FormEvent } from 'react';
import { Button, Form } from 'react-aria-components';
import type { AuditPage as AuditRows } from '../../../src/contract/index.ts';
import { routes } from '../../../src/contract/routes.ts';
import { useAnswer } from '../api/use-answer.ts';
import { address, go } from '../app/place.ts';
import { Moment } from '../parts/facts.tsx';
import { Mark } from '../parts/mark.tsx';
import { Failed } from '../parts/notice.tsx';
import { Empty, Table } from '../parts/table.tsx';
import { json } from '../words/format.ts';

const columns = ['when (UTC)', 'who', 'through', 'verb', 'read model', 'asked for', 'outcome', '#exit code'];

/** What operators did, as it was written down before it was done. */
export function AuditPage({ query }: { readonly query: URLSearchParams }) {
  const [verb, setVerb] = useState(query.get('verb') ?? '');
  const [actor, setActor] = useState(query.get('actor') ?? '');
  const asked = { verb: query.get('verb') ?? '', actor: query.get('actor') ?? '' };
  const { value, problem, loading } = useAnswer<AuditRows>(
    routes.audit({ ...asked, after: query.get('after') ?? '', limit: 100 }),
  );
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    go(address(['audit'], { verb: verb.trim(), actor: actor.trim() }));
  };
  return (
    <>
      <h1>Audit</h1>
      <Form className="filters" onSubmit={submit}>
        <label>
          verb
          <input value={verb} onChange={(event) => setVerb(event.target.value)} />
        </label>
        <label>
          who
          <input value={actor} onChange={(event) => setActor(event.target.value)} />
        </label>
        <Button type="submit" className="button">
          Filter
        </Button>
      </Form>
      {problem && <Failed what="The audit log" problem={problem} />}
      {loading && <p role="status">Reading the audit log …</p>}
      {value && (
        <>
          <Table name="Audit" columns={columns}>
            {value.rows.length === 0 && <Empty columns={columns.length}>No row matches.</Empty>}
            {value.rows.map((row) => (
              <tr key={row.id}>
                <td>
                  <Moment at={row.at} />
                </td>
                <td>{row.actor}</td>
                <td>{row.via ?? <span className="quiet">unknown: not written down</span>}</td>
                <th scope="row">{row.verb}</th>
                <td>{row.projection ?? ''}</td>
                <td>
                  <code className="long">{json(row.details)}</code>
                </td>
                <td>
                  {row.outcome === null ? (
                    <Mark tone="unknown">unknown: it has not ended, or nobody wrote it down</Mark>
                  ) : (
                    row.outcome
                  )}
                </td>
                <td className="number">{row.exitCode ?? ''}</td>
              </tr>
            ))}
          </Table>
          {value.next !== null && (
            <Button
              className="button"
              onPress={() => go(address(['audit'], { ...asked, after: value.next! }))}
            >
              Older 100
            </Button>
          )}
        </>
      )}
    </>
  );
}
