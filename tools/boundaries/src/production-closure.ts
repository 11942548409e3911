/** A package as `package-lock.json` has it, under the place where it lies. */
export interface LockedPackage {
  readonly link?: boolean;
  readonly resolved?: string;
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly optionalDependencies?: Readonly<Record<string, string>>;
  readonly peerDependencies?: Readonly<Record<string, string>>;
  readonly peerDependenciesMeta?: Readonly<Record<string, { readonly optional?: boolean }>>;
  readonly devDependencies?: Readonly<Record<string, string>>;
}

export type LockedPackages = Readonly<Record<string, LockedPackage>>;

/**
 * What `npm install --omit=dev` puts in place for one project: the packages it needs, and those these need in turn.
 *
 * @param project its folder, a key of the lockfile
 * @returns the place of each package with the names that lead to it from the project
 */
export function productionClosure(packages: LockedPackages, project: string): Map<string, readonly string[]> {
  const found = new Map<string, readonly string[]>([[project, []]]);
  for (const [place, way] of found) {
    for (const name of needsOf(packages[place]!)) {
      const needed = placeOf(packages, place, name);
      if (needed !== undefined && !found.has(needed)) found.set(needed, [...way, name]);
    }
  }
  found.delete(project);
  return found;
}

function needsOf({
  dependencies,
  optionalDependencies,
  peerDependencies,
  peerDependenciesMeta,
}: LockedPackage) {
  const peers = Object.keys(peerDependencies ?? {}).filter((name) => !peerDependenciesMeta?.[name]?.optional);
  return [...Object.keys(dependencies ?? {}), ...Object.keys(optionalDependencies ?? {}), ...peers];
}

/** Where Node finds a package that one at `from` imports; undefined for an optional one that is not there. */
function placeOf(packages: LockedPackages, from: string, name: string): string | undefined {
  for (let folder = from; ; folder = folder.slice(0, Math.max(0, folder.lastIndexOf('/')))) {
    const place = `${folder === '' ? '' : `${folder}/`}node_modules/${name}`;
    const found = packages[place];
    if (found) return found.link ? found.resolved : place;
    if (folder === '') return undefined;
  }
}

/**
 * The packages of a closure that only development needs: what the root has under `devDependencies`, all of jest, test helpers,
 * and the workspace's own tools. Types are no code.
 *
 * @returns the way to each, its last name first to be asked about
 */
export function developmentPackages(
  packages: LockedPackages,
  closure: ReadonlyMap<string, readonly string[]>,
): string[] {
  const ofRoot = packages['']?.devDependencies ?? {};
  return [...closure].flatMap(([place, way]) => {
    const name = way.at(-1)!;
    const isTypes = name.startsWith('@types/');
    const isTest = /^(@jest\/|jest\b|@nestjs\/testing$|@reprise\/test-kit$)/.test(name);
    return !isTypes && (name in ofRoot || isTest || place.startsWith('tools/')) ? [way.join(' > ')] : [];
  });
}
