import { execFileSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { packedManifest } from './manifest.ts';
import { packedFiles } from './packed-files.ts';
import { packedReadme } from './packed-readme.ts';
import { publicPackages, readJson, type PublicPackage } from './public-packages.ts';
import { typesNeeded } from './types-needed.ts';

export interface PackInput {
  readonly root: string;
  /** Folder that gets the tarballs. */
  readonly out: string;
  /** Folder of the trees that are packed, one per package, replaced. */
  readonly trees: string;
  /** Address of the sources, which a publication with provenance must name. */
  readonly repository?: string;
}

export interface Tarball {
  readonly name: string;
  readonly file: string;
  /** The tree that it was made of. */
  readonly tree: string;
  readonly bytes: number;
  /** Size once installed, without what it needs. */
  readonly unpackedBytes: number;
  readonly fileCount: number;
}

/**
 * Packs every published package with npm, from a tree that holds what is published and nothing else.
 *
 * @throws Error when one is not built, has no README, or needs a package that is not published
 */
export function pack({ root, out, trees, repository }: PackInput): Tarball[] {
  const packages = publicPackages(root);
  rmSync(trees, { recursive: true, force: true });
  mkdirSync(out, { recursive: true });
  const treeOf = new Map(
    packages.map((one) => [one.manifest.name, prepareTree(one, { root, trees, packages, repository })]),
  );
  const reply = execFileSync('npm', ['pack', '--json', '--pack-destination', out, ...treeOf.values()], {
    cwd: root,
    encoding: 'utf8',
    maxBuffer: 2 ** 26,
    stdio: ['ignore', 'pipe', 'inherit'],
    // npm's own variables, those of a script that runs this, would be taken for its settings.
    env: Object.fromEntries(Object.entries(process.env).filter(([name]) => !/^npm_/i.test(name))),
  });
  const packed = JSON.parse(reply) as readonly NpmPacked[];
  return packed.map(({ name, filename, size, unpackedSize, entryCount }) => ({
    name,
    file: join(out, basename(filename)),
    tree: treeOf.get(name)!,
    bytes: size,
    unpackedBytes: unpackedSize,
    fileCount: entryCount,
  }));
}

/** What `npm pack --json` says of a tarball. */
interface NpmPacked {
  readonly name: string;
  readonly filename: string;
  readonly size: number;
  readonly unpackedSize: number;
  readonly entryCount: number;
}

interface TreeInput {
  readonly root: string;
  readonly trees: string;
  readonly packages: readonly PublicPackage[];
  readonly repository: string | undefined;
}

/** @returns the tree's folder */
function prepareTree({ folder, manifest }: PublicPackage, { root, trees, packages, repository }: TreeInput) {
  const from = join(root, folder);
  const tree = join(trees, manifest.nx.name);
  if (!existsSync(join(from, 'README.md')))
    throw new Error(`${folder} has no README.md; nothing was packed.`);
  const files = packedFiles(from);
  for (const file of files) copy(join(from, file), join(tree, file));
  const text = readFileSync(join(from, 'README.md'), 'utf8');
  const { version } = manifest;
  writeFileSync(join(tree, 'README.md'), packedReadme({ text, root, folder, version, repository }));
  copy(join(root, 'LICENSE'), join(tree, 'LICENSE'));
  const { devDependencies } = readJson<{ devDependencies: Record<string, string> }>(
    join(root, 'package.json'),
  );
  const packed = packedManifest({
    manifest,
    published: new Set(packages.map((one) => one.manifest.name)),
    types: typesNeeded(
      from,
      files.filter((file) => file.endsWith('.d.ts')),
      devDependencies,
    ),
    ...(repository !== undefined && { repository }),
  });
  writeFileSync(join(tree, 'package.json'), `${JSON.stringify(packed, null, 2)}\n`);
  return tree;
}

function copy(from: string, to: string): void {
  mkdirSync(dirname(to), { recursive: true });
  cpSync(from, to);
}
