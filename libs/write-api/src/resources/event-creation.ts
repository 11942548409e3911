import { type CommandContext, type Decision } from '@reprise/aggregate';
import { newEventId, type DomainEvent } from '@reprise/events';
import { attribute, createSpan, formatTraceparent, isRecording, startSpan } from '@reprise/runtime/traces';
import { context, isSpanContextValid, trace, type Span } from '@opentelemetry/api';
import { type CommandSource } from '../requests/request-headers.ts';

/**
 * The creation of the one event that a command may make. Its span begins when the event is decided on and its context is the event's
 * `traceparent`, which nobody changes later. The span of a command that made none is never exported: it is the creation of nothing.
 * Without traces the event carries the `traceparent` of the request.
 */
export class EventCreation {
  readonly #source: CommandSource;
  readonly #time = new Date();
  readonly #id: string;
  #span: Span | undefined;

  constructor(source: CommandSource) {
    this.#source = source;
    this.#id = newEventId(this.#time);
  }

  /** Decides, as often as it takes, in the same context. */
  decide<State, Event extends DomainEvent, Reason extends string>(
    decider: (context: CommandContext) => Decision<State, Event, Reason>,
  ): Decision<State, Event, Reason> {
    const decision = decider(this.#context());
    const event = decision.ok ? decision.event : undefined;
    if (event)
      this.#span?.setAttributes({
        [attribute.eventType]: event.type,
        [attribute.eventSubject]: event.subject,
      });
    return decision;
  }

  /** To be called when the event is stored. */
  written(): void {
    this.#span?.end();
  }

  #context(): CommandContext {
    const { correlationId, traceparent, actor } = this.#source;
    if (isRecording()) this.#span ??= startSpan(createSpan(this.#id), context.active());
    const own = (this.#span ?? trace.getActiveSpan())?.spanContext();
    return {
      eventId: this.#id,
      time: this.#time,
      correlationId,
      traceparent: own && isSpanContextValid(own) ? formatTraceparent(own) : traceparent,
      actor,
    };
  }
}
