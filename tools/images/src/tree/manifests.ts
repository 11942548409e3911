/** A package.json, or an entry of package-lock.json. */
export type Manifest = Readonly<Record<string, unknown>>;

export interface Lockfile {
  readonly packages: Readonly<Record<string, Manifest>>;
  readonly [field: string]: unknown;
}

/**
 * What only development reads. The dependencies of the root are those of all projects together, to pin them; those of a tool could
 * come along as somebody's optional peer.
 */
const ofDevelopment = ['devDependencies', 'scripts', 'nx', 'allowScripts', 'scarfSettings'];
const ofNothingThatShips = [...ofDevelopment, 'dependencies'];

function without(manifest: Manifest, fields: readonly string[]): Manifest {
  return Object.fromEntries(Object.entries(manifest).filter(([field]) => !fields.includes(field)));
}

/**
 * A project's manifest as it ships.
 * @param place the project's folder, '' for the root
 */
export function shippedManifest(place: string, manifest: Manifest): Manifest {
  const ships = place !== '' && !place.startsWith('tools/');
  return without(manifest, ships ? ofDevelopment : ofNothingThatShips);
}

/** The folders of all projects that a lockfile knows, the root ('') first. */
export function projectsOf({ packages }: Lockfile): string[] {
  return Object.keys(packages).filter((place) => !/(^|\/)node_modules\//.test(place));
}

/**
 * The lockfile that fits shipped manifests. `npm ci --omit=dev` leaves out only the root's development packages; those that one
 * project has for the tests of another would come along (npm's `--omit` looks at the root alone).
 */
export function shippedLockfile(lockfile: Lockfile): Lockfile {
  const projects = new Set(projectsOf(lockfile));
  const packages = Object.entries(lockfile.packages).map(([place, entry]) => [
    place,
    projects.has(place) ? shippedManifest(place, entry) : entry,
  ]);
  return { ...lockfile, packages: Object.fromEntries(packages) as Lockfile['packages'] };
}
