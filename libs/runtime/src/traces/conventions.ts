import { SpanKind, type Attributes } from '@opentelemetry/api';

/**
 * Every span that Reprise makes: its name, kind and attributes. Names are those of OpenTelemetry's semantic conventions 1.45 for
 * HTTP, databases, messaging and CloudEvents; what they have no name for begins with `reprise.`. Values are bounded: ids, names and
 * counts, never a document, a payload, a query string or a credential.
 */
export interface SpanDescription {
  readonly name: string;
  readonly kind: SpanKind;
  readonly attributes: Attributes;
}

/** Most creation contexts that a batch is linked to; `reprise.links.dropped` counts the rest. */
export const maxLinks = 128;

export const attribute = {
  httpMethod: 'http.request.method',
  httpRoute: 'http.route',
  httpStatus: 'http.response.status_code',
  urlPath: 'url.path',
  urlScheme: 'url.scheme',
  errorType: 'error.type',
  dbSystem: 'db.system.name',
  dbOperation: 'db.operation.name',
  dbCollection: 'db.collection.name',
  dbSummary: 'db.query.summary',
  dbBatchSize: 'db.operation.batch.size',
  messagingSystem: 'messaging.system.name',
  messagingOperation: 'messaging.operation.name',
  messagingType: 'messaging.operation.type',
  messagingDestination: 'messaging.destination.name',
  messagingPartition: 'messaging.destination.partition.id',
  messagingGroup: 'messaging.consumer.group.name',
  messagingBatch: 'messaging.batch.message_count',
  messageId: 'messaging.message.id',
  kafkaOffset: 'kafka.offset',
  eventType: 'cloudevents.event_type',
  eventSubject: 'cloudevents.event_subject',
} as const;

/** What the conventions have no name for. */
export const ownAttribute = {
  correlationId: 'reprise.correlation_id',
  context: 'reprise.context',
  linksDropped: 'reprise.links.dropped',
  eventsApplied: 'reprise.events.applied',
  eventsRead: 'reprise.events.read',
  projection: 'reprise.projection',
  runId: 'reprise.run.id',
  mode: 'reprise.run.mode',
  step: 'reprise.run.step',
  outcome: 'reprise.run.outcome',
  generation: 'reprise.generation',
  slice: 'reprise.slice',
  positionFrom: 'reprise.position.from',
  positionTo: 'reprise.position.to',
} as const;

const knownMethods = new Set([
  'GET',
  'HEAD',
  'POST',
  'PUT',
  'PATCH',
  'DELETE',
  'OPTIONS',
  'TRACE',
  'CONNECT',
]);

/** A request as it is served. @param route undefined where no route fits, so that the name stays one of few */
export function requestSpan(method: string, route: string | undefined, path: string): SpanDescription {
  const known = knownMethods.has(method);
  const name = known ? method : 'HTTP';
  return {
    name: route === undefined ? name : `${name} ${route}`,
    kind: SpanKind.SERVER,
    attributes: {
      [attribute.httpMethod]: known ? method : '_OTHER',
      [attribute.urlScheme]: 'http',
      [attribute.urlPath]: path,
      ...(route !== undefined && { [attribute.httpRoute]: route }),
    },
  };
}

/** A named statement of the write database: its own transaction, or a part of {@link transactionSpan}. */
export function statementSpan(statement: string): SpanDescription {
  return {
    name: statement,
    kind: SpanKind.CLIENT,
    attributes: { [attribute.dbSystem]: 'postgresql', [attribute.dbSummary]: statement },
  };
}

/** A transaction of several statements. */
export function transactionSpan(): SpanDescription {
  return {
    name: 'transaction',
    kind: SpanKind.INTERNAL,
    attributes: { [attribute.dbSystem]: 'postgresql' },
  };
}

/** The table of unpublished messages is what events are handed to, and where the relay takes them from. */
const outbox = {
  [attribute.messagingSystem]: 'postgresql',
  [attribute.messagingDestination]: 'outbox_events',
};

/** The creation of one event: its context is the event's `traceparent`. */
export function createSpan(eventId: string): SpanDescription {
  return {
    name: 'create outbox_events',
    kind: SpanKind.PRODUCER,
    attributes: { ...outbox, ...operation('create'), [attribute.messageId]: eventId },
  };
}

/** A batch of the relay: taken from the outbox, published, and marked. */
export function relaySpan(messages: number): SpanDescription {
  return {
    name: 'process outbox_events',
    kind: SpanKind.CONSUMER,
    attributes: { ...outbox, ...operation('process'), [attribute.messagingBatch]: messages },
  };
}

/** One send of the relay to Kafka. The messages were created before, so it is no creation context. */
export function sendSpan(topic: string, messages: number): SpanDescription {
  return {
    name: `send ${topic}`,
    kind: SpanKind.CLIENT,
    attributes: { ...kafka(topic), ...operation('send'), [attribute.messagingBatch]: messages },
  };
}

/** A batch of one partition, as it is fed to every generation. */
export function processSpan(
  source: { readonly topic: string; readonly group: string; readonly context: string },
  batch: { readonly partition: number; readonly from: bigint; readonly messages: number },
): SpanDescription {
  return {
    name: `process ${source.topic}`,
    kind: SpanKind.CONSUMER,
    attributes: {
      ...kafka(source.topic),
      ...operation('process'),
      [attribute.messagingGroup]: source.group,
      [attribute.messagingPartition]: String(batch.partition),
      [attribute.messagingBatch]: batch.messages,
      [attribute.kafkaOffset]: Number(batch.from),
      [ownAttribute.context]: source.context,
    },
  };
}

/** One request to a store of read models. @param operation such as `bulk`, `mget`, `refresh` */
export function storeSpan(
  system: 'elasticsearch' | 'postgresql',
  operationName: string,
  collection: string,
  documents?: number,
): SpanDescription {
  return {
    name: `${operationName} ${collection}`,
    kind: SpanKind.CLIENT,
    attributes: {
      [attribute.dbSystem]: system,
      [attribute.dbOperation]: operationName,
      [attribute.dbCollection]: collection,
      // The conventions want it for batches only: never 1.
      ...(documents !== undefined && documents !== 1 && { [attribute.dbBatchSize]: documents }),
    },
  };
}

/** A run of the rebuild, or of a replay of a part. */
export function runSpan(run: {
  readonly id: string;
  readonly projection: string;
  readonly mode: string;
  readonly kind: 'rebuild' | 'replay';
}): SpanDescription {
  return {
    name: `${run.kind} ${run.projection}`,
    kind: SpanKind.INTERNAL,
    attributes: {
      [ownAttribute.runId]: run.id,
      [ownAttribute.projection]: run.projection,
      [ownAttribute.mode]: run.mode,
    },
  };
}

export function stepSpan(step: string): SpanDescription {
  return { name: `step ${step}`, kind: SpanKind.INTERNAL, attributes: { [ownAttribute.step]: step } };
}

/** One slice of the log (a partition of Kafka): read, folded and written. Positions are next offsets. */
export function sliceSpan({
  slice,
  start,
  end,
}: {
  readonly slice: number;
  readonly start: bigint;
  readonly end: bigint;
}): SpanDescription {
  return {
    name: `slice ${slice}`,
    kind: SpanKind.INTERNAL,
    attributes: {
      [ownAttribute.slice]: slice,
      [ownAttribute.positionFrom]: String(start),
      [ownAttribute.positionTo]: String(end),
    },
  };
}

function kafka(topic: string): Attributes {
  return { [attribute.messagingSystem]: 'kafka', [attribute.messagingDestination]: topic };
}

function operation(name: 'create' | 'send' | 'process'): Attributes {
  return { [attribute.messagingOperation]: name, [attribute.messagingType]: name };
}
