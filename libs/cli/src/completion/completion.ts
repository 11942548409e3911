import { exitCodes } from '@reprise/runtime/commands';
import { jsonText } from '../report/text.ts';
import type { CommandRun, Verb, VerbGroup } from '../verb.ts';
import { bashCompletion, fishCompletion, zshCompletion } from './shells.ts';
import { completionWords } from './words.ts';

const shells = { bash: bashCompletion, zsh: zshCompletion, fish: fishCompletion } as const;
const names = Object.keys(shells) as (keyof typeof shells)[];

/** What prints a script for a shell, which completes these verbs, their options and the projections. */
export function completionOf(verbs: readonly Verb[], groups: readonly VerbGroup[]): CommandRun {
  return (options, { stdout, contexts }, [shell, ...more]) => {
    const known = names.find((name) => name === shell);
    if (!known || more.length > 0) options.problem(`name one shell: ${names.join(', ')}`);
    const json = options.flag('json');
    options.finish();
    const script = shells[known!](completionWords(verbs, groups, { completion: names }, contexts));
    stdout(json ? `${jsonText({ shell: known, script }, 2)}\n` : script);
    return Promise.resolve(exitCodes.done);
  };
}
