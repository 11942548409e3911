import { parseArguments } from './arguments.ts';

const parse = (line: string, env: NodeJS.ProcessEnv = {}) =>
  parseArguments(line.split(' ').filter(Boolean), env);

describe('parseArguments', () => {
  it('takes everything after -- as the command, including its own options', () => {
    const args = parse('run --dir /tmp/i --no-fsync -- jest --dir x -- y');
    expect(args).toMatchObject({ verb: 'run', directory: '/tmp/i', fsync: false });
    expect(args.command).toEqual(['jest', '--dir', 'x', '--', 'y']);
  });

  it('leaves fsync undecided unless it is said', () => {
    expect(parse('up').fsync).toBeUndefined();
    expect(parse('up --fsync').fsync).toBe(true);
  });

  it('takes --secure where servers are started, and not for containers', () => {
    expect(parse('up --secure').secure).toBe(true);
    expect(() => parse('up --secure --docker')).toThrow('--secure belongs to up and run, without --docker');
    expect(() => parse('env --secure')).toThrow('--secure belongs to up and run');
  });

  it('takes --in-memory for a run only, and not for containers', () => {
    expect(parse('run --in-memory -- ls').inMemory).toBe(true);
    expect(() => parse('up --in-memory')).toThrow('--in-memory belongs to run, without --docker');
    expect(() => parse('run --docker --in-memory -- ls')).toThrow('--in-memory belongs to run');
  });

  it('prefers --dir to REPRISE_STACK_DIR to .stack of the workspace', () => {
    const env = { REPRISE_STACK_DIR: '/from/env' };
    expect(parse('up --dir /given', env).directory).toBe('/given');
    expect(parse('up', env).directory).toBe('/from/env');
    expect(parse('up').directory).toMatch(/[/]\.stack$/);
  });

  it('explains itself when nothing was asked', () => {
    expect(parse('').verb).toBe('help');
    expect(parse('up --help').verb).toBe('help');
  });

  it.each([
    ['start', /"start" is no verb/],
    ['up --fast', /Unknown option '--fast'/],
    ['up now', /"now" is not understood after up/],
    ['logs redis', /"redis" is no server; the servers are postgres, kafka, elasticsearch/],
    ['logs --lines many', /--lines must be a whole number/],
    ['sql', /sql takes one query, in quotes/],
    ['sql SELECT 1', /sql takes one query, in quotes/],
    ['run', /run needs a command after --/],
    ['up -- ls', /up takes no command/],
  ])('refuses "%s" and says why', (line, message) => {
    expect(() => parse(line)).toThrow(message);
  });
});
