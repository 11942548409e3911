import { execFileSync } from 'node:child_process';
import { lstatSync, symlinkSync } from 'node:fs';
import { join, relative } from 'node:path';

/**
 * Links new packages into `node_modules`, as `npm ci` does, so that they are found at once, and brings up to date what follows from
 * the project graph: TypeScript's references and the architecture page.
 *
 * @param places folders of the packages, by the end of their names
 */
export function finish(root: string, places: Readonly<Record<string, string>>): void {
  const scope = join(root, 'node_modules/@reprise');
  for (const place of Object.values(places)) {
    const [kind, project, part] = place.split('/');
    const name = kind === 'apps' ? project! : `${project}-${part!.replace('_', '-')}`;
    const link = join(scope, name);
    if (!lstatSync(link, { throwIfNoEntry: false })) symlinkSync(relative(scope, join(root, place)), link);
  }
  const { NODE_OPTIONS: _, ...env } = process.env;
  const run = (...args: string[]) =>
    execFileSync(process.execPath, args, {
      cwd: root,
      stdio: ['ignore', 'ignore', 'inherit'],
      env: { ...env, NX_DAEMON: 'false' },
    });
  run(join(root, 'node_modules/nx/dist/bin/nx.js'), 'sync');
  run('tools/boundaries/src/main.ts', 'architecture');
}
