import { programOf } from './program.ts';

const clone = 'file:///home/one/reprise/libs/runtime/src/commands/program.ts';
const installed = 'file:///app/node_modules/@reprise/runtime/dist/commands/program.js';

describe('the name of the command line in messages', () => {
  it.each([
    ['the script of a clone', {}, clone, './reprise'],
    ['how npm runs an installed package', {}, installed, 'npx reprise'],
    ['what the surroundings call it', { REPRISE_PROGRAM: ' rebuild-job ' }, clone, 'rebuild-job'],
    ['the usual one where they name nothing', { REPRISE_PROGRAM: ' ' }, installed, 'npx reprise'],
  ])('is %s', (_what, env, module, name) => {
    expect(programOf(env, module)).toBe(name);
  });
});
