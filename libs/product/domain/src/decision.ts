import {
  dataContentType,
  eventSource,
  findViolation,
  productAggregateType,
  specVersion,
  type ProductEvent,
  type ProductEventType,
} from '@reprise/events';
import { evolveProduct } from './evolve-product.ts';
import type { ProductState } from './product-state.ts';

/** What a decision cannot know. Ids and time come from the caller, so that deciding stays pure. */
export interface CommandContext {
  readonly eventId: string;
  readonly time: Date;
  readonly correlationId: string;
  readonly causationId?: string | undefined;
  readonly traceparent?: string | undefined;
}

/** Stable slugs: clients see them. */
export type RefusalReason =
  | 'product-already-exists'
  | 'product-not-found'
  | 'product-deleted'
  | 'insufficient-stock'
  | 'stock-limit-exceeded'
  | 'invalid-value';

export interface Refusal {
  readonly ok: false;
  readonly reason: RefusalReason;
  /** One sentence for people. */
  readonly detail: string;
}

export interface Changed {
  readonly ok: true;
  readonly event: ProductEvent;
  readonly state: ProductState;
}

/** The command asked for the current state: nothing happened, so there is no event. */
export interface Unchanged {
  readonly ok: true;
  readonly event: undefined;
  readonly state: ProductState;
}

export type Decision = Changed | Unchanged | Refusal;

/** State a command may change, or why there is none. */
export type ExistingProduct = { readonly ok: true; readonly state: ProductState } | Refusal;

export function refuse(reason: RefusalReason, detail: string): Refusal {
  return { ok: false, reason, detail };
}

export function unchanged(state: ProductState): Unchanged {
  return { ok: true, event: undefined, state };
}

/** The product a command is for: it must exist and not be deleted. */
export function existing(state: ProductState | undefined): ExistingProduct {
  if (state === undefined) return refuse('product-not-found', 'There is no such product.');
  if (state.status === 'deleted') return refuse('product-deleted', `Product ${state.productId} was deleted.`);
  return { ok: true, state };
}

/**
 * The outcome of a command that changes something: its event and the state after it. Values outside the bounds of
 * the event's schema are refused here, so that no decision yields an event that cannot be written.
 */
export function changed<Type extends ProductEventType>(
  state: ProductState | undefined,
  productId: string,
  type: Type,
  data: Extract<ProductEvent, { type: Type }>['data'],
  context: CommandContext,
): Changed | Refusal {
  const event = {
    specversion: specVersion,
    id: context.eventId,
    source: eventSource,
    type,
    subject: productId,
    time: context.time.toISOString(),
    datacontenttype: dataContentType,
    aggregatetype: productAggregateType,
    aggregateversion: (state?.version ?? 0) + 1,
    correlationid: context.correlationId,
    ...(context.causationId !== undefined && { causationid: context.causationId }),
    ...(context.traceparent !== undefined && { traceparent: context.traceparent }),
    data,
  } as ProductEvent;
  const violation = findViolation(event);
  if (violation !== undefined) {
    return refuse('invalid-value', `${violation.path.replace(/^\/data\//, '')} ${violation.problem}`);
  }
  return { ok: true, event, state: evolveProduct(state, event) };
}
