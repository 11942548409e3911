import fc from 'fast-check';
import { parseState, serverNames, type InstanceState, type ServerState } from './state.ts';

const port = fc.integer({ min: 1, max: 65_535 });
const server: fc.Arbitrary<ServerState> = fc.record(
  { port, innerPort: port, pid: fc.integer({ min: 2, max: 4_194_304 }) },
  { requiredKeys: ['port'] },
);
const state: fc.Arbitrary<InstanceState> = fc.record(
  {
    format: fc.constant(1 as const),
    kind: fc.constantFrom('embedded' as const, 'docker' as const),
    dataDirectory: fc.string({ minLength: 1 }),
    fsync: fc.boolean(),
    secure: fc.constant(true),
    secret: fc.string({ minLength: 1 }),
    transient: fc.constant(true),
    servers: fc.dictionary(fc.constantFrom(...serverNames), server, { noNullPrototype: true }),
  },
  { requiredKeys: ['format', 'kind', 'dataDirectory', 'fsync', 'servers'] },
);

describe('parseState', () => {
  it('reads back whatever was written', () => {
    fc.assert(
      fc.property(state, (value) => expect(parseState(JSON.parse(JSON.stringify(value)))).toEqual(value)),
    );
  });

  it('answers undefined, and never throws, for anything else', () => {
    fc.assert(fc.property(fc.jsonValue(), (value) => expect(parseState(value)).toBeUndefined()));
  });

  const good = { format: 1, kind: 'embedded', dataDirectory: '/d', fsync: true, servers: {} };
  it.each([
    ['another format', { ...good, format: 2 }],
    ['an unknown kind', { ...good, kind: 'vm' }],
    ['no data folder', { ...good, dataDirectory: '' }],
    ['fsync that is no boolean', { ...good, fsync: 'on' }],
    ['a secret that is none', { ...good, secret: '' }],
    ['an unknown server', { ...good, servers: { redis: { port: 1 } } }],
    ['a port out of range', { ...good, servers: { kafka: { port: 70_000 } } }],
    ['a pid that would mean a process group or init', { ...good, servers: { kafka: { port: 1, pid: 1 } } }],
    ['a pid that is not a number', { ...good, servers: { kafka: { port: 1, pid: '12' } } }],
  ])('refuses %s', (_, value) => {
    expect(parseState(good)).toBeDefined();
    expect(parseState(value)).toBeUndefined();
  });
});
