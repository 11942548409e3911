import type { CompletedVerb, CompletionWords } from './words.ts';

const optionNames = ({ options }: CompletedVerb) => [...options.map(({ name }) => name), '--help'];

/** The first words of a command line: verbs and groups. */
function firstWords({ verbs, groups }: CompletionWords): string[] {
  const single = verbs.map(({ name }) => name).filter((name) => !name.includes(' '));
  return [...single, ...groups.map(({ name }) => name), '--help', '--version'];
}

const ofGroup = ({ verbs }: CompletionWords, group: string) =>
  verbs.flatMap(({ name }) => (name.startsWith(`${group} `) ? [name.slice(group.length + 1)] : []));

const takingValues = ({ verbs }: CompletionWords) => [
  ...new Set(verbs.flatMap(({ options }) => options.filter((one) => one.takesValue).map(({ name }) => name))),
];

/** The body both POSIX-like shells share: sets `choices` for the words `first` and `second`, `count` of them before the one being completed. */
function choicesOf(words: CompletionWords): string {
  const cases = words.verbs.map(
    (verb) => `    '${verb.name}') choices='${[...verb.operands, ...optionNames(verb)].join(' ')}' ;;`,
  );
  const groups = words.groups.map(
    ({ name }) => `    '${name}') choices='${ofGroup(words, name).join(' ')}' ;;`,
  );
  return [
    '  case "$verb" in',
    `    '') choices='${firstWords(words).join(' ')}' ;;`,
    ...groups,
    ...cases,
    '  esac',
  ].join('\n');
}

/** A script for bash, 3.2 or later. */
export function bashCompletion(words: CompletionWords): string {
  return `# Completion of reprise for bash: . FILE
_reprise() {
  local word="\${COMP_WORDS[COMP_CWORD]}" before="\${COMP_WORDS[COMP_CWORD-1]}" verb='' choices=''
  # bash divides --projection=NAME into three words.
  if [ "$word" = '=' ]; then word=''; elif [ "$before" = '=' ]; then before="\${COMP_WORDS[COMP_CWORD-2]}"; fi
${words.values
  .map(
    ({ option, words: known }) =>
      `  if [ "$before" = '${option}' ]; then COMPREPLY=($(compgen -W '${known.join(' ')}' -- "$word")); return; fi`,
  )
  .join('\n')}
  case " ${takingValues(words).join(' ')} " in
    *" $before "*) COMPREPLY=($(compgen -f -- "$word")); return ;;
  esac
  if [ "$COMP_CWORD" -gt 1 ]; then verb="\${COMP_WORDS[1]}"; fi
  case "$verb" in
    ${words.groups.map(({ name }) => name).join('|')}) if [ "$COMP_CWORD" -gt 2 ]; then verb="$verb \${COMP_WORDS[2]}"; fi ;;
  esac
${choicesOf(words)}
  COMPREPLY=($(compgen -W "$choices" -- "$word"))
}
complete -F _reprise reprise
`;
}

/** A script for zsh. */
export function zshCompletion(words: CompletionWords): string {
  return `#compdef reprise
# Completion of reprise for zsh: . FILE, after compinit
_reprise() {
  local before="\${words[CURRENT-1]}" verb='' choices=''
${words.values
  .flatMap(({ option, words: known }) => [
    `  if [[ "\${words[CURRENT]}" == ${option}=* ]]; then compset -P '*='; before='${option}'; fi`,
    `  if [[ "$before" == '${option}' ]]; then compadd -- ${known.join(' ')}; return; fi`,
  ])
  .join('\n')}
  case " ${takingValues(words).join(' ')} " in
    *" $before "*) _files; return ;;
  esac
  if (( CURRENT > 2 )); then verb="\${words[2]}"; fi
  case "$verb" in
    ${words.groups.map(({ name }) => name).join('|')}) if (( CURRENT > 3 )); then verb="$verb \${words[3]}"; fi ;;
  esac
${choicesOf(words)}
  compadd -- \${=choices}
}
compdef _reprise reprise
`;
}

/** A script for fish. */
export function fishCompletion(words: CompletionWords): string {
  const quoted = (text: string) => `'${text.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`;
  const single = words.verbs.filter(({ name }) => !name.includes(' '));
  const lines = [
    '# Completion of reprise for fish: source FILE',
    'complete -c reprise -f',
    ...[...single, ...words.groups].map(
      ({ name, description }) =>
        `complete -c reprise -n __fish_use_subcommand -a ${name} -d ${quoted(description)}`,
    ),
  ];
  for (const { name } of words.groups) {
    const inner = ofGroup(words, name);
    const condition = `__fish_seen_subcommand_from ${name}; and not __fish_seen_subcommand_from ${inner.join(' ')}`;
    lines.push(`complete -c reprise -n ${quoted(condition)} -a ${quoted(inner.join(' '))}`);
  }
  for (const { name, options, operands } of words.verbs) {
    const condition = quoted(
      name
        .split(' ')
        .map((word) => `__fish_seen_subcommand_from ${word}`)
        .join('; and '),
    );
    if (operands.length > 0)
      lines.push(`complete -c reprise -n ${condition} -a ${quoted(operands.join(' '))}`);
    for (const option of options) {
      const known = words.values.find((value) => value.option === option.name);
      const values = known ? ` -x -a ${quoted(known.words.join(' '))}` : ' -r -F';
      const takes = option.takesValue ? values : '';
      lines.push(
        `complete -c reprise -n ${condition} -l ${option.name.slice(2)}${takes} -d ${quoted(option.description)}`,
      );
    }
  }
  return `${lines.join('\n')}\n`;
}
