import { trace } from '@opentelemetry/api';
import { otlpReceiver } from '@reprise/test-kit';
import { withTraces } from './with-traces.ts';

/** One span, made while the process works. */
const work = (): Promise<string> => {
  trace.getTracer('test').startSpan('work').end();
  return Promise.resolve('done');
};

describe('a process with traces', () => {
  // What hangs is left alone by a process that ends; here it would keep the runner.
  process.env['OTEL_EXPORTER_OTLP_TIMEOUT'] = '2000';

  afterEach(() => trace.disable());

  it('sends them in protobuf before it ends', async () => {
    const { endpoint, requests } = await otlpReceiver();
    const env = { OTEL_EXPORTER_OTLP_ENDPOINT: endpoint };
    process.env['OTEL_EXPORTER_OTLP_ENDPOINT'] = endpoint;
    const warnings: string[] = [];
    expect(await withTraces({ env, service: 'test', warn: (line) => warnings.push(line) }, work)).toBe(
      'done',
    );
    expect(requests).toEqual([{ type: 'application/x-protobuf', bytes: expect.any(Number) as number }]);
    expect(warnings).toEqual([]);
  });

  it.each(['refuse', 'hang'] as const)(
    'does its work, and ends, when the receiver would %s',
    async (mode) => {
      const receiver = await otlpReceiver();
      receiver.set(mode);
      process.env['OTEL_EXPORTER_OTLP_ENDPOINT'] = receiver.endpoint;
      const warnings: string[] = [];
      const env = { OTEL_EXPORTER_OTLP_ENDPOINT: receiver.endpoint };
      expect(await withTraces({ env, service: 'test', warn: (line) => warnings.push(line) }, work)).toBe(
        'done',
      );
      expect(receiver.requests).toHaveLength(1);
      if (mode === 'refuse')
        expect(warnings).toEqual([expect.stringContaining('traces are not all exported')]);
    },
  );

  it('passes on what its work throws', async () => {
    const receiver = await otlpReceiver();
    const env = { OTEL_EXPORTER_OTLP_ENDPOINT: receiver.endpoint };
    const failing = () => Promise.reject(new Error('no'));
    await expect(withTraces({ env, service: 'test', warn: () => undefined }, failing)).rejects.toThrow('no');
  });
});
