import type { ElasticsearchStorage } from '@reprise/read-model-documents';
import type { Projection } from '@reprise/read-model-projections';
import { productSearch } from '@reprise/product-read-model';
import { produce, productHistory, step } from '@reprise/product-events/testing';
import { freshName } from '@reprise/test-kit';
import { testReadModel } from '../testing/read-model.ts';

it('names the first documents that the store refuses, and why, in receipt, message and registry', async () => {
  const storage = productSearch.storage as ElasticsearchStorage;
  const properties = { ...storage.properties, title: { type: 'long' } };
  const projection = { ...productSearch, name: freshName('refused'), storage: { ...storage, properties } };
  const model = await testReadModel({ partitions: 2, projection: projection as unknown as Projection });
  const lives = Array.from({ length: 30 }, (_, index) =>
    productHistory({ events: [step.created({ title: index < 25 ? `lamp ${index}` : '7' })] }),
  );
  await produce(model.topic, lives.flat());
  const { receipt, ending } = await model.rebuild();
  expect(ending.exitCode).toBe(2);
  expect(receipt).toMatchObject({ outcome: 'refused', documents: { written: 5, refused: 25 } });
  expect(receipt.refusedDocuments).toHaveLength(20);
  for (const { id, reason } of receipt.refusedDocuments) {
    expect(lives.slice(0, 25).map(([created]) => created!.subject)).toContain(id);
    expect(reason).toMatch(/document_parsing_exception: .*\[title\] of type \[long\]/);
  }
  const { id } = receipt.refusedDocuments[0]!;
  expect(receipt.message).toContain(`The store refused document ${id}: document_parsing_exception`);
  const [run] = await model.registry.listRuns({ projection: projection.name, limit: 1 });
  expect(run!.receipt).toMatchObject({ refusedDocuments: receipt.refusedDocuments });
});
