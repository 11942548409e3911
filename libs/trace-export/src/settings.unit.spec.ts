import { ROOT_CONTEXT, SpanKind, TraceFlags } from '@opentelemetry/api';
import { SamplingDecision } from '@opentelemetry/sdk-trace-node';
import { outsideParent } from '@reprise/runtime/traces';
import { trace } from '@opentelemetry/api';
import { configuredSampler, SamplerAtTheDoor } from './sampler.ts';
import { readTraceSettings } from './settings.ts';
import { sparingly } from './sparingly.ts';

describe('what the environment asks for', () => {
  const endpoint = { OTEL_EXPORTER_OTLP_ENDPOINT: 'http://collector:4318' };

  it.each([
    ['nothing', {}],
    ['blanks', { OTEL_EXPORTER_OTLP_ENDPOINT: ' ', OTEL_TRACES_EXPORTER: '' }],
    ['only how traces would be', { OTEL_SERVICE_NAME: 'x', OTEL_TRACES_SAMPLER: 'always_on' }],
    ['no exporter', { ...endpoint, OTEL_TRACES_EXPORTER: 'none' }],
    ['no SDK', { ...endpoint, OTEL_SDK_DISABLED: 'TRUE' }],
  ])('%s: traces are off', (_, env) => {
    expect(readTraceSettings(env)).toEqual({ export: 'off' });
  });

  it.each([
    ['an endpoint', endpoint, 'http/protobuf'],
    ['an endpoint of traces', { OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: 'http://c/x' }, 'http/protobuf'],
    ['an exporter', { OTEL_TRACES_EXPORTER: 'otlp' }, 'http/protobuf'],
    ['JSON', { ...endpoint, OTEL_EXPORTER_OTLP_PROTOCOL: 'http/json' }, 'http/json'],
  ])('%s: they are on', (_, env, protocol) => {
    expect(readTraceSettings(env)).toEqual({ export: 'on', protocol });
  });

  it.each([
    ['OTEL_TRACES_EXPORTER', { ...endpoint, OTEL_TRACES_EXPORTER: `zipkin${'x'.repeat(500)}` }],
    ['OTEL_EXPORTER_OTLP_PROTOCOL', { ...endpoint, OTEL_EXPORTER_OTLP_PROTOCOL: 'grpc' }],
    ['endpoint', { OTEL_EXPORTER_OTLP_ENDPOINT: 'collector' }],
  ])('what cannot be done is refused in one short sentence that names %s', (named, env) => {
    const settings = readTraceSettings(env);
    expect(settings).toEqual({ export: 'refused', reason: expect.stringContaining(named) as unknown });
    expect(JSON.stringify(settings).length).toBeLessThan(200);
  });
});

describe('the sampler', () => {
  const remote = (flags: TraceFlags, traceId = '0'.repeat(31) + '1') => ({
    ...{ traceId, spanId: '00f067aa0ba902b7', traceFlags: flags, isRemote: true },
  });
  const decide = (env: NodeJS.ProcessEnv, parent = ROOT_CONTEXT, traceId = '0'.repeat(31) + '1') =>
    new SamplerAtTheDoor(configuredSampler(env)).shouldSample(parent, traceId, 'x', SpanKind.SERVER, {}, [])
      .decision;
  const { RECORD_AND_SAMPLED: yes, NOT_RECORD: no } = SamplingDecision;
  const ratio = { OTEL_TRACES_SAMPLER: 'parentbased_traceidratio', OTEL_TRACES_SAMPLER_ARG: '0' };

  it('takes no sampled flag, and no chosen trace id, from outside', () => {
    const off = { OTEL_TRACES_SAMPLER: 'parentbased_always_off' };
    expect(decide(off, outsideParent(remote(TraceFlags.SAMPLED)))).toBe(no);
    expect(decide({}, outsideParent(remote(TraceFlags.NONE)))).toBe(yes);
    const small = { ...ratio, OTEL_TRACES_SAMPLER_ARG: '0.000001' };
    // An id that the ratio takes.
    expect(decide(small)).toBe(yes);
    expect(decide(small, outsideParent(remote(TraceFlags.SAMPLED)))).toBe(no);
  });

  it('follows the flag of an event', () => {
    const followed = (flags: TraceFlags) => trace.setSpanContext(ROOT_CONTEXT, remote(flags));
    expect(decide(ratio, followed(TraceFlags.SAMPLED))).toBe(yes);
    expect(decide({}, followed(TraceFlags.NONE))).toBe(no);
  });

  it.each([
    ['always_off', no],
    ['always_on', yes],
    ['parentbased_always_off', no],
    ['traceidratio', yes],
    ['toString', yes],
    ['', yes],
  ])('is the one that is named: %s', (name, decision) => {
    expect(decide({ OTEL_TRACES_SAMPLER: name })).toBe(decision);
  });
});

it('says what goes wrong once a while', () => {
  let [now, said] = [0, 0];
  const say = sparingly(
    60_000,
    () => now,
    () => (said += 1),
  );
  for (now = 0; now < 180_000; now += 5_000) say('away');
  expect(said).toBe(3);
});
