import type { JudgedLetter } from '@reprise/read-model-feed';
import { runCommandLine } from '../../program.ts';
import type { Called } from '../../verb.ts';
import { lineOf, payloadText, remedyFor, rowOf } from './letter-text.ts';
import { paced } from './redrive.ts';

const letter: JudgedLetter = {
  id: 'product.events:3:42',
  letter: {
    ...{ topic: 'product.events', partition: 3, offset: 42n, key: null, value: Buffer.from('{"a":1}') },
    ...{ reason: 'unknown-type', message: 'unknown type: x\u001b[31m', attempts: 3, deadLetteredAt: '2026' },
    headers: { reason: 'unknown-type' },
  },
  decoded: { ok: false, reason: 'unknown-type', message: 'unknown type: x' },
  ...{ aggregateId: 'a-product', version: 2, state: 'open', actions: [] },
  live: [{ projection: 'product_search', generation: 'a-generation', version: 1 }],
};

async function run(...argv: string[]): Promise<{ out: string; failure: string }> {
  const written: string[] = [];
  const invocation: Called = {
    env: {},
    signal: new AbortController().signal,
    received: () => undefined,
    stdout: (text) => void written.push(text),
    stderr: () => undefined,
    interactive: false,
  };
  const failure = await runCommandLine(['dlq', ...argv], invocation).then(
    () => '',
    (error: unknown) => (error as Error).message,
  );
  return { out: written.join(''), failure };
}

describe('./reprise dlq', () => {
  it.each([
    [['redrive'], /name the letters by id, or say which open ones are meant/],
    [['redrive', '--all', 'product.events:0:1'], /one of the three/],
    [['redrive', '--error', 'unknown-type', 'product.events:0:1'], /one of the three/],
    [['discard', '--all', '--event-type', 'a', '--reason', 'x'], /one of the three/],
    // Of a variable that is empty, say.
    [['discard', '--context', 'product', '--reason', 'x'], /one of the three/],
    [['discard', '--event-type', ' ', '--reason', 'x'], /--event-type names nothing/],
    [['redrive', '--error='], /--error names nothing/],
    [['redrive', '--up-to', 'dlq.a:0:1'], /one of the three/],
    [['redrive', 'a:0:1', '--up-to', 'dlq.a:0:1'], /--up-to goes with --all and filters/],
    [['list', '--up-to', '2026-11-21T03:00:00Z'], /--up-to must be places of dead-letter topics/],
    [['redrive', '17'], /"17" is not the id of a dead letter/],
    [['redrive', '--all', '--rate', 'fast'], /--max-events-per-second must be a whole number/],
    [['discard', 'product.events:0:1'], /--reason is required/],
    [['discard', '--reason', 'x'], /name the letters by id, or say which open ones are meant/],
    [['discard', '--error', 'unknown-type'], /--reason is required/],
    [['show'], /name the dead letter to show/],
    [['list', '--state', 'lost'], /--state must be one of open, resolved, discarded, all/],
    [['list', '--projection', 'none'], /--projection "none" is not known/],
    [['list', 'product.events:0:1'], /unexpected argument/],
    [['redrive', '--all', '--fast'], /unknown option --fast/],
  ])('starts nothing for the command line %j', async (argv, problem) => {
    expect((await run(...argv)).failure).toMatch(problem);
  });

  it.each(['list', 'show', 'redrive', 'discard'])('explains %s with examples', async (verb) => {
    const { out } = await run(verb, '--help');
    expect(out).toContain(`./reprise dlq ${verb}`);
    expect(out).toContain('Exit codes');
  });
});

describe('the text of a dead letter', () => {
  it('is one line without anything a terminal would obey', () => {
    expect(lineOf(rowOf(letter))).toBe(
      'product.events:3:42  open      unknown-type     a-product v2  unknown type: x\uFFFD[31m',
    );
  });

  it('has a remedy for any reason, also one that is called like a member of every object', () => {
    for (const reason of ['constructor', '__proto__', 'toString'])
      expect(remedyFor({ ...letter, letter: { ...letter.letter, reason } })).toMatch(
        /^See the error\. Then: \.\/reprise dlq redrive product\.events:3:42, or: \.\/reprise dlq discard/,
      );
  });

  it('shows a payload indented, and says how much of it was cut', () => {
    expect(payloadText(Buffer.from('{"a":1}'), 100)).toBe('{\n  "a": 1\n}');
    expect(payloadText(Buffer.from('x'.repeat(300)), 100)).toBe(
      `${'x'.repeat(100)}\n… cut: 200 of 300 characters more (--verbose shows them)`,
    );
    expect(payloadText(null, 10)).toBe('(none)');
  });

  it('says what to do, with the id in it', () => {
    expect(remedyFor(letter)).toMatch(
      /Deploy the release .* then: \.\/reprise dlq redrive product\.events:3:42$/,
    );
    expect(remedyFor({ ...letter, state: 'resolved' })).toMatch(/^Nothing/);
    expect(remedyFor({ ...letter, live: [] })).toMatch(
      /Rebuild first: \.\/reprise rebuild --projection all$/,
    );
  });
});

describe('the pace of a redrive', () => {
  it('lets as many events pass in a second as requested', async () => {
    const { signal } = new AbortController();
    let now = 0;
    const waits: number[] = [];
    const wait = async (ms: number) => {
      waits.push(ms);
      now += ms;
    };
    const pace = paced(200, signal, { now: () => now, wait });
    for (let passed = 0; passed < 40; passed += 10) await pace(10);
    expect(waits).toEqual([50, 50, 50]);
    // What took longer anyway is waited for no longer.
    now += 30;
    await pace(10);
    expect(waits.at(-1)).toBe(20);
    const free = paced(0, signal);
    for (let passed = 0; passed < 1_000; passed++) await free(1_000);
  });
});
