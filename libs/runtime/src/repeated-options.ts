/** What is needed of a commander command. */
interface OptionedCommand {
  readonly options: readonly { readonly variadic: boolean; name(): string }[];
  on(event: string, listener: () => void): unknown;
}

/**
 * Watches a command line being parsed for options that are given again although they take one value: the last one would win
 * without a word.
 *
 * @param command a commander command that knows its options already and has not parsed yet
 * @returns one sentence per repeated option, filled while the command parses
 */
export function repeatedOptions(command: OptionedCommand): readonly string[] {
  const problems: string[] = [];
  for (const option of command.options) {
    if (option.variadic) continue;
    const name = option.name();
    let given = 0;
    command.on(`option:${name}`, () => {
      if (++given === 2) problems.push(`--${name} is given more than once`);
    });
  }
  return problems;
}
