import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/**
 * How the finite job is started beside this process: the application rebuild-job, from its build or its sources as this process itself,
 * with the same options of Node.
 *
 * @param module URL of a module that stands beside main.ts
 * @throws Error where it is not there
 */
export function jobCommand(module: string): readonly [string, ...string[]] {
  const isSource = module.endsWith('.ts');
  const file = fileURLToPath(
    new URL(`../../rebuild-job/${isSource ? 'src/main.ts' : 'dist/main.js'}`, module),
  );
  if (!existsSync(file))
    throw new Error(`The finite job is not where this console looks for it: ${file}. Install them together.`);
  return [process.execPath, ...process.execArgv, file];
}
