import type { Verb, VerbGroup } from '../verb.ts';
import { deadLetters } from './dead-letters.ts';
import { audit, comparing, receipts, status } from './looking.ts';
import { plan, rebuild } from './rebuild.ts';
import { live, migrate, relay } from './serving.ts';
import { switching, tending } from './switching.ts';

export const verbGroups: readonly VerbGroup[] = [deadLetters, receipts];

const completion: Verb = {
  name: 'completion',
  description: 'Prints a completion script for bash, zsh or fish: verbs, options and projections.',
  operands: '[shell]',
  options: [['--json', 'print shell and script as one JSON document on stdout']],
  examples: ['completion bash > ~/.reprise-completion; . ~/.reprise-completion'],
  load: async () => {
    const { completionOf } = await import('../completion/completion.ts');
    return { run: completionOf(verbs, verbGroups) };
  },
};

/** The verbs of the command line in the order its help lists them. */
export const verbs: readonly Verb[] = [
  plan,
  rebuild,
  ...switching,
  status,
  ...tending,
  ...comparing,
  audit,
  live,
  relay,
  migrate,
  completion,
];
