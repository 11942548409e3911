import { mkdirSync } from 'node:fs';
import { basename, join, relative } from 'node:path';
import { CompilerState, Extractor, ExtractorConfig } from '@microsoft/api-extractor';
import { entriesOf, publicPackages } from '../pack/public-packages.ts';

/** The report of what one entry point of a package offers. */
export interface ApiReport {
  /** The report, from the root. */
  readonly file: string;
  /** Whether it says something else than what is built. */
  readonly changed: boolean;
}

/**
 * Reports the public interface of every published package, as its built declarations have it, in `NAME.api.md` beside its manifest,
 * one file for each entry point.
 *
 * @param options check: leaves the files as they are
 */
export function reportApis(root: string, { check }: { readonly check: boolean }): ApiReport[] {
  const entries = publicPackages(root).flatMap((one) =>
    entriesOf(one).map(({ subpath, types }) => ({
      folder: join(root, one.folder),
      types,
      name: [basename(one.manifest.name), ...subpath.split('/').slice(1)].join('-'),
    })),
  );
  const configurations = entries.map((entry) => configuration(entry, root));
  const [first, ...others] = configurations;
  if (first === undefined) return [];
  // One program for all: most of the time goes into reading declarations that all of them need.
  const compilerState = CompilerState.create(first, {
    additionalEntryPoints: others.map(({ mainEntryPointFilePath }) => mainEntryPointFilePath),
  });
  return configurations.map((prepared) => {
    const { apiReportChanged } = Extractor.invoke(prepared, {
      compilerState,
      localBuild: !check,
      // What documentation lacks, and what it asks of comments, is none of the interface.
      messageCallback: (message) => void (message.handled = true),
    });
    return { file: relative(root, prepared.reportFilePath), changed: apiReportChanged };
  });
}

interface Entry {
  readonly folder: string;
  /** Its declarations, from the folder. */
  readonly types: string;
  /** Name of the report. */
  readonly name: string;
}

function configuration({ folder, types, name }: Entry, root: string): ExtractorConfig {
  const reportTempFolder = join(root, 'node_modules/.cache/reprise/api');
  mkdirSync(reportTempFolder, { recursive: true });
  const compilerOptions = { target: 'es2024', lib: ['es2024'], module: 'nodenext', types: ['node'] };
  return ExtractorConfig.prepare({
    configObjectFullPath: undefined,
    packageJsonFullPath: join(folder, 'package.json'),
    configObject: {
      projectFolder: folder,
      mainEntryPointFilePath: join(folder, types),
      newlineKind: 'lf',
      compiler: {
        overrideTsconfig: {
          compilerOptions: { ...compilerOptions, strict: true },
          files: [join(folder, types)],
        },
      },
      // A type that is named and not exported is part of what others compile against.
      apiReport: {
        enabled: true,
        includeForgottenExports: true,
        ...{ reportFileName: name, reportFolder: folder, reportTempFolder },
      },
      docModel: { enabled: false },
      dtsRollup: { enabled: false },
      tsdocMetadata: { enabled: false },
    },
  });
}
