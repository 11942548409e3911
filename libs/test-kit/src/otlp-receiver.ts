import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterFile } from './after-file.ts';

/** A span as it was received, with its attributes as one object and integers as numbers. */
export interface ReceivedSpan {
  readonly service: string;
  readonly name: string;
  readonly traceId: string;
  readonly spanId: string;
  readonly parentSpanId: string | undefined;
  /** 1 internal, 2 server, 3 client, 4 producer, 5 consumer. */
  readonly kind: number;
  readonly attributes: Readonly<Record<string, unknown>>;
  readonly links: readonly { readonly traceId: string; readonly spanId: string }[];
  /** 2 is an error. */
  readonly status: number;
}

/** `hang` takes a request and never answers. */
export type ReceiverMode = 'accept' | 'refuse' | 'hang';

export interface OtlpReceiver {
  readonly endpoint: string;
  readonly spans: readonly ReceivedSpan[];
  /** The content type and the size of each request. */
  readonly requests: readonly { readonly type: string; readonly bytes: number }[];
  set(mode: ReceiverMode): void;
}

/** A receiver of OTLP over HTTP, for the length of a test file; it reads JSON (`OTEL_EXPORTER_OTLP_PROTOCOL=http/json`) and counts the rest. */
export async function otlpReceiver(): Promise<OtlpReceiver> {
  const spans: ReceivedSpan[] = [];
  const requests: { type: string; bytes: number }[] = [];
  let mode: ReceiverMode = 'accept';
  const receive = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const body = Buffer.concat(await request.toArray());
    const type = request.headers['content-type'] ?? '';
    requests.push({ type, bytes: body.length });
    if (mode === 'hang') return;
    response.statusCode = mode === 'refuse' ? 400 : 200;
    if (mode === 'accept' && type.includes('json'))
      spans.push(...spansOf(JSON.parse(body.toString()) as Export));
    response.setHeader('content-type', type).end(type.includes('json') ? '{}' : undefined);
  };
  const server = createServer((request, response) => {
    receive(request, response).catch(() => response.destroy());
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  afterFile(async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });
  const { port } = server.address() as AddressInfo;
  return {
    endpoint: `http://127.0.0.1:${port}`,
    spans,
    requests,
    set: (next) => void (mode = next),
  };
}

interface Attribute {
  readonly key: string;
  readonly value: Readonly<Record<string, unknown>>;
}

interface Export {
  readonly resourceSpans: readonly {
    readonly resource: { readonly attributes: readonly Attribute[] };
    readonly scopeSpans: readonly {
      readonly spans: readonly (Omit<ReceivedSpan, 'attributes' | 'service' | 'links' | 'status'> & {
        readonly attributes: readonly Attribute[];
        readonly links?: ReceivedSpan['links'];
        readonly status?: { readonly code?: number };
      })[];
    }[];
  }[];
}

function spansOf({ resourceSpans }: Export): ReceivedSpan[] {
  return resourceSpans.flatMap(({ resource, scopeSpans }) => {
    const service = String(objectOf(resource.attributes)['service.name']);
    return scopeSpans.flatMap((scope) =>
      scope.spans.map(({ attributes, links = [], status, parentSpanId, ...span }) => ({
        ...{ service, name: span.name, traceId: span.traceId, spanId: span.spanId, kind: span.kind },
        parentSpanId: parentSpanId || undefined,
        attributes: objectOf(attributes),
        links: links.map(({ traceId, spanId }) => ({ traceId, spanId })),
        status: status?.code ?? 0,
      })),
    );
  });
}

function objectOf(attributes: readonly Attribute[]): Record<string, unknown> {
  return Object.fromEntries(
    attributes.map(({ key, value }) => [
      key,
      'intValue' in value ? Number(value['intValue']) : Object.values(value)[0],
    ]),
  );
}
