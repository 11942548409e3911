import { createServer, request } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterFile, testEndpoints } from '@reprise/test-kit';

export type ElasticsearchFault = 'refuse-503' | 'refuse-429' | 'lose-answers';

export interface ElasticsearchProxy {
  readonly url: string;
  /** From now on reads and writes of documents meet this fault; undefined ends it. */
  fault(fault: ElasticsearchFault | undefined): void;
  /** Requests that met the fault set last. */
  faulted(): number;
}

const ofDocuments = /\/_(?:bulk|mget)\b/;

/** Stands before the test Elasticsearch. Requests on documents can be refused, or carried out and their answers lost. */
export async function elasticsearchProxy(): Promise<ElasticsearchProxy> {
  const target = new URL(testEndpoints().elasticsearch.node);
  let current: ElasticsearchFault | undefined;
  let faulted = 0;
  const server = createServer((incoming, answer) => {
    const fault = ofDocuments.test(incoming.url ?? '') ? current : undefined;
    if (fault) faulted += 1;
    if (fault === 'refuse-503' || fault === 'refuse-429') {
      incoming.resume();
      answer.writeHead(Number(fault.slice(-3)), { 'content-type': 'application/json' });
      answer.end('{"error":{"type":"refused_by_the_proxy","reason":"a fault of the test"}}');
      return;
    }
    const { method, url: path, headers } = incoming;
    const forwarded = request(
      { host: target.hostname, port: target.port, method, path, headers },
      (response) => {
        if (fault === 'lose-answers') {
          response.resume().on('end', () => answer.destroy());
          return;
        }
        answer.writeHead(response.statusCode ?? 502, response.headers);
        response.pipe(answer);
      },
    );
    forwarded.on('error', () => answer.destroy());
    incoming.pipe(forwarded);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  afterFile(() => {
    server.closeAllConnections();
    server.close();
  });
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    fault(fault) {
      current = fault;
      faulted = 0;
    },
    faulted: () => faulted,
  };
}
