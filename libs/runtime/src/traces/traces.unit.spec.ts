import { SpanStatusCode, trace } from '@opentelemetry/api';
import { readFileSync } from 'node:fs';
import * as known from '@opentelemetry/semantic-conventions/incubating';
import { attribute, maxLinks } from './conventions.ts';
import { formatTraceparent, parseTraceparent } from './traceparent.ts';
import { inSpan, isTracing, linksTo, traceIds, untilDone } from './spans.ts';

const [traceId, spanId] = ['4bf92f3577b34da6a3ce929d0e0e4736', '00f067aa0ba902b7'];
const valid = `00-${traceId}-${spanId}-01`;

describe('a traceparent', () => {
  it('is read and written in its exact form', () => {
    expect(parseTraceparent(valid)).toEqual({ traceId, spanId, traceFlags: 1, isRemote: true });
    expect(formatTraceparent(parseTraceparent(valid)!)).toBe(valid);
    expect(formatTraceparent(parseTraceparent(valid.replace(/01$/, 'f0'))!)).toBe(valid.replace(/01$/, '00'));
  });

  it.each([
    ['no text', undefined],
    ['a list', [valid]],
    ['ids of zeros', `00-${'0'.repeat(32)}-${spanId}-01`],
    ['a span of zeros', `00-${traceId}-${'0'.repeat(16)}-01`],
    ['the forbidden version', `ff${valid.slice(2)}`],
    ['capitals', valid.toUpperCase()],
    ['more after it', `${valid}-x`],
    ['a line of a log after it', `${valid}\n{"level":"fatal"}`],
    ['two of them', `${valid}, ${valid}`],
  ])('that is %s names nothing', (_, value) => {
    expect(parseTraceparent(value)).toBeUndefined();
  });

  it('comes with a trace state of bounded length, or with none', () => {
    expect(parseTraceparent(valid, 'vendor=1')?.traceState?.serialize()).toBe('vendor=1');
    expect(parseTraceparent(valid, `vendor=${'a'.repeat(600)}`)?.traceState).toBeUndefined();
    expect(parseTraceparent(valid, '\u0000=\n')?.traceState?.serialize()).toBe('');
  });
});

it('links to the first creation contexts of many', () => {
  const many = Array.from({ length: 130 }, () => parseTraceparent(valid)!);
  expect(linksTo(many)).toHaveLength(maxLinks);
});

describe('a span', () => {
  const recorded = () => {
    const said: unknown[] = [];
    const note = (...what: unknown[]) => void said.push(what);
    const span = Object.assign(trace.wrapSpanContext({ traceId, spanId, traceFlags: 1 }), {
      setStatus: ({ code }: { code: SpanStatusCode }) => (note('status', code), span),
      setAttribute: (...named: unknown[]) => (note(...named), span),
      end: () => note('end'),
    });
    return { span, said, note };
  };

  it('ends once its work is done', async () => {
    const { span, said, note } = recorded();
    const work = async () => {
      await Promise.resolve();
      note('worked');
      return 7;
    };
    expect(await untilDone(span, work)).toBe(7);
    expect(said).toEqual([['worked'], ['end']]);
  });

  it('keeps the class of what its work throws, and ends all the same', async () => {
    const { span, said } = recorded();
    const error = new RangeError('what a server said');
    await expect(untilDone(span, () => Promise.reject(error))).rejects.toBe(error);
    expect(said).toEqual([['status', SpanStatusCode.ERROR], [attribute.errorType, 'RangeError'], ['end']]);
  });
});

describe('without an SDK', () => {
  it('nothing of a span is described, and log lines have no ids', async () => {
    expect(isTracing()).toBe(false);
    expect(traceIds()).toEqual({});
    const described = () => {
      throw new Error('described');
    };
    expect(await inSpan(described, () => Promise.resolve(7))).toBe(7);
  });
});

it('attributes have the names of the current conventions, and none that is deprecated', () => {
  const folder = '../../../../node_modules/@opentelemetry/semantic-conventions/dist/';
  const declared = ['stable_attributes', 'experimental_attributes']
    .map((name) => readFileSync(new URL(`${folder}${name}.d.mts`, import.meta.url), 'utf8'))
    .join('\n');
  const deprecated = new Set(
    [
      ...declared.matchAll(/\/\*\*(?:(?!\*\/)[^])*@deprecated(?:(?!\*\/)[^])*\*\/\s*declare const (\w+)/g),
    ].map(([, name]) => name!),
  );
  expect(deprecated).toContain('ATTR_MESSAGING_SYSTEM');
  const current: unknown[] = Object.entries(known).flatMap(([name, value]) =>
    name.startsWith('ATTR_') && !deprecated.has(name) ? [value] : [],
  );
  for (const name of Object.values(attribute)) expect(current).toContain(name);
});
