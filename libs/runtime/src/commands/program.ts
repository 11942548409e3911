/**
 * How the command line is called where a process runs: `REPRISE_PROGRAM`, else by npm where it is installed as a package, else the
 * script of a clone.
 *
 * @param module URL of a module of this project
 */
export function programOf(env: NodeJS.ProcessEnv, module: string): string {
  const named = env['REPRISE_PROGRAM']?.trim();
  if (named) return named;
  return module.includes('/node_modules/') ? 'npx reprise' : './reprise';
}

/** What every message and help text that names the command line begins its lines with. */
export const program = programOf(process.env, import.meta.url);
