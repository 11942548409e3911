import { useState } from 'react';
import { Button } from 'react-aria-components';
import type { GenerationContents, GenerationList } from '../../../src/contract/index.ts';
import { routes } from '../../../src/contract/routes.ts';
import { ask } from '../api/client.ts';
import { Fact, Facts } from '../parts/facts.tsx';
import { Json } from '../parts/json.tsx';
import { Mark } from '../parts/mark.tsx';
import { Notice } from '../parts/notice.tsx';
import { counted, position } from '../words/format.ts';
import type { Tone } from '../words/verdicts.ts';
import { digestOf, fedFurther, judgeReceipt, receiptFacts, type ReceiptFacts } from './receipt-facts.ts';

export interface ReceiptProps {
  readonly receipt: Readonly<Record<string, unknown>> | null;
  readonly projection: string;
  readonly ended: boolean;
}

export function Receipt({ receipt, projection, ended }: ReceiptProps) {
  if (receipt === null)
    return (
      <section aria-labelledby="receipt">
        <h2 id="receipt">Receipt</h2>
        <p className="quiet">{ended ? 'The run left none.' : 'The run writes it when it ends.'}</p>
      </section>
    );
  const facts = receiptFacts(receipt);
  return (
    <section aria-labelledby="receipt">
      <h2 id="receipt">Receipt</h2>
      {facts.message !== undefined && <Notice tone="warn" title={facts.message} />}
      {facts.warnings.map((warning) => (
        <Notice key={warning} tone="warn" title={warning} />
      ))}
      <Facts>
        <Fact name="digest">
          {facts.digest === undefined ? 'none' : <code className="long">{facts.digest}</code>}
        </Fact>
        <Fact name="speaks for">
          {counted(facts.ranges.length, 'partition')}
          {facts.ranges.length > 0 && (
            <code>
              {facts.ranges.map(({ partition, end }) => `${partition}:${position(end)}`).join('  ')}
            </code>
          )}
        </Fact>
        {facts.generation !== undefined && facts.digest !== undefined && (
          <Fact name="check it">
            <Recompute facts={facts} generation={facts.generation} projection={projection} />
          </Fact>
        )}
      </Facts>
      <details>
        <summary>The whole receipt, as --json prints it</summary>
        <Json name="Receipt" value={receipt} />
      </details>
    </section>
  );
}

interface Check {
  readonly tone: Tone;
  readonly words: string;
  readonly recomputed?: string;
  readonly documents?: number;
}

/** Makes the digest again from the sums of what the store holds now, in this browser. */
function Recompute({
  facts,
  generation,
  projection,
}: {
  readonly facts: ReceiptFacts;
  readonly generation: string;
  readonly projection: string;
}) {
  const [check, setCheck] = useState<Check | 'busy'>();
  const recompute = async (): Promise<Check> => {
    const contents = await ask<GenerationContents>(routes.contents(generation));
    const recomputed = await digestOf(contents.buckets);
    const list = await ask<GenerationList>(routes.generations(projection)).catch(() => undefined);
    const partitions = list?.generations.find(({ name }) => name === generation)?.partitions;
    return {
      ...judgeReceipt(facts, contents, recomputed, fedFurther(facts.ranges, partitions)),
      recomputed,
      documents: contents.buckets.reduce((sum, { documents }) => sum + documents, 0),
    };
  };
  const start = (): void => {
    setCheck('busy');
    recompute().then(setCheck, (error: unknown) =>
      setCheck({
        tone: 'unknown',
        words: `Unknown: ${error instanceof Error ? error.message : String(error)}`,
      }),
    );
  };
  return (
    <>
      <Button className="button" onPress={start} isDisabled={check === 'busy'}>
        {check === 'busy' ? 'Reading the store …' : 'Compute the digest here'}
      </Button>
      <span role="status">
        {check !== undefined && check !== 'busy' && (
          <>
            <Mark tone={check.tone}>{check.words}</Mark>
            {check.recomputed !== undefined && (
              <span className="quiet">
                {' '}
                computed from {counted(check.documents ?? 0, 'document')}:{' '}
                <code className="long">{check.recomputed}</code>
              </span>
            )}
          </>
        )}
      </span>
    </>
  );
}
