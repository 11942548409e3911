import { Client, type estypes } from '@elastic/elasticsearch';
import { productSearchStorage } from '@reprise/product-read-model';
import { readConfiguration } from '@reprise/runtime';

/** A client and a new index as a developer would make them: the product's mapping, every setting at its default. */
export async function openHandWrittenIndex(index: string): Promise<Client> {
  const client = new Client(readConfiguration(process.env, ['elasticsearch']).elasticsearch);
  const properties = productSearchStorage.properties as Record<string, estypes.MappingProperty>;
  await client.indices.create({ index, mappings: { dynamic: 'strict', properties } });
  return client;
}
