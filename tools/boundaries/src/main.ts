/**
 * `node tools/boundaries/src/main.ts architecture [--check]` writes docs/reference/architecture.md, or compares it with the graph
 * (exit 1 when they differ). `... graph` prints the import graph as JSON. `... lint` reads `[{ "file", "code" }]` from stdin and
 * prints, for each, what ESLint reports for that code at that place in the workspace (no file needs to be there), as `[[{ "rule", "message" }]]`.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { workspaceRoot } from '@nx/devkit';
import { ESLint } from 'eslint';
import { format, resolveConfig } from 'prettier';
import tseslint from 'typescript-eslint';
import { renderArchitecture } from './architecture.ts';
import { constraints } from './constraints.mjs';
import { readImportGraph } from './import-graph.ts';

async function architecture(check: boolean): Promise<number> {
  const file = join(workspaceRoot, 'docs/reference/architecture.md');
  const page = renderArchitecture(await readImportGraph(), constraints);
  const formatted = await format(page, { ...(await resolveConfig(file)), filepath: file });
  if (!check) {
    writeFileSync(file, formatted);
    return 0;
  }
  if (readFileSync(file, 'utf8') === formatted) return 0;
  process.stderr.write(
    'docs/reference/architecture.md differs from the project graph. Run: npm run architecture\n',
  );
  return 1;
}

async function lint(): Promise<void> {
  const samples: { file: string; code: string }[] = JSON.parse(await text(process.stdin));
  // ESLint's boundary rule reads the graph that Nx computed last.
  await readImportGraph();
  // Rules that need types would have every project's program built; none of them judges imports.
  const eslint = new ESLint({ cwd: workspaceRoot, overrideConfig: tseslint.configs.disableTypeChecked });
  const reports = [];
  for (const { file, code } of samples) {
    const [result] = await eslint.lintText(code, { filePath: join(workspaceRoot, file) });
    reports.push((result?.messages ?? []).map(({ ruleId, message }) => ({ rule: ruleId, message })));
  }
  process.stdout.write(JSON.stringify(reports));
}

const [command, option] = process.argv.slice(2);
if (command === 'architecture') {
  process.exitCode = await architecture(option === '--check');
} else if (command === 'graph') {
  process.stdout.write(JSON.stringify(await readImportGraph()));
} else if (command === 'lint') {
  await lint();
} else {
  process.stderr.write('Usage: main.ts architecture [--check] | graph | lint\n');
  process.exitCode = 1;
}
