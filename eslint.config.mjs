import js from '@eslint/js';
import { readCachedProjectGraph } from '@nx/devkit';
import nx from '@nx/eslint-plugin';
import { createNodeResolver, importX } from 'eslint-plugin-import-x';
import { globSync, readFileSync } from 'node:fs';
import { builtinModules } from 'node:module';
import { dirname, join } from 'node:path';
import { defineConfig } from 'eslint/config';
import tseslint from 'typescript-eslint';
import {
  constraints,
  documentedInnerFiles,
  pureBuiltins,
  testFiles,
} from './tools/boundaries/src/constraints.mjs';
import { depConstraints } from './tools/boundaries/src/dep-constraints.mjs';
import { plainWords } from './tools/boundaries/src/plain-words.mjs';

/**
 * Without a computed graph `@nx/enforce-module-boundaries` reports nothing and every import passes, so that is an error of its
 * own. It is looked for when a file is linted, not when this file is loaded: Nx loads it to compute the graph.
 */
const projectGraphExists = {
  create: (context) => ({
    Program(node) {
      try {
        readCachedProjectGraph();
      } catch {
        const message =
          'Nx has not computed the project graph yet. Run: npx nx show projects, then ESLint again.';
        context.report({ node, message });
      }
    },
  }),
};

const pureTags = ['type:contract', 'type:domain'];
const pureProjects = globSync('{apps,libs,libs/*,tools}/*/package.json', { cwd: import.meta.dirname })
  .filter((file) =>
    JSON.parse(readFileSync(join(import.meta.dirname, file), 'utf8')).nx?.tags.some((tag) =>
      pureTags.includes(tag),
    ),
  )
  .map((file) => dirname(file));

/** Where a process ends itself: its main file, and what ends it on a second signal or with its parent. */
const endProcesses = [
  '**/src/main.ts',
  'libs/runtime/src/process/{run-service,shutdown-signal}.ts',
  'libs/cli/src/run-process.ts',
  '**/exit-with-parent.ts',
  'libs/test-kit/src/sample/*.ts',
];

const loadingByRequire = [
  {
    selector:
      ":matches(ImportSpecifier[imported.name='createRequire'], MemberExpression[property.name='createRequire'])",
    message: 'Import the module: the import rules do not see what createRequire loads.',
  },
];

const everywhere = [
  { selector: 'TSEnumDeclaration', message: 'Use a union of string literals.' },
  { selector: 'TSImportEqualsDeclaration', message: 'Use an import declaration.' },
  { selector: 'ExportAllDeclaration', message: 'Name what is exported.' },
  {
    selector: "ImportExpression:not([source.type='Literal'])",
    message: 'Name the imported module in a string literal, so that the import rules see it.',
  },
  {
    selector: "MemberExpression[object.name='process'][property.name='getBuiltinModule']",
    message: 'Import the module: the import rules do not see getBuiltinModule.',
  },
  {
    selector: `.source[value=/^(@[^\\u002F]+\\u002F)?[^@.\\u002F][^\\u002F]*\\u002F(src|lib|dist|build)\\u002F/]:not(${documentedInnerFiles.map((file) => `[value='${file}']`).join(', ')})`,
    message: 'Import what the package exports, not its inner files.',
  },
];

const outsideTests = [
  {
    selector: '.source[value=/^@reprise\\u002F.*\\u002Ftesting$/]',
    message: 'Only tests import what a library offers for tests.',
  },
];

/** An account without a name, such as that of many containers, makes it throw. */
const askingForTheAccount = [
  {
    selector:
      ":matches(ImportSpecifier[imported.name='userInfo'], MemberExpression[property.name='userInfo'])",
    message: 'Use thisProcess() of @reprise/runtime: userInfo throws where the account has no name.',
  },
];

const inSpecs = [
  {
    selector:
      'MemberExpression[object.name=/^(describe|it|test)$/][property.name=/^(only|skip|todo|failing)$/], CallExpression[callee.name=/^(fdescribe|fit|xdescribe|xit|xtest)$/]',
    message: 'Every test runs, and runs together with all others.',
  },
];

const builtin = `^(node:|(${builtinModules.filter((name) => !name.startsWith('_') && !name.includes('/')).join('|')})(\\u002F|$))`;
const inPureProjects = [
  {
    selector: `.source[value=/${builtin}/]:not([value=/^(${pureBuiltins.join('|')})$/])`,
    message: `A pure project imports no built-in module but ${pureBuiltins.join(', ')}.`,
  },
  {
    selector: "NewExpression[callee.name='Date'][arguments.length=0]",
    message: 'A pure project is given the time.',
  },
];
const impureGlobals = [
  'process',
  'console',
  'fetch',
  'performance',
  'setTimeout',
  'setInterval',
  'setImmediate',
  'queueMicrotask',
  'require',
];

const restricted = (...lists) => ({ 'no-restricted-syntax': ['error', ...lists.flat()] });
const boundaries = (options) => [
  'error',
  {
    depConstraints: depConstraints(constraints, options),
    banTransitiveDependencies: true,
    enforceBuildableLibDependency: true,
    checkDynamicDependenciesExceptions: ['.*'],
    allow: [],
  },
];

export default defineConfig(
  { ignores: ['**/dist', '**/node_modules', '**/coverage', '.nx', '.stack'] },
  { linterOptions: { noInlineConfig: true, reportUnusedDisableDirectives: 'error' } },
  js.configs.recommended,
  ...nx.configs['flat/base'],
  {
    plugins: {
      'import-x': importX,
      workspace: { rules: { 'plain-words': plainWords, 'project-graph-exists': projectGraphExists } },
    },
  },
  {
    files: ['**/*.mjs'],
    languageOptions: {
      sourceType: 'module',
      globals: { process: 'readonly', console: 'readonly', URL: 'readonly' },
    },
    rules: { 'max-lines': ['error', 300] },
  },
  {
    files: ['**/*.{ts,tsx}'],
    extends: [tseslint.configs.recommended],
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    settings: {
      'import-x/parsers': { '@typescript-eslint/parser': ['.ts', '.tsx'] },
      'import-x/resolver-next': [
        createNodeResolver({
          conditionNames: ['@reprise/source', 'node', 'import'],
          extensions: ['.ts', '.tsx', '.mjs', '.js'],
        }),
      ],
    },
    rules: {
      '@nx/enforce-module-boundaries': boundaries({ inTests: false }),
      'workspace/project-graph-exists': 'error',
      'workspace/plain-words': 'error',
      '@typescript-eslint/await-thenable': 'error',
      '@typescript-eslint/consistent-type-imports': ['error', { fixStyle: 'inline-type-imports' }],
      '@typescript-eslint/no-floating-promises': 'error',
      '@typescript-eslint/no-misused-promises': 'error',
      '@typescript-eslint/no-unused-vars': [
        'error',
        { argsIgnorePattern: '^_', varsIgnorePattern: '^_', ignoreRestSiblings: true },
      ],
      '@typescript-eslint/only-throw-error': 'error',
      '@typescript-eslint/switch-exhaustiveness-check': [
        'error',
        { considerDefaultExhaustiveForUnions: true },
      ],
      'import-x/no-cycle': ['error', { ignoreExternal: true }],
      'import-x/no-default-export': 'error',
      'max-lines': ['error', 300],
      'no-restricted-properties': [
        'error',
        { object: 'process', property: 'exit', message: 'Return to main.ts, which sets the exit code.' },
      ],
      ...restricted(everywhere, loadingByRequire, outsideTests, askingForTheAccount),
    },
  },
  {
    files: pureProjects.map((root) => `${root}/src/**/*.ts`),
    ignores: testFiles,
    rules: {
      'no-restricted-globals': ['error', ...impureGlobals],
      'no-restricted-properties': [
        'error',
        { object: 'Date', property: 'now', message: 'A pure project is given the time.' },
        { object: 'Math', property: 'random', message: 'A pure project is given its numbers.' },
        { object: 'crypto', property: 'randomUUID', message: 'A pure project is given its ids.' },
      ],
      ...restricted(everywhere, loadingByRequire, outsideTests, askingForTheAccount, inPureProjects),
    },
  },
  {
    files: testFiles,
    rules: {
      '@nx/enforce-module-boundaries': boundaries({ inTests: true }),
      ...restricted(everywhere, loadingByRequire, inSpecs),
    },
  },
  {
    // Loaded by any other file, the client compiles all its schemas.
    files: ['libs/read_model/**/*.ts'],
    ignores: [...testFiles, 'libs/read_model/feed/src/client/*.ts'],
    rules: {
      '@typescript-eslint/no-restricted-imports': [
        'error',
        {
          name: '@platformatic/kafka',
          message: 'Import the client from feed/src/client/kafka-client.ts.',
          allowTypeImports: true,
        },
      ],
    },
  },
  {
    // `import()` alone loads it when it is needed: a process that feeds has no use for it.
    files: ['libs/nestjs/src/**/*.ts'],
    ignores: testFiles,
    rules: {
      '@typescript-eslint/no-restricted-imports': [
        'error',
        {
          name: '@reprise/read-model-rebuild',
          message: 'Import its types, and load it with import() where a plan is asked for.',
          allowTypeImports: true,
        },
      ],
    },
  },
  {
    // It locates the binaries of a package's own dependency and loads nothing; `import.meta.resolve` resolves from here only.
    files: ['tools/stack/src/servers/postgres-binaries.ts'],
    rules: restricted(everywhere, outsideTests, askingForTheAccount),
  },
  {
    // It loads the module that its caller names: where an application declares its projections is the application's own.
    files: [
      'libs/read_model/rebuild/src/build/workers/shared-projection.ts',
      'libs/contexts/src/load-contexts.ts',
    ],
    rules: restricted(
      everywhere.filter(({ selector }) => !selector.startsWith('ImportExpression')),
      loadingByRequire,
      outsideTests,
      askingForTheAccount,
    ),
  },
  {
    files: ['libs/runtime/src/process/this-process.ts'],
    rules: restricted(everywhere, loadingByRequire, outsideTests),
  },
  // What is loaded by a file's name is its default export.
  { files: ['**/reprise.config.ts'], rules: { 'import-x/no-default-export': 'off' } },
  { files: endProcesses, rules: { 'no-restricted-properties': 'off' } },
  // A released migration is never edited; the spec of the rule holds what it refuses.
  { files: ['**/migrations/**', '**/plain-words.unit.spec.ts'], rules: { 'workspace/plain-words': 'off' } },
);
