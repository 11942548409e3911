/** A package.json. */
export interface Manifest {
  readonly name: string;
  readonly version: string;
  readonly description: string;
  readonly private?: boolean;
  readonly type: string;
  readonly bin?: Readonly<Record<string, string>>;
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly devDependencies?: Readonly<Record<string, string>>;
  readonly peerDependencies?: Readonly<Record<string, string>>;
  readonly peerDependenciesMeta?: Readonly<Record<string, { readonly optional?: boolean }>>;
  readonly exports: Readonly<Record<string, Readonly<Record<string, string>>>>;
  readonly nx: { readonly name: string };
}

/** Where published packages run: the Node versions that their Kafka client takes. All of them read a `reprise.config.ts` as it is. */
export const engines = { node: '^22.22.0 || >=24.6.0' };

/** What there must be one of in a process, so the application brings it: Nest, and what its decorators speak to. */
const ofTheApplication = /^(@nestjs\/|(reflect-metadata|rxjs|class-transformer|class-validator)$)/;

export interface PackedInput {
  readonly manifest: Manifest;
  /** Names of all packages that are published, which share one version. */
  readonly published: ReadonlySet<string>;
  /** Packages of types, with versions, that its declarations need. */
  readonly types: Readonly<Record<string, string>>;
  /** Address of the sources, for a publication with provenance. */
  readonly repository?: string;
}

/**
 * The manifest that a package is published with: nothing that only the workspace reads. It needs its siblings at exactly its version,
 * and everything else at the tested version or a later fix of that.
 *
 * @throws Error when it needs a package of the workspace that is not published
 */
export function packedManifest({ manifest, published, types, repository }: PackedInput): object {
  const { name, version, description, type, bin, peerDependenciesMeta } = manifest;
  const ranged = (packages: Manifest['dependencies'] = {}, prefix: '~' | '^') =>
    Object.entries(packages).map(([needed, tested]) => {
      if (!needed.startsWith('@reprise/'))
        return [needed, /^\d/.test(tested) ? `${prefix}${tested}` : tested] as const;
      if (published.has(needed)) return [needed, version] as const;
      throw new Error(
        `${name} needs ${needed}, which is not published. Publish that too, or need it in tests only.`,
      );
    });
  const isPeer = ([needed]: readonly [string, string]) => ofTheApplication.test(needed);
  const dependencies = ranged(manifest.dependencies, '~').filter((one) => !isPeer(one));
  const peers = [
    ...ranged(manifest.dependencies, '^').filter(isPeer),
    ...ranged(manifest.peerDependencies, '^'),
  ];
  return {
    ...{ name, version, description, license: 'Apache-2.0' },
    ...(repository !== undefined && { repository: { type: 'git', url: `git+${repository}.git` } }),
    ...{ type, engines },
    ...(bin && { bin }),
    exports: packedExports(manifest.exports),
    files: ['dist', 'src'],
    dependencies: sorted([...dependencies, ...Object.entries(types)]),
    ...(peers.length > 0 && { peerDependencies: sorted(peers) }),
    ...(peerDependenciesMeta && { peerDependenciesMeta }),
    publishConfig: { access: 'public' },
  };
}

function sorted(packages: readonly (readonly [string, string])[]): object {
  return Object.fromEntries(packages.toSorted(([one], [other]) => (one < other ? -1 : 1)));
}

/** What is built, without what a package offers to the tests of its siblings. */
function packedExports(exports: Manifest['exports']): object {
  return Object.fromEntries(
    Object.entries(exports)
      .filter(([subpath]) => subpath !== './testing')
      .map(([subpath, { '@reprise/source': _, ...built }]) => [subpath, built]),
  );
}
