import { useState } from 'react';
import type {
  BucketComparison,
  DocumentComparison,
  GenerationComparison,
} from '../../../src/contract/index.ts';
import { routes } from '../../../src/contract/routes.ts';
import { useAnswer } from '../api/use-answer.ts';
import { address } from '../app/place.ts';
import { useLive } from '../live/use-live.tsx';
import { Fact, Facts, Moment } from '../parts/facts.tsx';
import { Fields } from '../parts/fields.tsx';
import { Json } from '../parts/json.tsx';
import { Mark } from '../parts/mark.tsx';
import { Failed } from '../parts/notice.tsx';
import { Table } from '../parts/table.tsx';
import { counted, number } from '../words/format.ts';

interface Two {
  readonly left: string;
  readonly right: string;
}

/** Two generations by content: buckets that differ, then their documents, then the fields. */
export function ComparePage({ left, right }: Two) {
  const { value, problem, loading } = useAnswer<GenerationComparison>(
    left === '' || right === '' ? null : routes.comparison(left, right),
  );
  const [bucket, setBucket] = useState<number>();
  const [id, setId] = useState<string>();
  const differing = value?.buckets.filter(({ same }) => !same) ?? [];
  return (
    <>
      <h1>Compare two generations by content</h1>
      {(left === '' || right === '') && (
        <p>
          Choose two <a href="generations">generations</a> of one read model to compare.
        </p>
      )}
      {problem && <Failed what="The comparison" problem={problem} />}
      {loading && (
        <p role="status">Reading both stores; this takes as long as reading all documents does …</p>
      )}
      {value && (
        <>
          <p>
            <Mark tone={value.digests.left === value.digests.right ? 'ok' : 'warn'}>
              {value.digests.left === value.digests.right
                ? 'They hold the same documents, by the hash that is stored with each: the digests are equal.'
                : `They differ in ${differing.length} of 256 buckets.`}
            </Mark>{' '}
            <span className="quiet">
              as of <Moment at={value.at} aged />
            </span>
          </p>
          <Facts>
            <Fact name="left">
              <code>{left}</code> {counted(value.documents.left, 'document')}, digest{' '}
              <code className="long">{value.digests.left}</code>
            </Fact>
            <Fact name="right">
              <code>{right}</code> {counted(value.documents.right, 'document')}, digest{' '}
              <code className="long">{value.digests.right}</code>
            </Fact>
          </Facts>
          <h2>Buckets</h2>
          <Buckets
            comparison={value}
            chosen={bucket}
            choose={(chosen) => {
              setBucket(chosen);
              setId(undefined);
            }}
          />
          {differing.length > 0 && bucket === undefined && (
            <p className="quiet">Choose a bucket that differs.</p>
          )}
        </>
      )}
      {bucket !== undefined && (
        <Documents left={left} right={right} bucket={bucket} chosen={id} choose={setId} />
      )}
      {id !== undefined && <Document left={left} right={right} id={id} />}
    </>
  );
}

interface BucketsProps {
  readonly comparison: GenerationComparison;
  readonly chosen: number | undefined;
  readonly choose: (bucket: number) => void;
}

/** 256 squares; those that differ can be chosen. */
function Buckets({ comparison, chosen, choose }: BucketsProps) {
  return (
    <div className="buckets" role="group" aria-label="Buckets">
      {comparison.buckets.map(({ bucket, same, left, right }) => {
        const said = `bucket ${bucket}: ${same ? 'same' : 'differs'}, ${number(left?.documents ?? 0)} and ${number(right?.documents ?? 0)} documents`;
        return same ? (
          <span key={bucket} className="bucket" title={said} />
        ) : (
          <button
            key={bucket}
            type="button"
            className="bucket differs"
            aria-label={said}
            aria-pressed={chosen === bucket}
            title={said}
            onClick={() => choose(bucket)}
          >
            {bucket}
          </button>
        );
      })}
    </div>
  );
}

const kinds: Readonly<Record<BucketComparison['documents'][number]['kind'], string>> = {
  'only-left': 'only left',
  'only-right': 'only right',
  version: 'other version',
  content: 'same version, other content',
};

interface DocumentsProps extends Two {
  readonly bucket: number;
  readonly chosen: string | undefined;
  readonly choose: (id: string) => void;
}

function Documents({ left, right, bucket, chosen, choose }: DocumentsProps) {
  const { value, problem, loading } = useAnswer<BucketComparison>(routes.bucket(left, right, bucket));
  return (
    <section aria-labelledby="documents">
      <h2 id="documents">Documents of bucket {bucket} that differ</h2>
      {problem && <Failed what="The bucket" problem={problem} />}
      {loading && <p role="status">Reading the bucket …</p>}
      {value && (
        <>
          <p className="quiet">
            {counted(value.differing, 'document')} differ{value.differing === 1 && 's'}
            {value.documents.length < value.differing && `; the first ${value.documents.length} are shown`}.
          </p>
          <Table
            name="Documents that differ"
            columns={['document', 'how', '#left version', '#right version']}
          >
            {value.documents.map((document) => (
              <tr key={document.id} className={document.id === chosen ? 'served' : undefined}>
                <th scope="row">
                  <button
                    type="button"
                    className="link"
                    aria-pressed={document.id === chosen}
                    onClick={() => choose(document.id)}
                  >
                    {document.id}
                  </button>
                </th>
                <td>{kinds[document.kind]}</td>
                <td className="number">{document.leftVersion ?? 'absent'}</td>
                <td className="number">{document.rightVersion ?? 'absent'}</td>
              </tr>
            ))}
          </Table>
        </>
      )}
    </section>
  );
}

function Document({ left, right, id }: Two & { readonly id: string }) {
  const { value, problem, loading } = useAnswer<DocumentComparison>(routes.document(left, right, id));
  const context = [...useLive().cards.values()].find(({ projection }) =>
    left.startsWith(`${projection}_v`),
  )?.context;
  return (
    <section aria-labelledby="fields">
      <h2 id="fields">Fields of {id} that differ</h2>
      {problem && <Failed what="The document" problem={problem} />}
      {loading && <p role="status">Reading the document …</p>}
      {value && (
        <>
          {value.left && value.right ? (
            <Fields
              name="Fields that differ"
              left={`left: ${left}`}
              right={`right: ${right}`}
              fields={value.fields}
            />
          ) : (
            <p>Only {value.left ? left : right} has it.</p>
          )}
          {context !== undefined && (
            <p>
              <a href={address(['aggregates'], { context, id })}>
                Its events, and what each projection made of them
              </a>
            </p>
          )}
          <details open={!value.left || !value.right}>
            <summary>Both documents, whole</summary>
            <div className="beside">
              <Json name="Left document" value={value.left ?? undefined} />
              <Json name="Right document" value={value.right ?? undefined} />
            </div>
          </details>
        </>
      )}
    </section>
  );
}
