import { type Constraint } from './constraints.mjs';
import { type ImportGraph, type Project } from './import-graph.ts';

const groups: readonly { title: string; scopes: readonly string[] }[] = [
  { title: 'write side', scopes: ['scope:write'] },
  { title: 'event log', scopes: ['scope:log'] },
  { title: 'rebuild', scopes: ['scope:rebuild'] },
  { title: 'command line', scopes: ['scope:command'] },
  { title: 'read side', scopes: ['scope:read', 'scope:live', 'scope:nest'] },
  { title: 'search', scopes: ['scope:search'] },
  { title: 'console', scopes: ['scope:console'] },
];

/** What the picture leaves out: what every process uses, and what is not part of the product. */
const notPictured = ['scope:runtime', 'scope:test', 'scope:tools', 'scope:bench', 'scope:faults'];

const has = ({ tags }: Project, wanted: readonly string[]) => tags.some((tag) => wanted.includes(tag));
const tagOf = ({ tags }: Project, axis: string) =>
  tags.find((tag) => tag.startsWith(`${axis}:`))?.slice(axis.length + 1) ?? '';

/**
 * The page docs/reference/architecture.md: picture, projects and import rules, all from the real graph and the rows.
 *
 * @returns Markdown that differs only when projects, their imports or the rows do
 */
export function renderArchitecture(graph: ImportGraph, rows: readonly Constraint[]): string {
  const pictured = graph.projects.filter(
    (project) => !has(project, notPictured) && !project.root.startsWith('tools/'),
  );
  return [
    '# Architecture',
    '<!-- Written by `npm run architecture` from the project graph. A test fails when this page and the graph differ. -->',
    'The diagram shows what imports what, without tests. It omits arrows implied by others, and `runtime` and `http`, which all apps use.',
    ['```mermaid', 'flowchart TD', ...picture(pictured, graph), '```'].join('\n'),
    '## Projects',
    table(
      ['Place', 'Project', 'Scope', 'Type', 'Context'],
      graph.projects.map((project) => [
        `\`${project.root}\``,
        `\`${project.name}\``,
        tagOf(project, 'scope'),
        tagOf(project, 'type'),
        tagOf(project, 'context'),
      ]),
    ),
    list(graph.projects.map(({ name, description }) => `\`${name}\`: ${description}.`)),
    '## Who may import whom',
    'Every project has one scope, one type and one context: its own, `none` if it serves any, `all` if it runs them. An import must obey every rule for the tags of the importing project. ESLint ' +
      'enforces the rules, and `tools/boundaries` proves that it does. Test files (`*.spec.ts`, `*.contract.ts` and `src/testing/`) may also import the ' +
      'test kit, the conformance kit, `cloudevents`, `fast-check`, `zod` and `@jest/globals`.',
    list(rows.map(ruleOf)),
    'Some rules need no tag. No project reaches into another by a relative path, or into the inner files of a package. Imports are ' +
      'written so that the rules can see them (no `createRequire`, no computed `import()`). Pure projects (`contract`, `domain`) ' +
      'use no built-in module except `node:crypto`, no clock, no random numbers and no global that does I/O.',
    '',
  ]
    .join('\n\n')
    .replace(/\n+$/, '\n');
}

function picture(projects: readonly Project[], graph: ImportGraph): string[] {
  const boxes = groups.flatMap(({ title, scopes }) => {
    const members = projects.filter((project) => has(project, scopes));
    const lines = members.map(
      (project) => `    ${project.name}${project.tags.includes('type:app') ? `[[${project.name}]]` : ''}`,
    );
    return members.length === 0
      ? []
      : [`  subgraph ${title.replaceAll(' ', '_')} ["${title}"]`, ...lines, '  end'];
  });
  return [...boxes, ...arrows(projects, graph).map(([from, to]) => `  ${from} --> ${to}`)];
}

/** Imports between the projects given, without those that a longer path implies (the transitive reduction of a graph without cycles). */
function arrows(projects: readonly Project[], { imports }: ImportGraph): (readonly [string, string])[] {
  const names = projects.map(({ name }) => name);
  const direct = new Map(
    names.map((name) => [
      name,
      new Set(
        imports
          .filter(
            ({ source, target, inTest }) =>
              source === name && target !== name && !inTest && names.includes(target),
          )
          .map(({ target }) => target),
      ),
    ]),
  );
  const reaches = (from: string, to: string): boolean =>
    [...(direct.get(from) ?? [])].some((next) => next === to || reaches(next, to));
  return names.flatMap((from) => {
    const targets = [...(direct.get(from) ?? [])].sort();
    return targets
      .filter((to) => !targets.some((other) => other !== to && reaches(other, to)))
      .map((to) => [from, to] as const);
  });
}

const code = (words: readonly string[]) => words.map((word) => `\`${word}\``).join(', ');

/** One rule as an item: whom it binds, what they may import, and why. */
function ruleOf(row: Constraint): string {
  const { id, sourceTag, allSourceTags, onlyDependOnLibsWithTags: targets, because } = row;
  const bound = allSourceTags
    ? allSourceTags.map((tag) => `\`${tag}\``).join(' and ')
    : `\`${sourceTag ?? ''}\``;
  const may = [targets && `import only projects tagged ${code(targets)}`, ...packagesOf(row)].filter(Boolean);
  return `**\`${id}\`**: projects tagged ${bound} ${may.join('; ')}. Reason: ${because}.`;
}

function packagesOf({
  allowedExternalImports: only,
  bannedExternalImports: not,
  relaxedInTests,
}: Constraint) {
  return [
    only && (only.length === 0 ? 'import no packages' : `import only the packages ${code(only)}`),
    not && `do not import the packages ${code(not)}${relaxedInTests ? ' (tests may)' : ''}`,
  ];
}

const list = (items: readonly string[]) => items.map((item) => `- ${item}`).join('\n');

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) =>
    `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`;
  return [line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n');
}
