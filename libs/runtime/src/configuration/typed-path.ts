import { dirname, resolve } from 'node:path';

/**
 * A path as the user meant it: relative to the folder where the command was typed. npm runs scripts in the package's own folder
 * and names the other one in INIT_CWD. That holds only for what npm started itself, in the folder it chose; a process started from
 * inside a script, somewhere else, has its own.
 *
 * @param env the environment variables, usually `process.env`
 * @returns an absolute path
 */
export function typedPath(path: string, env: NodeJS.ProcessEnv, cwd = process.cwd()): string {
  const { INIT_CWD: typedIn, npm_package_json: manifest } = env;
  const isFromNpm = Boolean(typedIn) && Boolean(manifest) && dirname(manifest!) === cwd;
  return resolve(isFromNpm ? typedIn! : cwd, path);
}
