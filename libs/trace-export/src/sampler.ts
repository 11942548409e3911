import type { Attributes, Context, Link, SpanKind } from '@opentelemetry/api';
import { ROOT_CONTEXT } from '@opentelemetry/api';
import {
  AlwaysOffSampler,
  AlwaysOnSampler,
  ParentBasedSampler,
  RandomIdGenerator,
  TraceIdRatioBasedSampler,
  type Sampler,
  type SamplingResult,
} from '@opentelemetry/sdk-trace-node';
import { isFromOutside } from '@reprise/runtime/traces';

/** The sampler that `OTEL_TRACES_SAMPLER` and `OTEL_TRACES_SAMPLER_ARG` name; unknown ones count as not set, as OpenTelemetry asks. */
export function configuredSampler(env: NodeJS.ProcessEnv): Sampler {
  const name = env['OTEL_TRACES_SAMPLER']?.trim().toLowerCase() ?? '';
  const given = Number(env['OTEL_TRACES_SAMPLER_ARG']?.trim() || '1');
  const ratio = given >= 0 && given <= 1 ? given : 1;
  const roots: Readonly<Record<string, () => Sampler>> = {
    always_on: () => new AlwaysOnSampler(),
    always_off: () => new AlwaysOffSampler(),
    traceidratio: () => new TraceIdRatioBasedSampler(ratio),
  };
  const [, parentBased, root = ''] = /^(parentbased_)?(.*)$/.exec(name) ?? [];
  const make = Object.hasOwn(roots, root) ? roots[root] : undefined;
  if (make === undefined) return new ParentBasedSampler({ root: new AlwaysOnSampler() });
  return parentBased === undefined ? make() : new ParentBasedSampler({ root: make() });
}

/**
 * Decides for a parent that somebody outside named as if there were none, and by a trace id that they did not choose: neither the sampled
 * flag of a request nor a trace id that a ratio is known to take makes this process record more, or less, than it is configured to.
 */
export class SamplerAtTheDoor implements Sampler {
  readonly #configured: Sampler;
  readonly #ids = new RandomIdGenerator();

  constructor(configured: Sampler) {
    this.#configured = configured;
  }

  shouldSample(
    parent: Context,
    traceId: string,
    name: string,
    kind: SpanKind,
    attributes: Attributes,
    links: Link[],
  ): SamplingResult {
    return isFromOutside(parent)
      ? this.#configured.shouldSample(
          ROOT_CONTEXT,
          this.#ids.generateTraceId(),
          name,
          kind,
          attributes,
          links,
        )
      : this.#configured.shouldSample(parent, traceId, name, kind, attributes, links);
  }

  toString(): string {
    return `SamplerAtTheDoor{${this.#configured.toString()}}`;
  }
}
