import { exitCodes } from '@reprise/read-model-rebuild';
import { jsonText } from '../report/text.ts';
import type { Verb, VerbGroup } from '../verb.ts';
import { bashCompletion, fishCompletion, zshCompletion } from './shells.ts';
import { completionWords } from './words.ts';

const shells = { bash: bashCompletion, zsh: zshCompletion, fish: fishCompletion } as const;
const names = Object.keys(shells) as (keyof typeof shells)[];

/** The verb that prints a script for a shell, which completes these verbs, their options and the projections. */
export function completionCommand(verbs: readonly Verb[], groups: readonly VerbGroup[]): Verb {
  const self: Verb = {
    name: 'completion',
    description: 'Prints a script with which bash, zsh or fish completes verbs, options and projections.',
    operands: '[shell]',
    options: [['--json', 'print shell and script as one JSON document on stdout']],
    examples: ['completion bash > ~/.reprise-completion; . ~/.reprise-completion'],
    run(options, { stdout, contexts }, [shell, ...more]) {
      const known = names.find((name) => name === shell);
      if (!known || more.length > 0) options.problem(`name one shell: ${names.join(', ')}`);
      const json = options.flag('json');
      options.finish();
      const script = shells[known!](
        completionWords([...verbs, self], groups, { completion: names }, contexts),
      );
      stdout(json ? `${jsonText({ shell: known, script }, 2)}\n` : script);
      return Promise.resolve(exitCodes.done);
    },
  };
  return self;
}
